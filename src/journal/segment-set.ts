// The segments of a log as files: which there are, how one is begun, gone on with, read, closed and removed, and which
// of them links still need. It knows no commits, no syncs of what was written and no snapshots: who owns it says what
// may go.
import { join } from 'node:path';
import type { Log } from '../base/log.ts';
import { BlockForm, blockHeaderBytes, sealBlock } from './block.ts';
import type { Block } from './delta-log.ts';
import { encodeHeader, headerBytes, Magic, noSeed, restartFlag } from './file-header.ts';
import { type FileLayer, reasonOf, writeWhole } from './file-layer.ts';
import { Segment } from './segment.ts';
import { readSegment } from './segment-reader.ts';

/** The segment being appended to. `ops` in flight keep its descriptor open. */
export interface OpenSegment {
  readonly segment: Segment;
  readonly fd: number;
  ops: number;
  abandoned: boolean;
  dirSynced: boolean;
}

export interface SegmentSetOptions {
  readonly dir: string;
  readonly files: FileLayer;
  readonly log: Log;
  /** The log's. */
  readonly id: string;
}

export class SegmentSet {
  private readonly options: SegmentSetOptions;
  /** Oldest first. */
  private readonly segments: Segment[];
  private readonly pins = new Map<string, number>();
  /** Files that are to go, the one that is going first. */
  private readonly leaving: string[] = [];
  private isRemoving = false;

  /** `segments`: those that are there, oldest first. */
  constructor(options: SegmentSetOptions, segments: Segment[]) {
    this.options = options;
    this.segments = segments;
  }

  /** The first record that is there; undefined where there is no segment. */
  get firstSeq(): number | undefined {
    return this.segments[0]?.firstSeq;
  }

  /** Bytes of those that begin at record `seq` or later. */
  bytesFrom(seq: number): number {
    let bytes = 0;
    for (const segment of this.segments) if (segment.firstSeq >= seq) bytes += segment.bytes;
    return bytes;
  }

  // --- appending ---

  /**
   * Opens the last one, durable as far as it goes, or begins one where there is none: behind a snapshot, without which
   * it would not count. Throws what the disk says.
   */
  openLast(seq: number, ownSeq: number): OpenSegment {
    const { dir, files } = this.options;
    const last = this.segments.at(-1);
    if (last === undefined) {
      const open = this.begin(seq, ownSeq, seq === 0 ? 0 : restartFlag);
      files.syncDir(dir);
      return open;
    }
    const fd = files.open(last.path, 'r+');
    try {
      files.sync(fd);
      files.syncDir(dir);
    } catch (error) {
      files.close(fd);
      throw error;
    }
    return { segment: last, fd, ops: 0, abandoned: false, dirSynced: true };
  }

  /** Begins another one. Throws what the disk says. */
  begin(seq: number, ownSeq: number, flags: number): OpenSegment {
    const { dir, files, id } = this.options;
    const segment = new Segment(dir, seq, ownSeq, flags);
    const fd = files.open(segment.path, 'w');
    try {
      const header = encodeHeader(Magic.segment, { flags, id, seed: noSeed, seq, ownSeq, a: 0, b: 0 });
      writeWhole(files, fd, header, 0, headerBytes, 0);
    } catch (error) {
      files.close(fd);
      this.removeNow(segment);
      throw error;
    }
    this.segments.push(segment);
    return { segment, fd, ops: 0, abandoned: false, dirSynced: false };
  }

  /** Writes buf[start .. end) at an offset of the file. Throws what the disk says. */
  write(open: OpenSegment, buf: Buffer, start: number, end: number, at: number): void {
    writeWhole(this.options.files, open.fd, buf, start, end - start, at);
  }

  /** Ends it with a seal, which says that everything before it, `syncedBytes`, was on the disk. */
  seal(open: OpenSegment, seq: number, syncedBytes: number): void {
    if (open.segment.bytes === headerBytes) return;
    const seal = Buffer.alloc(blockHeaderBytes);
    sealBlock(seal, 0, seal.length, BlockForm.seal, '', seq, 0, syncedBytes);
    this.write(open, seal, 0, seal.length, open.segment.bytes);
    this.options.files.sync(open.fd);
  }

