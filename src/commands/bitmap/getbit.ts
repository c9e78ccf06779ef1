// GETBIT key offset: one bit of a string, 0 beyond its end. https://redis.io/commands/getbit
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readBitOffset } from './bit-offset.ts';

export const command: CommandSpec = {
  name: 'getbit',
  arity: 3,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Returns one bit of a string.',
  syntax: '<key> <offset>',
  complexity: 'O(1)',
  run: getBit,
};

function getBit(call: Call): void {
  const offset = readBitOffset(call, 2);
  const at = call.findString(1);
  const { strings } = call.store;
  const position = Math.floor(offset / 8);
  let byte = 0;
  if (at !== 0) {
    strings.read(at);
    if (position < strings.valueLength) byte = strings.valueBytes[strings.valueOffset + position]!;
  }
  call.reply.integer((byte >> (7 - (offset % 8))) & 1);
}
