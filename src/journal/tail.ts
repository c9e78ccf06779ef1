// The newest blocks in memory, from the open one back as far as a byte budget allows: where records are appended,
// where commits close blocks, and where links read without touching a disk. It knows no file: FileJournal writes its
// bytes out, MemoryJournal has nothing else. Blocks are appended to one chunk after the other and stay where they
// are, so nothing is copied; chunks that no reader has been given are used again, so a steady log allocates nothing.
import { assert } from '../base/assert.ts';
import { BatchWriter } from '../delta/batch-writer.ts';
import { notesSource } from '../delta/kinds.ts';
import type { Origins } from '../delta/origins.ts';
import {
  BlockForm,
  blockCountAt,
  blockFirstSeqAt,
  blockHeaderBytes,
  blockLengthAt,
  blockRecordsAt,
  blockSourceAt,
  sealBlock,
  sourceBytesMax,
} from './block.ts';
import type { Block } from './delta-log.ts';

export const chunkBytesDefault = 256 * 1024;
const spareChunksMax = 4;

/** Blocks one after the other in `buf[0 .. end)`, of records `firstSeq` up to the next chunk's first. */
export interface Chunk {
  buf: Buffer;
  end: number;
  firstSeq: number;
  /** Handed to a reader: its bytes must stay as they are. */
  shared: boolean;
  /** Writes of its bytes that are in flight. */
  writes: number;
}

/** The block at `start` of a buffer that holds all of it. */
export function blockAt(buf: Buffer, start: number): Block {
  const count = blockCountAt(buf, start);
  const source = blockSourceAt(buf, start);
  return {
    source,
    firstSeq: blockFirstSeqAt(buf, start),
    count,
    ownCount: source === '' ? count : 0,
    buf,
    start: blockRecordsAt(buf, start),
    end: start + blockLengthAt(buf, start),
  };
}

export class BlockTail {
  readonly writer: BatchWriter;
  source = '';
  seq: number;
  ownSeq: number;
  /** Where the last block ends that is not of this node's notes. */
  newsSeq: number;
  /** The chunk that the writer fills; it lies in `chunks` too, as the last. */
  current: Chunk;
  private readonly chunks: Chunk[];
  private readonly spares: Buffer[] = [];
  /** Where the block that was asked for last begins: many links read on from about the same place. */
  private lastRead = { firstSeq: 0, at: 0, chunk: undefined as Chunk | undefined };
  /** What was read last: many links read the same. */
  private readonly last = { fromSeq: -1, durableSeq: -1, limitBytes: 0, blocks: [] as readonly Block[] };
  private readonly chunkBytes: number;
  private readonly bytesMax: number;

  /** `bytesMax`: budget of the blocks kept beside those of the chunk being filled. */
  constructor(
    origins: Origins,
    seq: number,
    ownSeq: number,
    bytesMax: number,
    chunkBytes = chunkBytesDefault,
  ) {
    this.writer = new BatchWriter(origins, chunkBytes);
    this.chunkBytes = chunkBytes;
    this.bytesMax = bytesMax;
    this.seq = seq;
    this.ownSeq = ownSeq;
    this.newsSeq = seq;
    this.current = { buf: this.writer.buf, end: 0, firstSeq: seq, shared: false, writes: 0 };
    this.chunks = [this.current];
    this.writer.restart(blockHeaderBytes);
  }

  /** The first record that is still here. */
  get oldestSeq(): number {
    return this.chunks[0]!.firstSeq;
  }

  /** Bytes of the open block, its header with them; 0 while it has no record. */
  get openBytes(): number {
    return this.writer.count === 0 ? 0 : this.writer.pos - this.current.end;
  }

  /** Bytes of the blocks here. */
  get bytes(): number {
    let sum = 0;
    for (const chunk of this.chunks) sum += chunk.end;
    return sum;
  }

  /** From now on records come from `peer`. Closes the open block if it has any. */
  setSource(peer: string, syncedBytes: number): void {
    if (peer === this.source) return;
    assert(peer.length <= sourceBytesMax, 'source name too long');
    this.closeBlock(syncedBytes);
    this.source = peer;
    this.writer.restart(this.current.end + blockHeaderBytes + peer.length);
  }

