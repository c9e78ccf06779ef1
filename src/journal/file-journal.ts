// The journal on a disk: group commit, fsync policy, when segments begin, and the way back from a failed disk. It
// knows neither sockets nor commands, and leaves files to segment-set.ts, run-files.ts and snapshots.ts.
// The usual commit is one write to the OS and allocates nothing; while an fdatasync is in flight or a snapshot is
// written, commits queue as spans of the tail's chunks and hold their `done`s, written in order from the thread pool
// (`always`: after the sync, for the next one).
//
//   commit -> close block -> idle: write, done            (everysec, no)
//                        \-> span -> write ... -> done    (sync, write or snapshot under way; always: -> sync -> done)
//
// After a failed write or fsync nothing of that file is trusted beyond what was synced, and no fsync is repeated. The
// lost records are in the store: a fresh segment, marked as a restart, takes what comes, a snapshot of everything is
// written beside it, and only when both are durable are writes acknowledged again.
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { Origins } from '../delta/origins.ts';
import type { Ledger } from '../store/ledger.ts';
import { blockFirstSeqAt } from './block.ts';
import type { Block, DeltaLog, SaveFigures, SnapshotResult } from './delta-log.ts';
import { restartFlag } from './file-header.ts';
import { type FileLayer, reasonOf, writeWholeLater } from './file-layer.ts';
import type { Recovered } from './recovery.ts';
import type { ReplicaStore } from './replica-store.ts';
import { RunFiles } from './run-files.ts';
import { type OpenSegment, SegmentSet } from './segment-set.ts';
import { sliceBytesDefault } from './snapshot.ts';
import { Snapshots } from './snapshots.ts';
import { BlockTail, type Chunk, chunkBytesDefault } from './tail.ts';

export const fsyncPolicies = ['always', 'everysec', 'no'] as const;
export type FsyncPolicy = (typeof fsyncPolicies)[number];

export const segmentBytesDefault = 64 * 1024 * 1024;
const segmentBytesMin = 4096;
const chunkBytesMin = 4096;
const cacheBytesDefault = 1024 * 1024;
const linkTailBytesDefault = 256 * 1024 * 1024;
const queuedBytesDefault = 64 * 1024 * 1024;
const syncEveryMs = 1000;
const earlySyncGapMs = 10;
const reviveDelayMinMs = 1000;
const reviveDelayMaxMs = 30_000;

export interface FileJournalOptions {
  readonly dir: string;
  readonly files: FileLayer;
  readonly origins: Origins;
  readonly store: ReplicaStore;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly appendfsync: FsyncPolicy;
  readonly nowMs: () => number;
  /** Runs `run` after `delayMs`; returns what cancels it. Must not keep the process alive. */
  readonly after: (delayMs: number, run: () => void) => () => void;
  /** Called once at the end of close(): releases the lock. */
  readonly onClose?: () => void;
  readonly segmentBytesMax?: number;
  /** Bytes of the newest blocks kept in memory for links. */
  readonly cacheBytesMax?: number;
  /** Bytes of segments, covered by a snapshot, that are kept for links only. */
  readonly tailBytesMax?: number;
  /** A snapshot is due when the log since the last one exceeds this (default: a segment) and ... */
  readonly snapshotBytesMin?: number;
  /** ... this times the last one's size (default 1). */
  readonly snapshotRatio?: number;
  readonly sliceBytes?: number;
  /** Bytes that may wait behind a sync in flight; beyond them a commit waits for the disk itself. */
  readonly queuedBytesMax?: number;
}

type Done = (error?: Error) => void;

/** Closed blocks of one chunk that are still to be written, and who waits for them. */
interface Span {
  readonly chunk: Chunk;
  readonly start: number;
  end: number;
  /** Bytes that the file has when it is written: its own, and those written behind it meanwhile. */
  bytes: number;
  seq: number;
  ownSeq: number;
  readonly dones: Done[];
}

