// SETBIT key offset bit: sets or clears a bit of a string, as a patch of one byte. https://redis.io/commands/setbit
import { CommandError } from '../../base/errors.ts';
import { bitInvalid } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type Grown, isFar, writeFar } from '../write-far.ts';
import { readBitOffset } from './bit-offset.ts';

export const command: CommandSpec = {
  name: 'setbit',
  arity: 4,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'bitmap',
  since: '2.2.0',
  summary: 'Sets or clears one bit of a string, which grows with zero bytes as needed.',
  syntax: '<key> <offset> <value:integer>',
  complexity: 'O(1), and O(N) where the string of N bytes grows',
  run: setBit,
};

const byteOf = new Uint8Array(1);

function setBit(call: Call): void {
  const offset = readBitOffset(call, 2);
  const bit = call.integer(3, bitInvalid);
  if (bit !== 0 && bit !== 1) throw new CommandError(bitInvalid);
  const position = Math.floor(offset / 8);
  if (isFar(call, position)) writeFar(call, position, 1, (own, grown) => write(own, offset, bit, grown));
  else write(call, offset, bit, undefined);
}

function write(call: Call, offset: number, bit: number, grown: Grown): void {
  const at = call.findStringToWrite(1);
  const { strings } = call.store;
  const position = Math.floor(offset / 8);
  const mask = 128 >> (offset % 8);
  let old = 0;
  let isThere = false;
  if (at !== 0) {
    strings.read(at);
    isThere = grown === undefined && position < strings.valueLength;
    if (isThere) old = strings.valueBytes[strings.valueOffset + position]!;
  }
  const oldBit = (old & mask) === 0 ? 0 : 1;
  if (isThere && oldBit === bit) {
    call.reply.integer(bit);
    return;
  }
  byteOf[0] = bit === 1 ? old | mask : old & ~mask;
  strings.patch(call.keyspace, call.buf, call.offset(1), call.length(1), position, byteOf, 0, 1);
  call.notify('setbit', 1);
  call.reply.integer(oldBit);
}
