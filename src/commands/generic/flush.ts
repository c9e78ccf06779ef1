// What FLUSHDB and FLUSHALL share: their one option, and the refusal while peers would be emptied too. Memory comes back
// before the reply, so that it is there for what comes next; with ASYNC in slices afterwards.
import { CommandError } from '../../base/errors.ts';
import { flushRefused } from '../../resp/errors.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import type { Call } from '../call.ts';

const sliceSegments = 1024;

/** Empties keyspaces and replies. Throws before it touches anything. */
export function flush(call: Call, keyspaces: readonly Keyspace[]): void {
  const { services, store, argc } = call;
  const isAsync = argc === 2 && call.is(1, 'async');
  if (argc > 2 || (argc === 2 && !isAsync && !call.is(1, 'sync'))) call.syntaxError();
  if (services.syncing && !services.allowFlush) throw new CommandError(flushRefused(call.name));
  // Where nobody can have keys that this node has not seen, an empty keyspace has nothing to say.
  for (const ks of keyspaces) if (services.syncing || ks.table.size > 0) store.flush(ks);
  if (!isAsync) while (store.freeSlice(sliceSegments));
  call.reply.ok();
}