interface DurableWaiter {
  readonly seq: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const nothing = (): void => {};

export class FileJournal implements DeltaLog {
  readonly id: string;
  failure: string | undefined = undefined;
  durableSeq: number;
  durableOwnSeq: number;
  appendfsync: FsyncPolicy;
  readonly runs: RunFiles;
  private readonly options: FileJournalOptions;
  private readonly files: FileLayer;
  private readonly tail: BlockTail;
  private readonly segmentBytesMax: number;
  private readonly segments: SegmentSet;
  private readonly snapshots: Snapshots;
  private open: OpenSegment | undefined = undefined;
  /** Up to where the file has it, and up to where a sync of the file has it. */
  private writtenSeq: number;
  private writtenOwnSeq: number;
  private syncedSeq: number;
  private syncedOwnSeq: number;
  private syncedBytes = 0;
  private committedSeq: number;
  /** Where the current chunk's bytes that nobody was handed yet begin. */
  private handedEnd = 0;
  private spans: Span[] = [];
  private queuedBytes = 0;
  /** The write in flight. */
  private inFlight: Span | undefined = undefined;
  private isSyncing = false;
  /** A sync is to begin as soon as one can, or as soon as the gap between early ones allows. */
  private syncWanted = false;
  private earlySyncWanted = false;
  /** Written, waiting for a sync to begin; and for the one in flight (`always`). */
  private waiters: Done[] = [];
  private syncingWaiters: Done[] = [];
  /** Commits of nothing behind the write in flight. */
  private readonly afterWrite: Done[] = [];
  private durableWaiters: DurableWaiter[] = [];
  private cancelSyncTimer: (() => void) | undefined = undefined;
  private cancelEarlySync: (() => void) | undefined = undefined;
  private cancelRevival: (() => void) | undefined = undefined;
  private lastSyncMs = 0;
  private reviveDelayMs = reviveDelayMinMs;
  private readonly listeners = new Set<() => void>();
  /** First record of the segment that no snapshot vouches for yet, after a failure. */
  private probationSeq: number | undefined = undefined;
  private running: Promise<SnapshotResult> | undefined = undefined;
  private isClosed = false;

  /** Goes on with the log where recovery left it. Throws FerriteError JOURNAL_IO if the disk refuses. */
  constructor(options: FileJournalOptions, recovered: Recovered) {
    this.options = options;
    this.files = options.files;
    this.id = recovered.id;
    this.appendfsync = options.appendfsync;
    this.segmentBytesMax = Math.max(segmentBytesMin, options.segmentBytesMax ?? segmentBytesDefault);
    const { seq, ownSeq } = recovered;
    const cacheBytesMax = options.cacheBytesMax ?? cacheBytesDefault;
    const chunkBytes = Math.min(chunkBytesDefault, Math.max(chunkBytesMin, Math.floor(cacheBytesMax / 4)));
    this.tail = new BlockTail(options.origins, seq, ownSeq, cacheBytesMax, chunkBytes);
    this.durableSeq = this.writtenSeq = this.syncedSeq = this.committedSeq = seq;
    this.durableOwnSeq = this.writtenOwnSeq = this.syncedOwnSeq = ownSeq;
    const { dir, files, origins, log } = options;
    this.segments = new SegmentSet({ dir, files, log, id: this.id }, recovered.segments);
    this.snapshots = new Snapshots(
      {
        ...options,
        id: this.id,
        bytesMin: options.snapshotBytesMin ?? this.segmentBytesMax,
        ratio: options.snapshotRatio ?? 1,
        sliceBytes: options.sliceBytes ?? sliceBytesDefault,
        isClosed: () => this.isClosed,
        logDurable: () => this.logDurable(),
        removeFile: (name) => this.segments.removeFile(name),
      },
      recovered,
      this.segments.bytesFrom(recovered.snapshotSeq),
    );
    this.runs = new RunFiles(
      {
        dir,
        files,
        origins,
        id: this.id,
        nextSeq: () => this.tail.seq + this.tail.writer.count,
        onPlaced: (bytes) => {
          this.snapshots.bytesSince += bytes;
        },
        onWarning: (text, file, reason) => log.warn(text, { file, reason }),
      },
      recovered.runs,
    );
    try {
      this.open = this.segments.openLast(seq, ownSeq);
      // One that was there is durable as far as it goes; a header alone is not yet.
      this.syncedBytes = this.open.dirSynced ? this.open.segment.bytes : 0;
    } catch (error) {
      throw new FerriteError('JOURNAL_IO', `cannot write in ${options.dir}: ${reasonOf(error)}`, error);
    }
  }

