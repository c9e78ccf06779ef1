// BITOP's work on the bytes of one string after another, a word of 32 bits at a time where they are many. It knows no
// strings and no commands.
import { wordRunBytesMin } from './bit-scan.ts';

export type BitOperation = 'and' | 'or' | 'xor' | 'not';

/** Bytes go through here, because words must lie at multiples of four and strings lie anywhere. */
const piece = new Int32Array(16 * 1024);
const pieceBytes = new Uint8Array(piece.buffer);

/**
 * Takes `length` bytes of `from` at `offset` into the first bytes of `result`, whose memory is its own: as they are for
 * `or` into zeros, inverted for `not`.
 */
export function combineBytes(
  operation: BitOperation,
  result: Uint8Array<ArrayBuffer>,
  from: Uint8Array,
  offset: number,
  length: number,
): void {
  let done = 0;
  if (length >= wordRunBytesMin && (result.byteOffset & 3) === 0) {
    const target = new Int32Array(result.buffer, result.byteOffset, length >> 2);
    for (let at = 0; at < target.length; at += piece.length) {
      const count = Math.min(piece.length, target.length - at);
      pieceBytes.set(from.subarray(offset + at * 4, offset + (at + count) * 4));
      combine(operation, target, at, piece, 0, count);
    }
    done = target.length * 4;
  }
  combine(operation, result, done, from, offset + done, length - done);
}

/** Units of both arrays are bytes or words alike. */
function combine(
  operation: BitOperation,
  target: Uint8Array | Int32Array,
  at: number,
  from: Uint8Array | Int32Array,
  offset: number,
  count: number,
): void {
  switch (operation) {
    case 'and':
      for (let i = 0; i < count; i++) target[at + i]! &= from[offset + i]!;
      return;
    case 'or':
      for (let i = 0; i < count; i++) target[at + i]! |= from[offset + i]!;
      return;
    case 'xor':
      for (let i = 0; i < count; i++) target[at + i]! ^= from[offset + i]!;
      return;
    case 'not':
      for (let i = 0; i < count; i++) target[at + i] = ~from[offset + i]!;
  }
}
