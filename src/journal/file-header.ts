// The 64 bytes at the start of a segment, a snapshot and a run, and at a snapshot's end; and the names of those files.
// It knows nothing of what lies between. Integers are little-endian.
//
//   0   8 bytes  magic: what the file is
//   8   u32      CRC-32 of bytes 12 to 63
//   12  u16      version of the format
//   14  u16      flags: 1 = restart, a segment that counts only together with a snapshot at its first record or later;
//                2 = jump, a segment behind a gap that a repair left
//   16  8 bytes  id of the journal
//   24  2 u32    snapshot: seed of the hash in whose order it is; else 0
//   32  u64      seq: first record of the segment; where replay over the snapshot starts; number of the run
//   40  u64      own seq: how many of the records below were made here
//   48  u64      segment: 0; snapshot: Unix ms when begun; trailer: records in the snapshot
//   56  u64      segment: 0; snapshot: the store's hint of its size; trailer: the log is needed up to this record
import { FerriteError } from '../base/errors.ts';
import { crcOf } from './block.ts';

export const headerBytes = 64;
const formatVersion = 2;
export const restartFlag = 1;
/** Made by a repair: records between the segment before and this one are lost. */
export const jumpFlag = 2;
export const Magic = {
  segment: 'FERRLOG\n',
  snapshot: 'FERRSNAP',
  trailer: 'FERREND\n',
  run: 'FERRRUN\n',
} as const;
export type Magic = (typeof Magic)[keyof typeof Magic];

export interface FileHeader {
  readonly flags: number;
  /** 16 hexadecimal digits. */
  readonly id: string;
  readonly seed: readonly [number, number];
  readonly seq: number;
  readonly ownSeq: number;
  readonly a: number;
  readonly b: number;
}

/** Of a file whose records are in no order of a hash. */
export const noSeed: readonly [number, number] = [0, 0];

const two32 = 4294967296;

function putU64(buf: Buffer, value: number, at: number): void {
  buf.writeUInt32LE(value % two32, at);
  buf.writeUInt32LE(Math.floor(value / two32), at + 4);
}

function getU64(buf: Buffer, at: number): number {
  return buf.readUInt32LE(at + 4) * two32 + buf.readUInt32LE(at);
}

/** The header as a new buffer of 64 bytes. */
export function encodeHeader(magic: Magic, header: FileHeader): Buffer {
  const buf = Buffer.alloc(headerBytes);
  buf.write(magic, 0, 'latin1');
  buf.writeUInt16LE(formatVersion, 12);
  buf.writeUInt16LE(header.flags, 14);
  buf.write(header.id, 16, 'hex');
  buf.writeUInt32LE(header.seed[0], 24);
  buf.writeUInt32LE(header.seed[1], 28);
  putU64(buf, header.seq, 32);
  putU64(buf, header.ownSeq, 40);
  putU64(buf, header.a, 48);
  putU64(buf, header.b, 56);
  buf.writeUInt32LE(crcOf(buf, 12, headerBytes), 8);
  return buf;
}

/**
 * The header in `buf[at .. at + 64)`, or what is wrong with it. Throws FerriteError JOURNAL_VERSION where nothing is
 * wrong with it but that another version of the program wrote it: that is no damage, and there is nothing to repair.
 */
export function decodeHeader(magic: Magic, buf: Buffer, at: number): FileHeader | string {
  if (buf.length - at < headerBytes) return 'shorter than a header';
  if (buf.toString('latin1', at, at + 8) !== magic) return 'not a file of this kind';
  if (buf.readUInt32LE(at + 8) !== crcOf(buf, at + 12, at + headerBytes)) return 'header CRC mismatch';
  const version = buf.readUInt16LE(at + 12);
  if (version !== formatVersion) {
    const found = `the data is of format ${version}, this version of ferrite-ts reads format ${formatVersion}`;
    throw new FerriteError(
      'JOURNAL_VERSION',
      `${found}; start the version that wrote it, or name another directory`,
    );
  }
  return {
    flags: buf.readUInt16LE(at + 14),
    id: buf.toString('hex', at + 16, at + 24),
    seed: [buf.readUInt32LE(at + 24), buf.readUInt32LE(at + 28)],
    seq: getU64(buf, at + 32),
    ownSeq: getU64(buf, at + 40),
    a: getU64(buf, at + 48),
    b: getU64(buf, at + 56),
  };
}

/** `journal-0000000000000042.log`: names sort as the records do. */
export function segmentName(firstSeq: number): string {
  return `journal-${String(firstSeq).padStart(16, '0')}.log`;
}

/** `snapshot-0000000000000042.snap`. */
export function snapshotName(seq: number): string {
  return `snapshot-${String(seq).padStart(16, '0')}.snap`;
}

export function segmentSeqOf(name: string): number | undefined {
  const match = /^journal-(\d{16})\.log$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

export function snapshotSeqOf(name: string): number | undefined {
  const match = /^snapshot-(\d{16})\.snap$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** `run-0000000000000042.deltas`. */
export function runName(number: number): string {
  return `run-${String(number).padStart(16, '0')}.deltas`;
}

export function runNumberOf(name: string): number | undefined {
  const match = /^run-(\d{16})\.deltas$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** A snapshot that was not finished. */
export function isUnfinished(name: string): boolean {
  return /^snapshot-\d{16}\.tmp$/.test(name);
}
