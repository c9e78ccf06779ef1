// Reads the offset of a bit, as all bitmap commands take it: from 0 up to the last bit of the longest string there may
// be. `#n` means n times the width of the field. It knows no command.
import { CommandError } from '../../base/errors.ts';
import { bitOffsetInvalid } from '../../resp/errors.ts';
import type { Call } from '../call.ts';

/** Argument `i` as a bit offset such that a field of `bits` ends within the longest string. `#`: times `bits`. */
export function readBitOffset(call: Call, i: number, bits = 1, mayCount = false): number {
  const start = call.offset(i);
  const length = call.length(i);
  const counted = mayCount && length > 0 && call.buf[start] === 35;
  const text = call.buf.toString('latin1', counted ? start + 1 : start, start + length);
  if (!/^\d{1,16}$/.test(text) || (text.length > 1 && text.startsWith('0'))) {
    throw new CommandError(bitOffsetInvalid);
  }
  const offset = Number(text) * (counted ? bits : 1);
  const bytes = Math.floor((offset + bits - 1) / 8) + 1;
  if (bytes > call.services.requestLimits.bulkBytesMax) throw new CommandError(bitOffsetInvalid);
  return offset;
}
