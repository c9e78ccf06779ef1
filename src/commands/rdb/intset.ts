// Reads an intset, the form in which Redis keeps and dumps small sets of integers. Bytes come from outside: what does
// not hold together throws MalformedRdb. It knows no types of values.
//
//   u32 bytes of each (2, 4 or 8), u32 how many, integers, rising; all little-endian
import { MalformedRdb } from './rdb-reader.ts';

const headerBytes = 8;

/** The integers as text, one after the other. */
export function* readIntset(set: Buffer): Generator<Buffer, void, void> {
  if (set.length < headerBytes) throw new MalformedRdb('no intset');
  const width = set.readUInt32LE(0);
  const count = set.readUInt32LE(4);
  if (width !== 2 && width !== 4 && width !== 8) throw new MalformedRdb('an intset of another width');
  if (headerBytes + count * width !== set.length) throw new MalformedRdb('an intset is cut short');
  for (let at = headerBytes; at < set.length; at += width) {
    yield Buffer.from(String(width === 8 ? set.readBigInt64LE(at) : set.readIntLE(at, width)));
  }
}
