// The journal of a node without persistence: the newest blocks in memory, within a byte budget, for links to read.
// Memory counts as durable here (HELLO says so), a restart forgets everything and begins under a new id, and a link
// that falls behind the budget reads what it lacks from the store. It touches no file.
import { randomBytes } from 'node:crypto';
import { FerriteError } from '../base/errors.ts';
import type { Origins } from '../delta/origins.ts';
import type { DeltaRuns } from '../store/delta-run.ts';
import type { Block, DeltaLog, SaveFigures, SnapshotResult } from './delta-log.ts';
import { MemoryRun } from './memory-run.ts';
import { BlockTail } from './tail.ts';

/** Smallest budget that still makes a tail: one chunk being filled and one to read from. */
export const tailBytesMin = 64 * 1024;

export interface MemoryJournalOptions {
  readonly origins: Origins;
  /** Bytes of newest blocks to keep for links. */
  readonly tailBytesMax: number;
  readonly nowMs?: () => number;
}

export class MemoryJournal implements DeltaLog {
  readonly id = randomBytes(8).toString('hex');
  readonly failure = undefined;
  readonly save: SaveFigures;
  readonly runs: DeltaRuns;
  /** The blocks of runs that the tail names, with the record that does. */
  private readonly placed = new Map<number, { readonly seq: number; readonly blocks: readonly Block[] }>();
  private runCount = 0;
  private readonly tail: BlockTail;
  private readonly listeners = new Set<() => void>();
  private committedSeq = 0;
  private closed = false;

  constructor(options: MemoryJournalOptions) {
    const bytesMax = Math.max(tailBytesMin, options.tailBytesMax);
    const chunkBytes = Math.min(256 * 1024, Math.floor(bytesMax / 4));
    this.tail = new BlockTail(options.origins, 0, 0, bytesMax - chunkBytes, chunkBytes);
    this.runs = {
      begin: () => new MemoryRun(this.runCount++, options.origins, (run) => this.keep(run, bytesMax)),
    };
    const lastSaveMs = (options.nowMs ?? Date.now)();
    this.save = { lastSaveMs, lastStatus: 'ok', lastDurationMs: 0, inProgress: false, progressRecords: 0 };
  }

  /** A run beyond the budget is not kept: links read the store instead. */
  private keep({ number, blocks, bytes }: MemoryRun, bytesMax: number): void {
    if (bytes <= bytesMax) this.placed.set(number, { seq: this.tail.seq + this.tail.writer.count, blocks });
  }

  /** Lets go of runs that the tail does not name any more. */
  private dropRuns(): void {
    for (const [number, { seq }] of this.placed) if (seq < this.tail.oldestSeq) this.placed.delete(number);
  }

  readRun(number: number): Promise<Block[] | undefined> {
    const blocks = this.placed.get(number)?.blocks;
    return Promise.resolve(blocks === undefined ? undefined : [...blocks]);
  }

  get writer(): BlockTail['writer'] {
    return this.tail.writer;
  }

  get openBytes(): number {
    return this.tail.openBytes;
  }

  get source(): string {
    return this.tail.source;
  }

  get seq(): number {
    return this.tail.seq;
  }

  get ownSeq(): number {
    return this.tail.ownSeq;
  }

  get newsSeq(): number {
    return this.tail.newsSeq;
  }

  get durableSeq(): number {
    return this.tail.seq;
  }

  get durableOwnSeq(): number {
    return this.tail.ownSeq;
  }

  get oldestSeq(): number {
    return this.tail.oldestSeq;
  }

  get changesSinceSave(): number {
    return this.tail.seq;
  }

  get storedBytes(): number {
    return 0;
  }

  setSource(peer: string): void {
    this.tail.setSource(peer, 0);
  }

  commit(done: (error?: Error) => void): void {
    if (this.closed) {
      done(new FerriteError('CLOSED', 'the journal is closed'));
      return;
    }
    this.tail.closeBlock(0);
    const appended = this.tail.seq !== this.committedSeq;
    this.committedSeq = this.tail.seq;
    this.tail.turn(this.tail.seq);
    if (this.placed.size > 0) this.dropRuns();
    done();
    if (appended) for (const listener of this.listeners) listener();
  }

  requestSync(): void {
    // What is appended is as durable as it gets.
  }

  onDurable(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  read(fromSeq: number, limitBytes: number): readonly Block[] | undefined {
    return this.tail.read(fromSeq, this.tail.seq, limitBytes);
  }

  snapshot(): Promise<SnapshotResult> {
    return Promise.reject(new FerriteError('JOURNAL_IO', 'persistence is off'));
  }

  retain(): void {
    // The budget alone decides: a link that needs more reads the store.
  }

  async close(): Promise<void> {
    this.closed = true;
    this.listeners.clear();
  }
}
