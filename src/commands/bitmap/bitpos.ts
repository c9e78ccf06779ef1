// BITPOS key bit [start [end [BYTE | BIT]]]: where the first bit of that value is. https://redis.io/commands/bitpos
import { CommandError } from '../../base/errors.ts';
import { bitArgumentInvalid } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isLargeString } from '../large-work.ts';
import { type BitRange, fitBitRange, readBitRange } from './bit-range.ts';
import { findBit } from './bit-scan.ts';
import { type BitLook, lookInSlices } from './bit-slices.ts';

export const command: CommandSpec = {
  name: 'bitpos',
  arity: -3,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.8.7',
  summary: 'Finds the first set or clear bit of a string.',
  syntax: '<key> <bit> [<start> [<end> [BYTE|BIT]]]',
  complexity: 'O(N), N being the bytes looked at',
  run: bitPos,
};

function bitPos(call: Call): void {
  const bit = Number(call.bigInteger(2));
  if (bit !== 0 && bit !== 1) throw new CommandError(bitArgumentInvalid);
  const at = call.findString(1);
  if (at === 0) {
    call.reply.integer(bit === 1 ? -1 : 0);
    return;
  }
  const range = readBitRange(call, 3, true);
  const { strings } = call.store;
  if (isLargeString(call.store, at)) {
    lookInSlices(call, range, (own) => findFirst(own, range, bit));
    return;
  }
  strings.read(at);
  const bytes = strings.valueLength;
  const { first, end } = fitBitRange(range, bytes);
  const found = first < end ? findBit(strings.valueBytes, strings.valueOffset, first, end, bit) : -1;
  replyPlace(call, range, bit, bytes, found);
}

function findFirst(call: Call, range: BitRange, bit: 0 | 1): BitLook {
  let found = -1;
  return {
    visit(...bits) {
      found = findBit(...bits, bit);
      return found < 0;
    },
    reply: (bytes) => replyPlace(call, range, bit, bytes, found),
  };
}

function replyPlace({ reply }: Call, range: BitRange, bit: 0 | 1, bytes: number, found: number): void {
  const { first, end } = fitBitRange(range, bytes);
  // Without an end the string counts as followed by zeros.
  const isEndless = found < 0 && first < end && bit === 0 && range.end === undefined;
  reply.integer(isEndless ? bytes * 8 : found);
}
