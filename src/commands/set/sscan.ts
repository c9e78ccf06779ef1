// SSCAN key cursor [MATCH pattern] [COUNT n]: a slice of the members, with SCAN's guarantee.
// https://redis.io/commands/sscan
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { scanElements } from '../scan-elements.ts';

export const command: CommandSpec = {
  name: 'sscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '2.8.0',
  summary: 'Returns some of the members and where to go on from.',
  syntax: '<key> <cursor> [MATCH <pattern>] [COUNT <count>]',
  complexity: 'O(1) for each call',
  run: (call: Call) => scanElements(call, EntryType.set),
};
