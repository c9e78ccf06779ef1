// The keys that a request names, in the keyspaces where it would look for them: of EXEC those of its commands, and
// those that are named only by what others hold. For whoever has to know before a command runs what it will touch; it
// knows no command by name.
import { CommandError } from '../base/errors.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { Call } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import type { RequestArgs } from './executor.ts';
import { findKeys } from './keys-of.ts';

/** A command with its arguments, and the database in which it will run. */
export interface Request {
  readonly entry: CommandEntry;
  readonly args: RequestArgs;
  readonly db: number;
}

export interface NamedKey {
  readonly ks: Keyspace;
  /** Bytes of the request, or of a copy. */
  readonly key: Buffer;
}

/** The command itself, or those that EXEC will run. */
export function commandsOf({ session, args }: Call, entry: CommandEntry): readonly Request[] {
  const { transaction, db } = session;
  if (entry.spec.runsTransaction !== true || transaction === undefined) return [{ entry, args, db }];
  let current = db;
  return transaction.queue.map((queued) => {
    const request = { ...queued, db: current };
    current = queued.entry.spec.selects?.(queued.args) ?? current;
    return request;
  });
}

/** The keys of one command. */
export function namedKeys(call: Call, { entry, args, db }: Request): NamedKey[] {
  const { store } = call;
  const ks = store.keyspace(db);
  const named: NamedKey[] = [];
  for (const { index, flags } of findKeys(entry, args) ?? []) {
    if (!flags.includes('not_key')) named.push({ ks, key: argument(args, index) });
  }
  const elsewhere = entry.spec.keyElsewhere?.(args);
  if (elsewhere !== undefined) {
    named.push({ ks: store.keyspace(elsewhere.db), key: argument(args, elsewhere.index) });
  }
  for (const key of keysBehind(call, entry, args, db)) named.push({ ks, key });
  return named;
}

function argument({ buf, offsets, lengths }: RequestArgs, i: number): Buffer {
  return buf.subarray(offsets[i]!, offsets[i]! + lengths[i]!);
}

/** What of a request names keys only once others are here; a mistake in it is for the command to tell. */
function keysBehind(call: Call, entry: CommandEntry, args: RequestArgs, db: number): readonly Buffer[] {
  const { keysBehind: behind } = entry.spec;
  if (behind === undefined) return [];
  const { session, entry: outer, args: outerArgs } = call;
  const outerDb = session.db;
  try {
    session.db = db;
    call.stand(entry, args);
    return behind(call);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return [];
  } finally {
    session.db = outerDb;
    call.stand(outer, outerArgs);
  }
}
