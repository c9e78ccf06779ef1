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
      combineWords(operation, target, at, count);
    }
    done = target.length * 4;
  }
  for (let i = done; i < length; i++) {
    const [a, b] = [result[i]!, from[offset + i]!];
    result[i] = operation === 'and' ? a & b : operation === 'or' ? a | b : operation === 'xor' ? a ^ b : ~b;
  }
}

/**
 * Takes the first words of the piece into the target. Apart from the bytes, as the same loop over both takes twice as
 * long.
 */
function combineWords(operation: BitOperation, target: Int32Array, at: number, count: number): void {
  switch (operation) {
    case 'and':
      for (let i = 0; i < count; i++) target[at + i]! &= piece[i]!;
      return;
    case 'or':
      for (let i = 0; i < count; i++) target[at + i]! |= piece[i]!;
      return;
    case 'xor':
      for (let i = 0; i < count; i++) target[at + i]! ^= piece[i]!;
      return;
    case 'not':
      for (let i = 0; i < count; i++) target[at + i] = ~piece[i]!;
  }
}

/** Whether all bytes are zeros; `bytes` begins at a word. */
export function isBlank(bytes: Uint8Array<ArrayBuffer>): boolean {
  const words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let i = 0; i < words.length; i++) if (words[i] !== 0) return false;
  return bytes.subarray(words.length * 4).every((byte) => byte === 0);
}