  get writer(): BatchWriter {
    return this.tail.writer;
  }

  get openBytes(): number {
    return this.tail.openBytes;
  }

  get save(): SaveFigures {
    return this.snapshots.figures;
  }

  get source(): string {
    return this.tail.source;
  }

  get newsSeq(): number {
    return this.tail.newsSeq;
  }

  get seq(): number {
    return this.tail.seq;
  }

  get ownSeq(): number {
    return this.tail.ownSeq;
  }

  get oldestSeq(): number {
    return Math.min(this.tail.oldestSeq, this.segments.firstSeq ?? this.tail.oldestSeq);
  }

  get changesSinceSave(): number {
    return this.tail.seq + this.tail.writer.count - this.snapshots.seq;
  }

  get storedBytes(): number {
    return this.snapshots.bytes + this.runs.bytes + this.segments.bytesFrom(0);
  }

  setSource(peer: string): void {
    this.tail.setSource(peer, this.statedBytes);
  }

  commit(done: Done): void {
    if (this.isClosed) {
      done(new FerriteError('CLOSED', 'the journal is closed'));
      return;
    }
    const { tail } = this;
    tail.closeBlock(this.statedBytes);
    if (tail.seq === this.committedSeq) {
      this.commitNothing(done);
      return;
    }
    this.committedSeq = tail.seq;
    const { open } = this;
    if (this.failure !== undefined && open === undefined) {
      this.skipTurn();
      done(this.failed());
      return;
    }
    const isQuiet = this.appendfsync !== 'always' && !this.isDiskBusy && this.inFlight === undefined;
    if (isQuiet && this.spans.length === 0 && open!.segment.bytes < this.segmentBytesMax) {
      this.writeTurn(open!, done);
      return;
    }
    this.queueTurn(done);
    this.pump();
  }

  requestSync(): void {
    if (this.isClosed || this.open === undefined || this.syncedSeq >= this.tail.seq) return;
    if (this.isSyncing || this.inFlight !== undefined || this.spans.length > 0) {
      this.earlySyncWanted = true;
      return;
    }
    if (this.writtenSeq === this.syncedSeq || this.cancelEarlySync !== undefined) return;
    const waitMs = this.lastSyncMs + earlySyncGapMs - this.options.nowMs();
    if (waitMs <= 0 || waitMs > earlySyncGapMs) {
      this.startSync();
      return;
    }
    this.cancelEarlySync = this.options.after(waitMs, () => {
      this.cancelEarlySync = undefined;
      this.startSync();
    });
  }

