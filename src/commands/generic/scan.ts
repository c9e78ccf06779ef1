// SCAN cursor [MATCH pattern] [COUNT n] [TYPE name]: a slice of the keys. The cursor is a prefix of hashes (store/table.ts),
// so a key that is there from the first call to the last is returned whatever else happens, and without a filter at
// most once. https://redis.io/commands/scan
import { CommandError } from '../../base/errors.ts';
import type { Glob } from '../../base/glob.ts';
import { invalidCursor } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readPattern } from '../pattern.ts';
import { typeName } from '../type-name.ts';

export const command: CommandSpec = {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.8.0',
  summary: 'Returns some of the keys and where to go on from.',
  run: scan,
};

const countDefault = 10;
/** Looks at segments of the table in one call, for tables that are nearly empty. */
const looksMax = 1000;
/** The largest slice, whatever COUNT says. */
const countMax = 1_000_000;
const cursorMax = 2n ** 64n - 1n;

interface Filter {
  pattern: Glob | undefined;
  type: string | undefined;
  count: number;
}

function scan(call: Call): void {
  const { store, reply } = call;
  const { entries, arena } = store;
  const { table } = call.keyspace;
  let cursor = readCursor(call, 1);
  const { pattern, type, count } = readFilter(call);
  const found: number[] = [];
  let visited = 0;
  const visit = (at: number): void => {
    visited += 1;
    if (store.isExpired(at)) return;
    if (type !== undefined && typeName(entries.type(at)) !== type) return;
    if (pattern?.matches(arena.u8, entries.keyOffset(at), entries.keyLength(at)) === false) return;
    found.push(at);
  };
  for (let looks = 0; cursor >= 0 && looks < looksMax && visited < count; looks++) {
    cursor = table.scan(cursor, count - visited, visit);
    if (cursor === 0) break;
  }
  reply.array(2);
  reply.bulkInteger(Math.max(0, cursor));
  reply.array(found.length);
  for (const at of found) reply.bulk(arena.u8, entries.keyOffset(at), entries.keyLength(at));
}

/** The cursor, or -1 for one beyond all hashes, where nothing is left. */
function readCursor(call: Call, i: number): number {
  const text = call.text(i);
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > cursorMax) throw new CommandError(invalidCursor);
  const cursor = Number(text);
  return cursor < 2 ** 32 ? cursor : -1;
}

function readFilter(call: Call): Filter {
  const filter: Filter = { pattern: undefined, type: undefined, count: countDefault };
  for (let i = 2; i < call.argc; i += 2) {
    if (i + 1 >= call.argc) call.syntaxError();
    if (call.is(i, 'count')) {
      const count = call.bigInteger(i + 1);
      if (count < 1n) call.syntaxError();
      filter.count = count > BigInt(countMax) ? countMax : Number(count);
    } else if (call.is(i, 'match')) filter.pattern = readPattern(call, i + 1);
    else if (call.is(i, 'type')) filter.type = call.text(i + 1).toLowerCase();
    else call.syntaxError();
  }
  return filter;
}
