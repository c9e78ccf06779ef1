// SCAN cursor [MATCH pattern] [COUNT n] [TYPE name]: a slice of the keys. The cursor is a prefix of hashes (store/table.ts),
// so a key that is there from the first call to the last is returned whatever else happens, and without a filter at
// most once. https://redis.io/commands/scan
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readScanCursor, readScanFilter } from '../scan-arguments.ts';
import { typeName } from '../type-name.ts';

export const command: CommandSpec = {
  name: 'scan',
  arity: -2,
  flags: ['readonly'],
  group: 'generic',
  since: '2.8.0',
  summary: 'Returns some of the keys and where to go on from.',
  syntax: '<cursor> [MATCH <pattern>] [COUNT <count>] [TYPE <type>]',
  complexity: 'O(1) for each call',
  run: scan,
};

/** Looks at segments of the table in one call, for tables that are nearly empty. */
const looksMax = 1000;

function scan(call: Call): void {
  const { store, reply } = call;
  const { entries, arena } = store;
  const { table } = call.keyspace;
  let cursor = readScanCursor(call, 1);
  const { pattern, type, count } = readScanFilter(call, 2, true);
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