  /** Ends the open block if it has records; its bytes are then below `current.end`. Returns whether it had. */
  closeBlock(syncedBytes: number): boolean {
    const { writer, current } = this;
    const count = writer.count;
    if (count === 0) return false;
    const start = current.end;
    const end = writer.pos;
    current.buf = writer.buf;
    sealBlock(current.buf, start, end, BlockForm.records, this.source, this.seq, count, syncedBytes);
    current.end = end;
    this.seq += count;
    if (this.source === '') this.ownSeq += count;
    if (this.source !== notesSource) this.newsSeq = this.seq;
    writer.restart(end + blockHeaderBytes + this.source.length);
    return true;
  }

  /**
   * To be called when a turn's blocks are closed and handed on: goes to a new chunk when this one is full, and lets go
   * of the oldest beyond the budget, but of none from record `keepSeq` on (still to be written).
   */
  turn(keepSeq: number): void {
    if (this.current.end < this.chunkBytes / 2) return;
    const buf = this.spares.pop() ?? Buffer.allocUnsafeSlow(this.chunkBytes);
    this.current = { buf, end: 0, firstSeq: this.seq, shared: false, writes: 0 };
    this.chunks.push(this.current);
    this.writer.buf = buf;
    this.writer.restart(blockHeaderBytes + this.source.length);
    this.trim(keepSeq);
  }

  /** The durable blocks from the one that holds `fromSeq` on; undefined when it is no longer here. */
  read(fromSeq: number, durableSeq: number, limitBytes: number): readonly Block[] | undefined {
    if (fromSeq < this.oldestSeq) return undefined;
    const { last } = this;
    if (last.fromSeq !== fromSeq || last.durableSeq !== durableSeq || last.limitBytes !== limitBytes) {
      last.blocks = this.blocksFrom(fromSeq, durableSeq, limitBytes);
      last.fromSeq = fromSeq;
      last.durableSeq = durableSeq;
      last.limitBytes = limitBytes;
    }
    return last.blocks;
  }

  private blocksFrom(fromSeq: number, durableSeq: number, limitBytes: number): Block[] {
    const blocks: Block[] = [];
    let bytes = 0;
    for (let i = this.chunkOf(fromSeq); i < this.chunks.length; i++) {
      const chunk = this.chunks[i]!;
      for (let at = this.beginOf(chunk, fromSeq); at < chunk.end; at += blockLengthAt(chunk.buf, at)) {
        const endSeq = blockFirstSeqAt(chunk.buf, at) + blockCountAt(chunk.buf, at);
        if (endSeq <= fromSeq) continue;
        if (blocks.length === 0) this.lastRead = { firstSeq: blockFirstSeqAt(chunk.buf, at), at, chunk };
        bytes += blockLengthAt(chunk.buf, at);
        if (endSeq > durableSeq || (blocks.length > 0 && bytes > limitBytes)) return blocks;
        chunk.shared = true;
        blocks.push(blockAt(chunk.buf, at));
      }
    }
    return blocks;
  }

  /** A block of the chunk from which on to look for a record. */
  private beginOf(chunk: Chunk, seq: number): number {
    const { lastRead } = this;
    return lastRead.chunk === chunk && lastRead.firstSeq <= seq ? lastRead.at : 0;
  }

  private chunkOf(seq: number): number {
    let i = this.chunks.length - 1;
    while (i > 0 && this.chunks[i]!.firstSeq > seq) i--;
    return i;
  }

  private trim(keepSeq: number): void {
    let bytes = this.bytes;
    while (this.chunks.length > 1 && bytes > this.bytesMax && this.chunks[1]!.firstSeq <= keepSeq) {
      const old = this.chunks.shift()!;
      bytes -= old.end;
      const reusable = !old.shared && old.writes === 0 && old.buf.length === this.chunkBytes;
      if (reusable && this.spares.length < spareChunksMax) this.spares.push(old.buf);
    }
  }
}
