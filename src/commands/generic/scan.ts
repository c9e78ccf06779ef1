// SCAN cursor [MATCH pattern] [COUNT n] [TYPE name]: a slice of the keys. The cursor is a prefix of hashes
// (store/table.ts), so a key that is there from the first call to the last is returned whatever else happens, and
// without a filter at most once. https://redis.io/commands/scan
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readScanCursor, readScanFilter, scanOn } from '../scan-arguments.ts';
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

function scan(call: Call): void {
  const { store, reply } = call;
  const { entries, arena } = store;
  const { table } = call.keyspace;
  const from = readScanCursor(call, 1);
  const { pattern, type, count } = readScanFilter(call, 2, 'type');
  const found: number[] = [];
  const visit = (at: number): void => {
    if (store.isExpired(at)) return;
    if (type !== undefined && typeName(entries.type(at)) !== type) return;
    if (pattern?.matches(arena.u8, entries.keyOffset(at), entries.keyLength(at)) === false) return;
    found.push(at);
  };
  const cursor = scanOn(from, count, (at, left, visited) =>
    table.scan(at, left, (ref) => {
      visited();
      visit(ref);
    }),
  );
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(found.length);
  for (const at of found) reply.bulk(arena.u8, entries.keyOffset(at), entries.keyLength(at));
}
