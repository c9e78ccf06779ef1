// A segment: a file of blocks that follow one another in the log. This is its description in memory, with a sparse
// index from records to offsets, and the walk over its blocks that recovery and check share. A segment follows the one
// before without a gap, unless its header says that it restarts the log (after a failed write, see file-journal.ts) or
// that a repair took out what was before.
import { join } from 'node:path';
import { FerriteError } from '../base/errors.ts';
import { blockCountAt, blockFirstSeqAt, blockIsForeignAt } from './block.ts';
import { type BlockScanner, lookBeyond, ScanStep } from './block-scanner.ts';
import { decodeHeader, type FileHeader, headerBytes, type Magic, segmentName } from './file-header.ts';
import type { FileLayer } from './file-layer.ts';

const indexStepBytes = 256 * 1024;

export class Segment {
  readonly name: string;
  readonly path: string;
  readonly firstSeq: number;
  /** Records made here below `firstSeq`. */
  readonly firstOwnSeq: number;
  readonly flags: number;
  /** Length of the file as far as it holds blocks. */
  bytes = headerBytes;
  private readonly seqs: number[] = [];
  private readonly offsets: number[] = [];

  constructor(dir: string, firstSeq: number, firstOwnSeq: number, flags: number) {
    this.name = segmentName(firstSeq);
    this.path = join(dir, this.name);
    this.firstSeq = firstSeq;
    this.firstOwnSeq = firstOwnSeq;
    this.flags = flags;
  }

  /** Takes note that a block with first record `seq` stands at `offset`, every now and then. */
  index(seq: number, offset: number): void {
    const last = this.offsets.at(-1);
    if (last !== undefined && offset - last < indexStepBytes) return;
    this.seqs.push(seq);
    this.offsets.push(offset);
  }

  /** An offset from which walking the blocks meets record `seq`. */
  offsetBefore(seq: number): number {
    let low = 0;
    let high = this.seqs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.seqs[middle]! <= seq) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? headerBytes : this.offsets[low - 1]!;
  }
}

/** A place where a file is not as it was written. */
export interface Damage {
  readonly offset: number;
  readonly reason: string;
}

export interface Walked {
  /** Up to where the log was followed. */
  seq: number;
  ownSeq: number;
  blocks: number;
  records: number;
  damage: Damage | undefined;
}

/** Walks a segment's blocks from its start; `visit` sees each one and returns what is wrong with it, if anything. */
export function walkSegment(
  scanner: BlockScanner,
  fd: number,
  bytes: number,
  segment: Segment,
  visit: (seq: number) => string | undefined,
): Walked {
  let { firstSeq: seq, firstOwnSeq: ownSeq } = segment;
  let blocks = 0;
  let records = 0;
  let damage: Damage | undefined;
  scanner.open(fd, headerBytes, bytes);
  for (;;) {
    const step = scanner.next();
    if (step === ScanStep.end) break;
    const { buf, start, offset } = scanner;
    if (step === ScanStep.bad) damage = { offset, reason: scanner.reason };
    else if (blockFirstSeqAt(buf, start) !== seq) {
      damage = { offset, reason: `record ${blockFirstSeqAt(buf, start)} where ${seq} should be` };
    }
    if (damage !== undefined) break;
    segment.index(seq, offset);
    const reason = visit(seq);
    if (reason !== undefined) {
      damage = { offset, reason };
      break;
    }
    const count = blockCountAt(buf, start);
    seq += count;
    if (!blockIsForeignAt(buf, start)) ownSeq += count;
    blocks += 1;
    records += count;
  }
  segment.bytes = scanner.offset;
  return { seq, ownSeq, blocks, records, damage };
}

/** Reads and checks a header of the file; returns what is wrong with it as text. */
export function readHeader(files: FileLayer, fd: number, magic: Magic, at: number): FileHeader | string {
  const buf = Buffer.alloc(headerBytes);
  const n = files.read(fd, buf, 0, headerBytes, at);
  return decodeHeader(magic, buf.subarray(0, n), 0);
}

/**
 * Whether a file without a header never had one on the disk: it is shorter, or its first sector reads as zeros, as a
 * power loss leaves it. Nothing was in it: where a record is missing, what follows it does not go on where the log has
 * come to.
 */
export function isBlankSegment(files: FileLayer, fd: number): boolean {
  const bytes = files.bytesOf(fd);
  if (bytes <= headerBytes) return true;
  const buf = Buffer.alloc(headerBytes);
  files.read(fd, buf, 0, headerBytes, 0);
  if (buf.some((byte) => byte !== 0)) return false;
  return lookBeyond(files, fd, headerBytes, bytes, 0).syncedBytes === 0;
}

/** Refuses to go on with damaged data: names the place and the way out. */
export function corrupt(dir: string, path: string, offset: number, reason: string): FerriteError {
  const advice = `run: ferrite-ts check --repair ${dir}`;
  return new FerriteError('JOURNAL_CORRUPT', `${path} is damaged at offset ${offset}: ${reason}; ${advice}`);
}
