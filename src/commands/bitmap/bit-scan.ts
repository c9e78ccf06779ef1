// Counting and finding bits in a range of bytes, a word of 32 bits at a time where the bytes are many. Bits are
// numbered as Redis numbers them: bit 0 is the highest of the first byte. It knows no strings and no commands.

/** Shorter runs are not worth a view of words. */
export const wordRunBytesMin = 64;

function popCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The part of byte `i` that lies within the bits [first, end), the rest zero. */
function maskedByte(bytes: Uint8Array, offset: number, i: number, first: number, end: number): number {
  let byte = bytes[offset + i]!;
  if (first > i * 8) byte &= 255 >> (first - i * 8);
  if (end < i * 8 + 8) byte &= 255 << (i * 8 + 8 - end);
  return byte & 255;
}

/** How many of the bits [first, end) of bytes[offset ..] are set. */
export function countBits(bytes: Uint8Array, offset: number, first: number, end: number): number {
  let i = Math.floor(first / 8);
  const lastByte = Math.floor((end - 1) / 8);
  let count = popCount(maskedByte(bytes, offset, i, first, end));
  if (i === lastByte) return count;
  count += popCount(maskedByte(bytes, offset, lastByte, first, end));
  i += 1;
  if (lastByte - i >= wordRunBytesMin) {
    while (((bytes.byteOffset + offset + i) & 3) !== 0) count += popCount(bytes[offset + i++]!);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + offset + i, (lastByte - i) >> 2);
    for (let w = 0; w < words.length; w++) count += popCount(words[w]!);
    i += words.length * 4;
  }
  for (; i < lastByte; i++) count += popCount(bytes[offset + i]!);
  return count;
}

/** The first of the bits [first, end) of bytes[offset ..] that is `bit`, or -1. */
export function findBit(bytes: Uint8Array, offset: number, first: number, end: number, bit: 0 | 1): number {
  const skip = bit === 1 ? 0 : 255;
  const lastByte = Math.floor((end - 1) / 8);
  for (let i = Math.floor(first / 8); i <= lastByte; i++) {
    if (bytes[offset + i] === skip) {
      i = skipBytes(bytes, offset, i, lastByte, skip);
      if (i > lastByte) return -1;
    }
    for (let k = Math.max(first, i * 8); k < Math.min(end, i * 8 + 8); k++) {
      if (((bytes[offset + i]! >> (7 - (k & 7))) & 1) === bit) return k;
    }
  }
  return -1;
}

/** The first byte from `i` up to `last` that is not `skip`, or more than `last`. */
function skipBytes(bytes: Uint8Array, offset: number, i: number, last: number, skip: number): number {
  let at = i;
  if (last - at >= wordRunBytesMin) {
    while (at <= last && ((bytes.byteOffset + offset + at) & 3) !== 0 && bytes[offset + at] === skip) at += 1;
    if (((bytes.byteOffset + offset + at) & 3) === 0) {
      const words = new Int32Array(bytes.buffer, bytes.byteOffset + offset + at, (last - at) >> 2);
      const same = skip === 0 ? 0 : -1;
      let w = 0;
      while (w < words.length && words[w] === same) w += 1;
      at += w * 4;
    }
  }
  while (at <= last && bytes[offset + at] === skip) at += 1;
  return at;
}
