// The snapshots of a log: what the newest one covers, when another is due, and how one is taken. How one is written is
// snapshot.ts. It knows no commits and no segments: whose log it is makes it durable and removes what is superseded.
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { SaveFigures, SnapshotResult } from './delta-log.ts';
import { snapshotSeqOf } from './file-header.ts';
import { reasonOf } from './file-layer.ts';
import { type SnapshotPlan, writeSnapshot } from './snapshot.ts';

/** After a failed one the next automatic one waits for this. */
const retryMs = 60_000;

export interface SnapshotsOptions extends Omit<SnapshotPlan, 'seq' | 'ownSeq' | 'pause' | 'progress'> {
  readonly log: Log;
  /** One is due when the log since the last one exceeds this and ... */
  readonly bytesMin: number;
  /** ... this times the last one's size. */
  readonly ratio: number;
  readonly isClosed: () => boolean;
  /** Removes an older one. */
  readonly removeFile: (name: string) => void;
}

/** The newest one that is there; times in Unix ms, 0: none. */
export interface FoundSnapshot {
  readonly snapshotSeq: number;
  readonly snapshotBytes: number;
  readonly snapshotMs: number;
}

export class Snapshots {
  readonly figures: SaveFigures;
  /** The newest one covers the records below this. */
  seq: number;
  bytes: number;
  /** Of the log since the newest one was begun. */
  bytesSince: number;
  private readonly options: SnapshotsOptions;
  private automaticFromMs = 0;

  constructor(options: SnapshotsOptions, found: FoundSnapshot, bytesSince: number) {
    this.options = options;
    this.seq = found.snapshotSeq;
    this.bytes = found.snapshotBytes;
    this.bytesSince = bytesSince;
    const lastSaveMs = found.snapshotMs === 0 ? options.nowMs() : found.snapshotMs;
    this.figures = { lastSaveMs, lastStatus: 'ok', lastDurationMs: 0, inProgress: false, progressRecords: 0 };
  }

  /** Whether it is worth to ask for more: looked at after each write. */
  get isLogLong(): boolean {
    return this.bytesSince >= this.options.bytesMin;
  }

  get isDue(): boolean {
    const { bytesMin, ratio, nowMs } = this.options;
    if (this.bytesSince < Math.max(bytesMin, this.bytes * ratio)) return false;
    const waitMs = this.automaticFromMs - nowMs();
    // A clock that was set back makes nobody wait for longer.
    return waitMs <= 0 || waitMs > retryMs;
  }

  /** One of all that is there, for a log that stands at record `seq`. Throws FerriteError JOURNAL_IO. */
  async take(seq: number, ownSeq: number): Promise<SnapshotResult> {
    const { options, figures } = this;
    const { log } = options;
    const startedMs = options.nowMs();
    const bytesBefore = this.bytesSince;
    figures.inProgress = true;
    figures.progressRecords = 0;
    log.info('snapshot begun', { seq });
    try {
      const { records, bytes } = await writeSnapshot({
        ...options,
        seq,
        ownSeq,
        pause,
        progress: (count) => {
          if (options.isClosed()) throw new FerriteError('CLOSED', 'the journal is closed');
          figures.progressRecords = count;
        },
      });
      const durationMs = options.nowMs() - startedMs;
      figures.lastDurationMs = durationMs;
      this.bytesSince = Math.max(0, this.bytesSince - bytesBefore);
      this.taken(seq, bytes);
      log.info('snapshot written', { seq, records, bytes, durationMs });
      return { seq, records, bytes, durationMs };
    } catch (error) {
      figures.lastStatus = 'err';
      this.automaticFromMs = options.nowMs() + retryMs;
      if (!options.isClosed()) log.error('snapshot failed', { seq, reason: reasonOf(error) });
      throw new FerriteError('JOURNAL_IO', `snapshot failed: ${reasonOf(error)}`, error);
    } finally {
      figures.inProgress = false;
    }
  }

  private taken(seq: number, bytes: number): void {
    const { dir, files, nowMs, removeFile } = this.options;
    this.figures.lastSaveMs = nowMs();
    this.figures.lastStatus = 'ok';
    this.seq = seq;
    this.bytes = bytes;
    for (const name of files.list(dir)) {
      const other = snapshotSeqOf(name);
      if (other !== undefined && other < seq) removeFile(name);
    }
  }
}

/** A slice, then as long for everybody else, readers too: who computes without a rest waits longest for a processor. */
function pause(sliceMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, Math.max(1, sliceMs));
  });
}
