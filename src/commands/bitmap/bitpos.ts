// BITPOS key bit [start [end [BYTE | BIT]]]: where the first bit of that value is. https://redis.io/commands/bitpos
import { CommandError } from '../../base/errors.ts';
import { bitArgumentInvalid } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { fitBitRange, readBitRange } from './bit-range.ts';
import { findBit } from './bit-scan.ts';

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
  strings.read(at);
  const { valueBytes, valueOffset, valueLength } = strings;
  const { first, end } = fitBitRange(range, valueLength);
  if (first >= end) {
    call.reply.integer(-1);
    return;
  }
  const found = findBit(valueBytes, valueOffset, first, end, bit);
  // Without an end the string counts as followed by zeros.
  const endless = found < 0 && bit === 0 && range.end === undefined;
  call.reply.integer(endless ? valueLength * 8 : found);
}
