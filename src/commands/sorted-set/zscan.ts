// ZSCAN key cursor [MATCH pattern] [COUNT n]: a slice of the members with their scores. A member that is there from the
// first call to the last is returned. https://redis.io/commands/zscan
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { formatDouble } from '../../resp/format-double.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readScanCursor, readScanFilter, scanOn } from '../scan-arguments.ts';
import { ScoredNames } from './scored-names.ts';

export const command: CommandSpec = {
  name: 'zscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'sorted-set',
  since: '2.8.0',
  summary: 'Returns some of the members with their scores and where to go on from.',
  syntax: '<key> <cursor> [MATCH <pattern>] [COUNT <count>]',
  complexity: 'O(1) for each call',
  run: zScan,
};

function zScan(call: Call): void {
  const { reply, store } = call;
  const from = readScanCursor(call, 2);
  const at = call.findRead(1);
  if (at !== 0 && store.entries.type(at) !== EntryType.zset) throw new CommandError(wrongType);
  // Of a key that is not there nothing else is asked, whatever the options say.
  const { pattern, count } = readScanFilter(call, at === 0 ? call.argc : 3);
  const found = new ScoredNames(store.hash);
  const next = scanOn(at === 0 ? -1 : from, count, (cursor, left, visited) =>
    store.sortedSets.scan(at, cursor, left, (u8, offset, length, score) => {
      visited();
      if (pattern?.matches(u8, offset, length) !== false) found.append(u8, offset, length, score);
    }),
  );
  reply.array(2);
  reply.bulkInteger(next);
  reply.array(found.size * 2);
  for (let i = 0; i < found.size; i++) {
    reply.bulk(found.bytes, found.offset(i), found.length(i));
    reply.bulkLatin1(formatDouble(found.score(i)));
  }
}
