// Reads a listpack, the packed form in which Redis 7 keeps small collections and dumps them. Bytes come from outside: what
// does not hold together throws MalformedRdb, and nothing is read beyond the end. It knows no types of values.
//
//   u32 bytes in all, u16 elements (65535 = count them), elements, 255
//   element   0nnnnnnn integer | 10llllll string | 110nnnnn n integer of 13 bits | 1110llll l string
//             11110000 u32 string | 11110001 to 11110100 integer of 16, 24, 32, 64 bits;  then its own length, 1 to 5 bytes
import { MalformedRdb } from './rdb-reader.ts';

const headerBytes = 6;
const end = 255;

/** All elements; strings are views of the input. */
export function readListpack(pack: Buffer): Buffer[] {
  if (
    pack.length < headerBytes + 1 ||
    pack.readUInt32LE(0) !== pack.length ||
    pack[pack.length - 1] !== end
  ) {
    throw new MalformedRdb('no listpack');
  }
  const elements: Buffer[] = [];
  let p = headerBytes;
  while (pack[p] !== end) {
    const { element, length } = elementAt(pack, p);
    p += length + backLengthBytes(length);
    if (p >= pack.length) throw new MalformedRdb('a listpack is cut short');
    elements.push(element);
  }
  if (p !== pack.length - 1) throw new MalformedRdb('a listpack ends early');
  const count = pack.readUInt16LE(4);
  if (count !== 65_535 && count !== elements.length) throw new MalformedRdb('a listpack has another count');
  return elements;
}

function elementAt(pack: Buffer, p: number): { element: Buffer; length: number } {
  const first = pack[p]!;
  if (first < 128) return integer(first, 1);
  if (first < 0xc0) return text(pack, p, 1, first & 63);
  const second = pack[p + 1]!;
  if (first < 0xe0) return integer(((((first & 31) << 8) | second) << 19) >> 19, 2);
  if (first < 0xf0) return text(pack, p, 2, ((first & 15) << 8) | second);
  const bytes = [4, 2, 3, 4, 8][first - 0xf0];
  if (bytes === undefined || p + 1 + bytes >= pack.length)
    throw new MalformedRdb('no such element in a listpack');
  if (first === 0xf0) return text(pack, p, 5, pack.readUInt32LE(p + 1));
  if (bytes === 8) return { element: Buffer.from(String(pack.readBigInt64LE(p + 1))), length: 9 };
  return integer(pack.readIntLE(p + 1, bytes), 1 + bytes);
}

function integer(value: number, length: number): { element: Buffer; length: number } {
  return { element: Buffer.from(String(value)), length };
}

function text(pack: Buffer, p: number, head: number, bytes: number): { element: Buffer; length: number } {
  if (p + head + bytes >= pack.length) throw new MalformedRdb('a string in a listpack is cut short');
  return { element: pack.subarray(p + head, p + head + bytes), length: head + bytes };
}

function backLengthBytes(length: number): number {
  if (length < 128) return 1;
  if (length < 16_384) return 2;
  if (length < 2_097_152) return 3;
  return length < 268_435_456 ? 4 : 5;
}