  /** Nothing more is written to it: its descriptor closes once nothing is in flight on it. */
  abandon(open: OpenSegment): void {
    open.abandoned = true;
    this.release(open);
  }

  /** Closes the descriptor of one that was abandoned, once nothing is in flight on it. */
  release(open: OpenSegment): void {
    if (open.ops > 0) return;
    const { files, log } = this.options;
    try {
      files.close(open.fd);
    } catch (error) {
      log.warn('closing a segment failed', { file: open.segment.name, reason: reasonOf(error) });
    }
  }

  // --- reading ---

  /** Blocks from record `fromSeq` on, none from `durableSeq` on; undefined where they are gone. */
  read(fromSeq: number, durableSeq: number, limitBytes: number): Promise<Block[]> | undefined {
    const { segments } = this;
    const at = segments.findLastIndex((s) => s.firstSeq <= fromSeq);
    const segment = segments[at];
    if (segment === undefined) return undefined;
    const endSeq = segments[at + 1]?.firstSeq ?? durableSeq;
    return readSegment(this.options.files, segment, fromSeq, Math.min(endSeq, durableSeq), limitBytes);
  }

  // --- removing ---

  /** Somebody needs records from `seq` on; undefined: no more. */
  retain(name: string, seq: number | undefined): void {
    if (seq === undefined) this.pins.delete(name);
    else this.pins.set(name, seq);
  }

  /** Removes those below record `seq` that nobody needs, or that are beyond what may be kept for that. */
  prune(seq: number, keptBytesMax: number): void {
    const { segments } = this;
    let coveredBytes = 0;
    for (let i = 0; i + 1 < segments.length && segments[i + 1]!.firstSeq <= seq; i++) {
      coveredBytes += segments[i]!.bytes;
    }
    const oldestPin = Math.min(...this.pins.values());
    while (segments.length > 1 && segments[1]!.firstSeq <= seq) {
      const isPinned = oldestPin < segments[1]!.firstSeq;
      if (isPinned && coveredBytes <= keptBytesMax) return;
      const old = segments.shift()!;
      coveredBytes -= old.bytes;
      this.removeFile(old.name);
    }
  }

  /** Removes those that begin below record `seq`, whoever needs them. */
  removeBelow(seq: number): void {
    while (this.segments.length > 0 && this.segments[0]!.firstSeq < seq) {
      this.removeFile(this.segments.shift()!.name);
    }
  }

  /** Removes those that begin at record `seq` or later, at once: one of the same name may follow. */
  removeFrom(seq: number): void {
    while (this.segments.length > 0 && this.segments.at(-1)!.firstSeq >= seq) {
      this.removeNow(this.segments.pop()!);
    }
  }

  /** Removes a file whose name may come again. Where that fails, the next start finds nothing in it. */
  private removeNow({ path, name }: Segment): void {
    const { files, log } = this.options;
    try {
      files.remove(path);
    } catch (error) {
      log.warn('removing a file failed', { file: name, reason: reasonOf(error) });
    }
  }

  /**
   * Removes a file of the log, never one whose name can come again soon: it goes when the file system gets to it, and
   * only behind those that were to go before, so that a crash leaves no segment in front of a gap.
   */
  removeFile(name: string): void {
    if (!this.leaving.includes(name)) this.leaving.push(name);
    if (!this.isRemoving) this.removeNext();
  }

  private removeNext(): void {
    const { dir, files, log } = this.options;
    const name = this.leaving[0];
    this.isRemoving = name !== undefined;
    if (name === undefined) return;
    files.removeLater(join(dir, name), (error) => {
      const isGone = error === null || ('code' in error && error.code === 'ENOENT');
      if (!isGone) log.warn('removing a file failed', { file: name, reason: reasonOf(error) });
      // One that stays keeps those behind it: it is tried again with the next that is to go.
      this.isRemoving = isGone;
      if (!isGone) return;
      this.leaving.shift();
      this.removeNext();
    });
  }
}
