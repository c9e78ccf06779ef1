// Reads and writes listpacks, the packed form in which Redis 7 keeps small collections and dumps them. Bytes come from
// outside: what does not hold together throws MalformedRdb, and nothing is read beyond the end. It knows no types of values.
//
//   u32 bytes in all, u16 elements (65535 = count them), elements, 255
//   element   0nnnnnnn integer | 10llllll string | 110nnnnn n integer of 13 bits | 1110llll l string
//             11110000 u32 string | 11110001 to 11110100 integer of 16, 24, 32, 64 bits;  then its own length, 1 to 5 bytes
import { parseInt64 } from '../../store/number.ts';
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

/** A listpack of these elements; canonical 64-bit integers are written as such. */
export function writeListpack(elements: readonly Uint8Array[]): Buffer {
  const parts = elements.flatMap((element) => {
    const head = headOf(element);
    const isInteger = head[0]! < 0x80 || (head[0]! >= 0xc0 && head[0]! < 0xe0) || head[0]! > 0xf0;
    const body = isInteger ? [head] : [head, element];
    return [...body, backLength(body.reduce((sum, part) => sum + part.length, 0))];
  });
  const header = Buffer.alloc(headerBytes);
  const bytes = parts.reduce((sum, part) => sum + part.length, headerBytes + 1);
  header.writeUInt32LE(bytes);
  header.writeUInt16LE(Math.min(65_535, elements.length), 4);
  return Buffer.concat([header, ...parts, Buffer.from([end])], bytes);
}

/** Of an integer all of its bytes, of a string what says its length. */
function headOf(element: Uint8Array): Buffer {
  const value = parseInt64(element, 0, element.length);
  if (value !== undefined) return integerBytes(value);
  const { length } = element;
  if (length < 64) return Buffer.from([0x80 | length]);
  if (length < 4096) return Buffer.from([0xe0 | (length >> 8), length & 255]);
  const head = Buffer.alloc(5);
  head[0] = 0xf0;
  head.writeUInt32LE(length, 1);
  return head;
}

function integerBytes(value: bigint): Buffer {
  if (value >= 0n && value < 128n) return Buffer.from([Number(value)]);
  if (value >= -4096n && value < 4096n) {
    const n = Number(value) & 0x1fff;
    return Buffer.from([0xc0 | (n >> 8), n & 255]);
  }
  const out = Buffer.alloc(9);
  const bytes = [2, 3, 4].find((n) => value >= -(1n << BigInt(8 * n - 1)) && value < 1n << BigInt(8 * n - 1));
  if (bytes === undefined) {
    out[0] = 0xf4;
    out.writeBigInt64LE(value, 1);
    return out;
  }
  out[0] = 0xef + bytes;
  out.writeIntLE(Number(value), 1, bytes);
  return out.subarray(0, 1 + bytes);
}

/** The length of an element behind it: groups of seven bits, the highest first, all but the first with the upper bit. */
function backLength(length: number): Buffer {
  const bytes = backLengthBytes(length);
  const out = Buffer.alloc(bytes);
  for (let i = bytes - 1, rest = length; i >= 0; i--, rest >>>= 7) out[i] = (rest & 127) | (i > 0 ? 128 : 0);
  return out;
}