  onDurable(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  read(fromSeq: number, limitBytes: number): readonly Block[] | Promise<readonly Block[]> | undefined {
    if (fromSeq >= this.durableSeq) return [];
    const recent = this.tail.read(fromSeq, this.durableSeq, limitBytes);
    return recent ?? this.segments.read(fromSeq, this.durableSeq, limitBytes);
  }

  readRun(number: number): Promise<Block[] | undefined> {
    return this.runs.read(number);
  }

  retain(name: string, seq: number | undefined): void {
    this.segments.retain(name, seq);
    this.prune();
  }

  snapshot(): Promise<SnapshotResult> {
    if (this.isClosed) return Promise.reject(new FerriteError('CLOSED', 'the journal is closed'));
    if (this.running !== undefined) return this.running;
    if (this.failure !== undefined) {
      this.save.lastStatus = 'err';
      this.options.log.error('snapshot failed', { reason: this.failure });
      return Promise.reject(this.failed());
    }
    this.running = this.runSnapshot().finally(() => {
      this.running = undefined;
    });
    return this.running;
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    await new Promise<void>((resolve) => this.commit(() => resolve()));
    this.isClosed = true;
    this.cancelSyncTimer?.();
    this.cancelEarlySync?.();
    this.cancelRevival?.();
    await this.running?.catch(nothing);
    try {
      if (this.failure === undefined) await this.durableTo(this.tail.seq);
      this.closeSegment();
    } catch (error) {
      this.options.log.error('the journal could not be closed in order', { reason: reasonOf(error) });
      this.failure ??= `journal: ${reasonOf(error)}`;
    } finally {
      this.listeners.clear();
      this.options.onClose?.();
    }
    if (this.failure !== undefined) throw this.failed();
  }

  // --- commits ---

  /** What a block that is closed now says of its file. One that may go into the next segment says nothing. */
  private get statedBytes(): number {
    const { open, inFlight, queuedBytes } = this;
    const before = (open?.segment.bytes ?? 0) + (inFlight?.bytes ?? 0) + queuedBytes;
    return before < this.segmentBytesMax ? this.syncedBytes : 0;
  }

  /** A write may have to wait in the kernel: for a sync of this file, or of the snapshot beside it. */
  private get isDiskBusy(): boolean {
    return this.isSyncing || this.running !== undefined;
  }

  /** Order is kept: it comes back after whatever is still under way. */
  private commitNothing(done: Done): void {
    const last = this.spans.at(-1);
    if (last !== undefined) last.dones.push(done);
    else if (this.waiters.length > 0) this.waiters.push(done);
    else if (this.inFlight !== undefined) this.afterWrite.push(done);
    else if (this.syncingWaiters.length > 0) this.syncingWaiters.push(done);
    else done();
  }

  /** The usual case: one write, nothing allocated. */
  private writeTurn(open: OpenSegment, done: Done): void {
    const { tail } = this;
    const { current } = tail;
    const start = this.handedEnd;
    const end = current.end;
    try {
      this.segments.write(open, current.buf, start, end, open.segment.bytes);
    } catch (error) {
      this.skipTurn();
      this.fail(error);
      done(this.failed());
      return;
    }
    this.wrote(open, blockFirstSeqAt(current.buf, start), end - start, tail.seq, tail.ownSeq);
    this.endTurn();
    done(this.failure === undefined ? undefined : this.failed());
  }

  /** Takes what the turn closed as a span, joined to the last one if that still waits. */
  private queueTurn(done: Done): void {
    const { tail } = this;
    const { current } = tail;
    const start = this.handedEnd;
    const last = this.spans.at(-1);
    this.queuedBytes += current.end - start;
    if (last !== undefined && last.chunk === current) {
      last.end = current.end;
      last.bytes = current.end - last.start;
      last.seq = tail.seq;
      last.ownSeq = tail.ownSeq;
      last.dones.push(done);
    } else {
      const { seq, ownSeq } = tail;
      const end = current.end;
      this.spans.push({ chunk: current, start, end, bytes: end - start, seq, ownSeq, dones: [done] });
    }
    this.endTurn();
  }

  /** What the turn closed is handed on; the tail may go to another chunk. */
  private endTurn(): void {
    this.handedEnd = this.tail.current.end;
    this.tail.turn(this.writtenSeq);
    if (this.tail.current.end === 0) this.handedEnd = 0;
  }

  /** What the turn closed is lost to the log: the snapshot that ends the failure will hold it. */
  private skipTurn(): void {
    this.handedEnd = this.tail.current.end;
    this.tail.turn(this.tail.seq);
    if (this.tail.current.end === 0) this.handedEnd = 0;
  }

  /** The file has `bytes` more, records up to `seq`. */
  private wrote(open: OpenSegment, firstSeq: number, bytes: number, seq: number, ownSeq: number): void {
    open.segment.index(firstSeq, open.segment.bytes);
    open.segment.bytes += bytes;
    this.snapshots.bytesSince += bytes;
    this.writtenSeq = seq;
    this.writtenOwnSeq = ownSeq;
    this.armSyncTimer();
    if (this.snapshots.isLogLong) this.saveIfDue();
  }

  private readonly onSyncTimer = (): void => {
    this.cancelSyncTimer = undefined;
    this.startSync();
  };

  /** Takes the queue on as far as it goes now. */
  private pump(): void {
    while (this.spans.length > 0 && this.open !== undefined) {
      const isFull = this.open.segment.bytes >= this.segmentBytesMax;
      const isOver = this.queuedBytes > (this.options.queuedBytesMax ?? queuedBytesDefault);
      if (this.inFlight !== undefined) {
        if (isOver && this.writeBehind(this.open, this.inFlight)) continue;
        return;
      }
      if (this.isSyncing && (isFull || this.appendfsync === 'always') && !isOver) return;
      if (isFull && !isOver) {
        if (this.syncedSeq < this.writtenSeq) {
          this.startSync();
          return;
        }
        if (!this.rotate()) return;
      }
      const span = this.spans.shift()!;
      this.queuedBytes -= span.end - span.start;
      if (this.isDiskBusy && !isOver) this.writeSpanLater(this.open, span);
      else if (!this.writeSpan(this.open, span)) return;
    }
    const mustSync = this.syncWanted || this.waiters.length > 0;
    if (this.inFlight !== undefined || this.isSyncing) return;
    if (mustSync) this.startSync();
    else if (this.earlySyncWanted) {
      this.earlySyncWanted = false;
      this.requestSync();
    }
  }

  /** The queue is full: the next span is written at once, behind the one in flight, and shares its fate. */
  private writeBehind(open: OpenSegment, inFlight: Span): boolean {
    const span = this.spans.shift()!;
    this.queuedBytes -= span.end - span.start;
    const at = open.segment.bytes + inFlight.bytes;
    try {
      this.segments.write(open, span.chunk.buf, span.start, span.end, at);
    } catch (error) {
      this.failSpan(span, error);
      return false;
    }
    inFlight.bytes += span.bytes;
    inFlight.seq = span.seq;
    inFlight.ownSeq = span.ownSeq;
    inFlight.dones.push(...this.afterWrite.splice(0), ...span.dones);
    return true;
  }

  private writeSpan(open: OpenSegment, span: Span): boolean {
    try {
      this.segments.write(open, span.chunk.buf, span.start, span.end, open.segment.bytes);
    } catch (error) {
      this.failSpan(span, error);
      return false;
    }
    this.spanWritten(open, span);
    return true;
  }

  private writeSpanLater(open: OpenSegment, span: Span): void {
    const length = span.end - span.start;
    this.inFlight = span;
    open.ops += 1;
    span.chunk.writes += 1;
    const { buf } = span.chunk;
    writeWholeLater(this.files, open.fd, buf, span.start, length, open.segment.bytes, (error) => {
      open.ops -= 1;
      span.chunk.writes -= 1;
      if (open.abandoned) {
        this.segments.release(open);
        for (const done of span.dones) done(this.failed());
        return;
      }
      this.inFlight = undefined;
      if (error !== null) {
        this.failSpan(span, error);
        return;
      }
      this.spanWritten(open, span);
      this.pump();
    });
  }

  private failSpan(span: Span, error: unknown): void {
    this.spans.unshift(span);
    this.queuedBytes += span.end - span.start;
    this.fail(error);
  }

  private spanWritten(open: OpenSegment, span: Span): void {
    const firstSeq = blockFirstSeqAt(span.chunk.buf, span.start);
    this.wrote(open, firstSeq, span.bytes, span.seq, span.ownSeq);
    const dones = this.afterWrite.length > 0 ? [...span.dones, ...this.afterWrite.splice(0)] : span.dones;
    if (this.appendfsync === 'always') this.waiters.push(...dones);
    else for (const done of dones) done(this.failure === undefined ? undefined : this.failed());
  }

  /** Closes the full, synced segment and begins the next. */
  private rotate(): boolean {
    const old = this.open!;
    try {
      this.begin(this.writtenSeq, this.writtenOwnSeq, 0);
    } catch (error) {
      this.fail(error);
      return false;
    }
    this.segments.abandon(old);
    return true;
  }

  // --- syncs ---

  private startSync(): void {
    const { open } = this;
    if (open === undefined || this.isSyncing) return;
    if (this.inFlight !== undefined) {
      this.syncWanted = true;
      return;
    }
    this.syncWanted = false;
    if (this.isAllSynced && this.waiters.length === 0) return;
    this.isSyncing = true;
    this.lastSyncMs = this.options.nowMs();
    this.syncingWaiters = this.waiters;
    this.waiters = [];
    const { writtenSeq, writtenOwnSeq } = this;
    const { bytes } = open.segment;
    const finish = (error: Error | null): void => {
      open.ops -= 1;
      if (open.abandoned) this.segments.release(open);
      else if (error !== null) this.fail(error);
      else this.synced(open, writtenSeq, writtenOwnSeq, bytes);
    };
    open.ops += 1;
    this.files.syncLater(open.fd, (error) => {
      if (error !== null || open.dirSynced || open.abandoned) finish(error);
      else this.files.syncDirLater(this.options.dir, finish);
    });
  }

  /** What was written is on the disk, and so is the file itself: a segment may have nothing but its header. */
  private get isAllSynced(): boolean {
    return this.writtenSeq === this.syncedSeq && this.open?.dirSynced === true;
  }

  private synced(open: OpenSegment, seq: number, ownSeq: number, bytes: number): void {
    open.dirSynced = true;
    this.isSyncing = false;
    this.syncedSeq = seq;
    this.syncedOwnSeq = ownSeq;
    this.syncedBytes = bytes;
    const dones = this.syncingWaiters;
    this.syncingWaiters = [];
    this.publish();
    const error = this.failure === undefined ? undefined : this.failed();
    for (const done of dones) done(error);
    this.pump();
    if (this.writtenSeq > this.syncedSeq) this.armSyncTimer();
  }

  private armSyncTimer(): void {
    if (this.appendfsync !== 'everysec' || this.cancelSyncTimer !== undefined) return;
    this.cancelSyncTimer = this.options.after(syncEveryMs, this.onSyncTimer);
  }

  /** Tells who waits for it what is durable now. While a restart is on probation nothing is. */
  private publish(): void {
    const ready = this.durableWaiters.filter((w) => w.seq <= this.syncedSeq);
    this.durableWaiters = this.durableWaiters.filter((w) => w.seq > this.syncedSeq);
    for (const waiter of ready) waiter.resolve();
    if (this.failure !== undefined || this.durableSeq >= this.syncedSeq) return;
    this.durableSeq = this.syncedSeq;
    this.durableOwnSeq = this.syncedOwnSeq;
    this.tellListeners();
  }

  private tellListeners(): void {
    for (const listener of this.listeners) listener();
  }

  /** Resolves when a sync of the file has covered everything up to `seq`, and the file itself. */
  private durableTo(seq: number): Promise<void> {
    if (this.syncedSeq >= seq && this.open?.dirSynced === true) return Promise.resolve();
    if (this.open === undefined) return Promise.reject(this.failed());
    return new Promise((resolve, reject) => {
      this.durableWaiters.push({ seq, resolve, reject });
      this.syncWanted = true;
      this.pump();
    });
  }

  // --- segments ---

  private begin(seq: number, ownSeq: number, flags: number): void {
    this.open = this.segments.begin(seq, ownSeq, flags);
    this.syncedBytes = 0;
  }

  private closeSegment(): void {
    const { open, segments } = this;
    if (open === undefined) return;
    this.open = undefined;
    try {
      if (this.failure === undefined) segments.seal(open, this.tail.seq, this.syncedBytes);
    } finally {
      segments.abandon(open);
    }
  }

  /** Deletes segments that the snapshot covers and no link within its budget needs. */
  private prune(): void {
    this.segments.prune(this.snapshots.seq, this.options.tailBytesMax ?? linkTailBytesDefault);
    this.runs.prune(this.segments.firstSeq ?? 0);
  }

  // --- snapshots ---

  private saveIfDue(): void {
    if (this.running !== undefined || this.failure !== undefined || this.isClosed) return;
    if (this.snapshots.isDue) this.snapshot().catch(nothing);
  }

  /** Not within the turn that asked for it: no group of records may be cut in two. */
  private async runSnapshot(): Promise<SnapshotResult> {
    await new Promise((resolve) => setImmediate(resolve));
    await new Promise<void>((resolve, reject) => {
      this.commit((error) => (error === undefined ? resolve() : reject(error)));
    });
    return this.saveFrom();
  }

  private async saveFrom(): Promise<SnapshotResult> {
    // Records may have come since: close them, so that replay begins at a block.
    this.commit(nothing);
    const result = await this.snapshots.take(this.tail.seq, this.tail.ownSeq);
    if (this.failure === undefined) this.prune();
    return result;
  }

  private async logDurable(): Promise<number> {
    this.commit(nothing);
    const { seq } = this.tail;
    await this.durableTo(seq);
    return seq;
  }

  // --- failure ---

  private failed(): FerriteError {
    return new FerriteError('JOURNAL_IO', this.failure ?? 'the journal failed');
  }

  /** Nothing since the last sync of this file is trusted; everybody who waits is told. */
  private fail(error: unknown): void {
    const reason = reasonOf(error);
    this.failure = `journal: ${reason}`;
    const { open } = this;
    this.open = undefined;
    if (open !== undefined) this.segments.abandon(open);
    this.inFlight = undefined;
    this.isSyncing = false;
    this.syncWanted = false;
    this.earlySyncWanted = false;
    const told = [...this.syncingWaiters, ...this.waiters, ...this.afterWrite];
    for (const span of this.spans) told.push(...span.dones);
    this.syncingWaiters = [];
    this.waiters = [];
    this.afterWrite.length = 0;
    this.spans = [];
    this.queuedBytes = 0;
    const waiting = this.durableWaiters;
    this.durableWaiters = [];
    this.cancelSyncTimer?.();
    this.cancelSyncTimer = undefined;
    this.options.log.error('the journal cannot be written; writes are refused', { reason });
    this.scheduleRevival();
    for (const waiter of waiting) waiter.reject(this.failed());
    for (const done of told) done(this.failed());
    this.tellListeners();
  }

  private scheduleRevival(): void {
    if (this.isClosed || this.cancelRevival !== undefined) return;
    this.cancelRevival = this.options.after(this.reviveDelayMs, () => {
      this.cancelRevival = undefined;
      void this.revive();
    });
    this.reviveDelayMs = Math.min(reviveDelayMaxMs, this.reviveDelayMs * 2);
  }

  /** A fresh segment and a snapshot; see the head of this file. */
  private async revive(): Promise<void> {
    await this.running?.catch(nothing);
    if (this.isClosed || this.failure === undefined) return;
    const { tail } = this;
    tail.closeBlock(0);
    this.committedSeq = tail.seq;
    this.skipTurn();
    this.dropProbation();
    const firstSeq = tail.seq;
    try {
      this.begin(firstSeq, tail.ownSeq, restartFlag);
    } catch (error) {
      this.scheduleRevival();
      this.options.log.warn('the journal still cannot be written', { reason: reasonOf(error) });
      return;
    }
    this.probationSeq = firstSeq;
    this.writtenSeq = this.syncedSeq = firstSeq;
    this.writtenOwnSeq = this.syncedOwnSeq = tail.ownSeq;
    this.running = this.saveFrom().finally(() => {
      this.running = undefined;
    });
    try {
      await this.running;
      await this.durableTo(this.writtenSeq);
    } catch (error) {
      if (this.open !== undefined) this.fail(error);
      return;
    }
    this.revived(firstSeq);
  }

  private revived(firstSeq: number): void {
    this.failure = undefined;
    this.probationSeq = undefined;
    this.reviveDelayMs = reviveDelayMinMs;
    this.segments.removeBelow(firstSeq);
    this.runs.prune(firstSeq);
    this.options.log.info('the journal can be written again', { seq: firstSeq });
    this.publish();
  }

  /**
   * The segments of an earlier attempt hold nothing that was acknowledged; but where its snapshot was completed, that
   * is the newest and needs what of them was synced, until there is another.
   */
  private dropProbation(): void {
    const { probationSeq } = this;
    if (probationSeq === undefined) return;
    this.probationSeq = undefined;
    this.segments.removeFrom(this.snapshots.seq < probationSeq ? probationSeq : this.tail.seq);
  }
}
