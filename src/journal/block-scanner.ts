// Walks the blocks of a file from an offset on, in big reads into one reused buffer, checking each CRC: for recovery,
// snapshots and check. It tells what stands there and never decides what damage means.
import {
  blockFirstSeqAt,
  blockHeaderBytes,
  blockLengthAt,
  blockSyncedBytesAt,
  crcOf,
  isPlausibleBlock,
} from './block.ts';
import type { FileLayer } from './file-layer.ts';
import { RangeCrc } from './range-crc.ts';

const scanWindowBytes = 1024 * 1024;

export const ScanStep = { block: 0, end: 1, bad: 2 } as const;
export type ScanStep = (typeof ScanStep)[keyof typeof ScanStep];

export class BlockScanner {
  /** The current block is `buf[start .. end)`, at `offset` of the file. After `bad`, `offset` is where it is bad. */
  buf: Buffer;
  start = 0;
  end = 0;
  offset = 0;
  /** What is wrong, after `bad`. */
  reason = '';
  private readonly files: FileLayer;
  private fd = -1;
  private filledBytes = 0;
  private nextOffset = 0;
  private limit = 0;

  constructor(files: FileLayer, windowBytes = scanWindowBytes) {
    this.files = files;
    this.buf = Buffer.allocUnsafeSlow(windowBytes);
  }

  /** Stands before the block at `offset`; the file counts up to `limit`. */
  open(fd: number, offset: number, limit: number): void {
    this.fd = fd;
    this.limit = limit;
    this.nextOffset = offset;
    this.offset = offset;
    this.start = 0;
    this.end = 0;
    this.filledBytes = 0;
  }

  /** Goes to the next block. Throws what the file layer throws. */
  next(): ScanStep {
    this.start = this.end;
    this.offset = this.nextOffset;
    const left = this.limit - this.offset;
    if (left === 0) return ScanStep.end;
    if (left < blockHeaderBytes) return this.bad('cut short within a block header');
    if (!this.fill(blockHeaderBytes)) return this.bad('cannot be read to its end');
    if (!isPlausibleBlock(this.buf, this.start)) return this.bad('no block header');
    const length = blockLengthAt(this.buf, this.start);
    if (length > left) return this.bad('cut short within a block');
    if (!this.fill(length)) return this.bad('cannot be read to its end');
    const { buf, start } = this;
    if (buf.readUInt32LE(start) !== crcOf(buf, start + 4, start + length)) return this.bad('CRC mismatch');
    this.end = start + length;
    this.nextOffset = this.offset + length;
    return ScanStep.block;
  }

  private bad(reason: string): ScanStep {
    this.reason = reason;
    return ScanStep.bad;
  }

  /** Has `bytes` from the current position on in the buffer; false if the file is shorter than it said. */
  private fill(bytes: number): boolean {
    if (this.start + bytes <= this.filledBytes) return true;
    const kept = this.filledBytes - this.start;
    if (bytes > this.buf.length) {
      const grown = Buffer.allocUnsafeSlow(bytes);
      this.buf.copy(grown, 0, this.start, this.filledBytes);
      this.buf = grown;
    } else {
      this.buf.copyWithin(0, this.start, this.filledBytes);
    }
    this.start = 0;
    this.filledBytes = kept;
    while (this.filledBytes < bytes) {
      const position = this.offset + this.filledBytes;
      const room = Math.min(this.buf.length - this.filledBytes, this.limit - position);
      const n = this.files.read(this.fd, this.buf, this.filledBytes, room, position);
      if (n === 0) return false;
      this.filledBytes += n;
    }
    return true;
  }
}

/** What lies behind a bad place in a file. */
export interface Beyond {
  /** Where the next sound block is; undefined = there is none. */
  readonly offset: number | undefined;
  /** The most that any sound block behind it says was on the disk when it was written. */
  readonly syncedBytes: number;
  /** Whether a sector in between reads as zeros, as where a page never reached the disk. */
  readonly hasLostSector: boolean;
}

/** Whether a bad place at the end of the log is what a crash leaves (see recovery.ts), not damage. */
export function isTornTail(beyond: Beyond, offset: number): boolean {
  return beyond.offset === undefined || (beyond.hasLostSector && beyond.syncedBytes <= offset);
}

const sectorBytes = 512;
/** Fewer zeros than this up to the end of a sector prove nothing. */
const lostBytesMin = 16;
/** How far behind a bad place sound blocks are looked for. */
const beyondBytesMax = 256 * 1024 * 1024;

function isZero(buf: Buffer, from: number, to: number): boolean {
  for (let i = from; i < to; i++) if (buf[i] !== 0) return false;
  return true;
}

/** Looks for sound blocks of records from `minSeq` on behind `offset`, in a time linear in the bytes. */
export function lookBeyond(
  files: FileLayer,
  fd: number,
  offset: number,
  limit: number,
  minSeq: number,
): Beyond {
  const base = offset - (offset % sectorBytes);
  const bytes = Math.min(limit - base, beyondBytesMax);
  const buf = Buffer.allocUnsafeSlow(bytes);
  let filled = 0;
  while (filled < bytes) {
    const n = files.read(fd, buf, filled, bytes - filled, base + filled);
    if (n === 0) break;
    filled += n;
  }
  // What the bytes hold may look like any number of headers, each of a block up to the end.
  const crcs = new RangeCrc(buf);
  let found: number | undefined;
  let syncedBytes = 0;
  for (let at = offset - base + 1; at + blockHeaderBytes <= filled; ) {
    const length = isPlausibleBlock(buf, at) ? blockLengthAt(buf, at) : 0;
    const seq = blockFirstSeqAt(buf, at);
    const fits = length > 0 && at + length <= filled && seq >= minSeq && seq <= minSeq + bytes;
    if (!fits || buf.readUInt32LE(at) !== crcs.of(at + 4, at + length)) {
      at += 1;
      continue;
    }
    found ??= at;
    syncedBytes = Math.max(syncedBytes, blockSyncedBytesAt(buf, at));
    at += length;
  }
  const damagedEnd = found ?? filled;
  let hasLostSector = false;
  for (let at = offset - base; at < damagedEnd && !hasLostSector; at += sectorBytes - (at % sectorBytes)) {
    const sectorEnd = Math.min(at + sectorBytes - (at % sectorBytes), filled);
    hasLostSector = sectorEnd - at >= lostBytesMin && isZero(buf, at, sectorEnd);
  }
  return { offset: found === undefined ? undefined : base + found, syncedBytes, hasLostSector };
}
