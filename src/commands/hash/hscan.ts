// HSCAN key cursor [MATCH pattern] [COUNT n] [NOVALUES]: a slice of the fields, with SCAN's guarantee.
// https://redis.io/commands/hscan
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { scanElements } from '../scan-elements.ts';

export const command: CommandSpec = {
  name: 'hscan',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '2.8.0',
  summary: 'Returns some of the fields and where to go on from.',
  syntax: '<key> <cursor> [MATCH <pattern>] [COUNT <count>] [NOVALUES]',
  complexity: 'O(1) for each call',
  run: (call: Call) => scanElements(call, EntryType.hash),
};
