// Reads durable blocks back from a segment for a link that fell behind the tail in memory: asynchronously, whole
// blocks, each checked. The link may be slow and the segment may be deleted meanwhile; an open file stays readable.
import { FerriteError } from '../base/errors.ts';
import {
  blockCountAt,
  blockFirstSeqAt,
  blockHeaderBytes,
  blockLengthAt,
  crcOf,
  isPlausibleBlock,
} from './block.ts';
import type { Block } from './delta-log.ts';
import { headerBytes } from './file-header.ts';
import { type FileLayer, reasonOf } from './file-layer.ts';
import type { Segment } from './segment.ts';
import { blockAt } from './tail.ts';

const windowBytesMin = 320 * 1024;
const windowBytesMax = 8 * 1024 * 1024;

function readAt(files: FileLayer, fd: number, buf: Buffer, length: number, at: number): Promise<number> {
  return new Promise((resolve, reject) => {
    files.readLater(fd, buf, 0, length, at, (error, n) => (error === null ? resolve(n) : reject(error)));
  });
}

/** The length of the block at `at` of `buf[0 .. filled)`; 0 if it is not all there. Throws if it is damaged. */
function wholeBlockAt(buf: Buffer, at: number, filled: number, place: () => string): number {
  if (at + blockHeaderBytes > filled) return 0;
  if (!isPlausibleBlock(buf, at)) throw new FerriteError('JOURNAL_CORRUPT', `no block header ${place()}`);
  const length = blockLengthAt(buf, at);
  if (at + length > filled) return 0;
  if (buf.readUInt32LE(at) !== crcOf(buf, at + 4, at + length)) {
    throw new FerriteError('JOURNAL_CORRUPT', `CRC mismatch ${place()}`);
  }
  return length;
}

/** Blocks of `segment` from the one with record `fromSeq` on that end at or before `endSeq`; about `limitBytes`. */
export async function readSegment(
  files: FileLayer,
  segment: Segment,
  fromSeq: number,
  endSeq: number,
  limitBytes: number,
): Promise<Block[]> {
  let fd: number;
  try {
    fd = files.open(segment.path, 'r');
  } catch (error) {
    throw new FerriteError('JOURNAL_IO', `cannot open ${segment.name}: ${reasonOf(error)}`, error);
  }
  try {
    return await readBlocks(files, fd, segment, fromSeq, endSeq, limitBytes);
  } catch (error) {
    if (error instanceof FerriteError) throw error;
    throw new FerriteError('JOURNAL_IO', `cannot read ${segment.name}: ${reasonOf(error)}`, error);
  } finally {
    files.close(fd);
  }
}

/** All blocks of a file of `bytes`, behind its header. */
export async function readAllBlocks(files: FileLayer, path: string, bytes: number): Promise<Block[]> {
  let fd = -1;
  try {
    fd = files.open(path, 'r');
    const buf = Buffer.allocUnsafeSlow(bytes);
    const blocks: Block[] = [];
    let at = headerBytes;
    for (let filled = 0; filled < bytes; ) {
      const piece = buf.subarray(filled);
      const read = await readAt(files, fd, piece, Math.min(piece.length, windowBytesMin), filled);
      if (read === 0) break;
      filled += read;
      for (;;) {
        const length = wholeBlockAt(buf, at, filled, () => `in ${path} at offset ${at}`);
        if (length === 0) break;
        blocks.push(blockAt(buf, at));
        at += length;
      }
    }
    if (at === bytes) return blocks;
    throw new FerriteError('JOURNAL_CORRUPT', `${path} is cut short at offset ${at}`);
  } catch (error) {
    if (error instanceof FerriteError) throw error;
    throw new FerriteError('JOURNAL_IO', `cannot read ${path}: ${reasonOf(error)}`, error);
  } finally {
    if (fd >= 0) files.close(fd);
  }
}

async function readBlocks(
  files: FileLayer,
  fd: number,
  segment: Segment,
  fromSeq: number,
  endSeq: number,
  limitBytes: number,
): Promise<Block[]> {
  const blocks: Block[] = [];
  let offset = segment.offsetBefore(fromSeq);
  let windowBytes = Math.min(windowBytesMax, Math.max(windowBytesMin, limitBytes));
  while (offset < segment.bytes) {
    const buf = Buffer.allocUnsafeSlow(Math.min(windowBytes, segment.bytes - offset));
    const filled = await readAt(files, fd, buf, buf.length, offset);
    let at = 0;
    let takenBytes = 0;
    for (;;) {
      const length = wholeBlockAt(buf, at, filled, () => `in ${segment.path} at offset ${offset + at}`);
      if (length === 0) break;
      const seq = blockFirstSeqAt(buf, at);
      const blockEnd = seq + blockCountAt(buf, at);
      segment.index(seq, offset + at);
      if (blockEnd > endSeq || (blocks.length > 0 && takenBytes + length > limitBytes)) return blocks;
      if (blockEnd > fromSeq && blockEnd > seq) {
        blocks.push(blockAt(buf, at));
        takenBytes += length;
      }
      at += length;
    }
    if (blocks.length > 0) return blocks;
    if (at === 0 && filled < buf.length) break;
    if (at === 0 && filled === segment.bytes - offset) break;
    if (at === 0)
      windowBytes = Math.max(windowBytes * 2, filled < blockHeaderBytes ? 0 : blockLengthAt(buf, 0));
    offset += at;
  }
  return blocks;
}
