// BITCOUNT key [start end [BYTE | BIT]]: how many bits of a string are set. https://redis.io/commands/bitcount
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isLargeString } from '../large-work.ts';
import { fitBitRange, readBitRange } from './bit-range.ts';
import { countBits } from './bit-scan.ts';
import { type BitLook, lookInSlices } from './bit-slices.ts';

export const command: CommandSpec = {
  name: 'bitcount',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.6.0',
  summary: 'Counts the bits that are set in a string or a part of it.',
  syntax: '<key> [<start> <end> [BYTE|BIT]]',
  complexity: 'O(N), N being the bytes looked at',
  run: bitCount,
};

function bitCount(call: Call): void {
  const at = call.findString(1);
  if (at === 0) {
    call.reply.integer(0);
    return;
  }
  const range = readBitRange(call, 2, false);
  const { strings } = call.store;
  const { start = 0, end: last = 0 } = range;
  const isBackward = start < 0 && last < 0 && start > last;
  if (isLargeString(call.store, at) && !isBackward) {
    lookInSlices(call, range, countAll);
    return;
  }
  strings.read(at);
  const { first, end } = fitBitRange(range, strings.valueLength);
  call.reply.integer(
    isBackward || first >= end ? 0 : countBits(strings.valueBytes, strings.valueOffset, first, end),
  );
}

function countAll({ reply }: Call): BitLook {
  let count = 0;
  return {
    visit(...bits) {
      count += countBits(...bits);
      return true;
    },
    reply: () => reply.integer(count),
  };
}
