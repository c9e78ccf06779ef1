// Reads an intset, the form in which Redis keeps and dumps small sets of integers. Bytes come from outside: what does not
// hold together throws MalformedRdb. It knows no types of values.
//
//   u32 bytes of each (2, 4 or 8), u32 how many, integers, rising; all little-endian
import { MalformedRdb } from './rdb-reader.ts';

const headerBytes = 8;

/** The integers as text. */
export function readIntset(set: Buffer): Buffer[] {
  if (set.length < headerBytes) throw new MalformedRdb('no intset');
  const width = set.readUInt32LE(0);
  const count = set.readUInt32LE(4);
  if (width !== 2 && width !== 4 && width !== 8) throw new MalformedRdb('an intset of another width');
  if (headerBytes + count * width !== set.length) throw new MalformedRdb('an intset is cut short');
  return Array.from({ length: count }, (_, i) => {
    const at = headerBytes + i * width;
    return Buffer.from(String(width === 8 ? set.readBigInt64LE(at) : set.readIntLE(at, width)));
  });
}
