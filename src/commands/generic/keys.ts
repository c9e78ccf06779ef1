// KEYS pattern: all keys that match a glob pattern, found in one turn: a long one for a large keyspace.
// https://redis.io/commands/keys
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readPattern } from '../pattern.ts';

export const command: CommandSpec = {
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  categories: ['dangerous'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Returns all keys that match a pattern.',
  syntax: '<pattern>',
  complexity: 'O(N), N being the number of keys in the database',
  run: keys,
};

/** Entries looked at between two looks at the cursor. */
const sliceEntries = 1024;

function keys(call: Call): void {
  const { store, reply } = call;
  const { entries, arena } = store;
  const { table } = call.keyspace;
  const pattern = readPattern(call, 1);
  const found: number[] = [];
  let cursor = 0;
  do {
    cursor = table.scan(cursor, sliceEntries, (at) => {
      if (store.isExpired(at)) return;
      if (pattern.matches(arena.u8, entries.keyOffset(at), entries.keyLength(at))) found.push(at);
    });
  } while (cursor !== 0);
  reply.array(found.length);
  for (const at of found) reply.bulk(arena.u8, entries.keyOffset(at), entries.keyLength(at));
}
