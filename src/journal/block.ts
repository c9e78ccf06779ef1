// The block: what one commit appended from one source, as bytes; the unit of segments, snapshots and links. It knows
// no file. The CRC covers everything after itself, so that a block vouches for its own length and place in the log.
//
//   0   u32  CRC-32 (as zlib's) of the bytes from 4 to the end
//   4   u32  length of the block, this header included
//   8   u48  first seq: number of its first record
//   14  u8   length of the source's name, 0 = made here
//   15  u8   form: 0 records; 1 seal, written when a segment is closed in order: no records
//   16  u32  count of records
//   20  u32  synced: bytes of this file known to be on the disk when the block was written
//   24       source's name (latin1), then the records: one delta batch (delta/batch-writer.ts)
//
// Integers are little-endian. `synced` tells damage from loss: bytes below it that are bad were good once.
import { crc32 } from 'node:zlib';

export const blockHeaderBytes = 24;
export const sourceBytesMax = 255;
/** Longest block: what a BatchWriter holds. */
const blockBytesMax = 0x7fff0000;

export const BlockForm = { records: 0, seal: 1 } as const;
export type BlockForm = (typeof BlockForm)[keyof typeof BlockForm];

/** Below this length a loop is faster than the call into zlib and the view that it needs. */
const loopBytesMax = 192;
const two32 = 4294967296;

/** Four tables of 256: the CRC of a byte, and of it with one to three zero bytes behind it. */
const crcTable = new Int32Array(4 * 256);
for (let i = 0; i < 256; i++) {
  let c = i;
  for (let k = 0; k < 8; k++) c = (c & 1) !== 0 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  crcTable[i] = c;
}
for (let i = 256; i < crcTable.length; i++) {
  const before = crcTable[i - 256]!;
  crcTable[i] = crcTable[before & 255]! ^ (before >>> 8);
}

/** CRC-32 of `buf[start .. end)` as an unsigned number. */
export function crcOf(buf: Buffer, start: number, end: number): number {
  if (end - start > loopBytesMax) return crc32(buf.subarray(start, end));
  const t = crcTable;
  let c = -1;
  let i = start;
  for (const last = end - 3; i < last; i += 4) {
    c ^= buf[i]! | (buf[i + 1]! << 8) | (buf[i + 2]! << 16) | (buf[i + 3]! << 24);
    c = t[768 + (c & 255)]! ^ t[512 + ((c >>> 8) & 255)]! ^ t[256 + ((c >>> 16) & 255)]! ^ t[c >>> 24]!;
  }
  for (; i < end; i++) c = t[(c ^ buf[i]!) & 255]! ^ (c >>> 8);
  return ~c >>> 0;
}

/** Fills in the header of the block `buf[start .. end)` whose records are already in place. */
export function sealBlock(
  buf: Buffer,
  start: number,
  end: number,
  form: BlockForm,
  source: string,
  firstSeq: number,
  count: number,
  syncedBytes: number,
): void {
  buf.writeUInt32LE(end - start, start + 4);
  buf.writeUInt32LE(firstSeq % two32, start + 8);
  buf.writeUInt16LE(Math.floor(firstSeq / two32), start + 12);
  buf[start + 14] = source.length;
  buf[start + 15] = form;
  buf.writeUInt32LE(count, start + 16);
  buf.writeUInt32LE(Math.min(syncedBytes, two32 - 1), start + 20);
  if (source.length > 0) buf.write(source, start + blockHeaderBytes, 'latin1');
  buf.writeUInt32LE(crcOf(buf, start + 4, end), start);
}

/** The length that the header at `start` states; at least 24 bytes must be there. */
export function blockLengthAt(buf: Buffer, start: number): number {
  return buf.readUInt32LE(start + 4);
}

export function blockFirstSeqAt(buf: Buffer, start: number): number {
  return buf.readUInt16LE(start + 12) * two32 + buf.readUInt32LE(start + 8);
}

export function blockFormAt(buf: Buffer, start: number): number {
  return buf[start + 15]!;
}

export function blockCountAt(buf: Buffer, start: number): number {
  return buf.readUInt32LE(start + 16);
}

export function blockSyncedBytesAt(buf: Buffer, start: number): number {
  return buf.readUInt32LE(start + 20);
}

/** Whether the records came from a peer. */
export function blockIsForeignAt(buf: Buffer, start: number): boolean {
  return buf[start + 14] !== 0;
}

export function blockSourceAt(buf: Buffer, start: number): string {
  const length = buf[start + 14]!;
  if (length === 0) return '';
  return buf.toString('latin1', start + blockHeaderBytes, start + blockHeaderBytes + length);
}

/** Where the block's batch starts. */
export function blockRecordsAt(buf: Buffer, start: number): number {
  return start + blockHeaderBytes + buf[start + 14]!;
}

/** Whether a header that could be a block's stands at `start`, before its CRC is looked at. */
export function isPlausibleBlock(buf: Buffer, start: number): boolean {
  const length = blockLengthAt(buf, start);
  return (
    length >= blockHeaderBytes + buf[start + 14]! && length <= blockBytesMax && blockFormAt(buf, start) <= 1
  );
}
