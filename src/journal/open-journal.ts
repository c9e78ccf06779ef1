// Opens a data directory for a node: makes it if need be, locks it, recovers what it holds into the store and the
// ledger, and goes on with the log from there. It decides nothing about what is kept: that is the log's and the
// recovery's.
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { Origins } from '../delta/origins.ts';
import type { Ledger } from '../store/ledger.ts';
import { FileJournal, type FsyncPolicy, segmentBytesDefault } from './file-journal.ts';
import { diskFiles, type FileLayer, reasonOf } from './file-layer.ts';
import { lockDir } from './lock.ts';
import { type Recovered, recover } from './recovery.ts';
import type { ReplicaStore } from './replica-store.ts';

export interface OpenJournalOptions {
  readonly dir: string;
  readonly origins: Origins;
  /** Empty; what the directory holds is joined into it. */
  readonly store: ReplicaStore;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly appendfsync: FsyncPolicy;
  /** What the journal and its snapshots should stay within; scales segments down. */
  readonly storageBytesMax?: number;
  readonly segmentBytesMax?: number;
  readonly cacheBytesMax?: number;
  readonly tailBytesMax?: number;
  readonly snapshotBytesMin?: number;
  readonly snapshotRatio?: number;
  readonly files?: FileLayer;
  readonly nowMs?: () => number;
}

const segmentsOfStorage = 16;
const segmentBytesFloor = 256 * 1024;

/** The segment size for a storage limit in bytes: a sixteenth of it, between 256 KiB and 64 MiB. */
export function segmentBytesFor(storageBytesMax: number): number {
  const share = Math.floor(storageBytesMax / segmentsOfStorage);
  return Math.min(segmentBytesDefault, Math.max(segmentBytesFloor, share));
}

/** Makes the directory if need be and locks it; returns what releases it. */
function takeDir(dir: string, files: FileLayer): () => void {
  try {
    files.makeDir(dir);
    return lockDir(dir);
  } catch (error) {
    if (error instanceof FerriteError) throw error;
    throw new FerriteError('JOURNAL_IO', `cannot keep data in ${dir}: ${reasonOf(error)}`, error);
  }
}

/** Runs `run` after `delayMs` without keeping the process alive for it. */
function after(delayMs: number, run: () => void): () => void {
  const timer = setTimeout(run, delayMs);
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Throws FerriteError JOURNAL_CORRUPT, JOURNAL_VERSION, JOURNAL_IO (also when another process holds the directory) or
 * MEMORY. The caller sets the ledger's `recorder` and the store's to `journal.writer`, and the clock above
 * `ledger.stamps()`.
 */
export function openJournal(options: OpenJournalOptions): { journal: FileJournal; recovered: Recovered } {
  const files = options.files ?? diskFiles;
  const nowMs = options.nowMs ?? Date.now;
  const unlock = takeDir(options.dir, files);
  try {
    const recovered = recover({ ...options, files, nowMs });
    const { storageBytesMax } = options;
    const scaled = storageBytesMax === undefined ? {} : { segmentBytesMax: segmentBytesFor(storageBytesMax) };
    const journal = new FileJournal(
      { ...scaled, ...options, files, nowMs, after, onClose: unlock },
      recovered,
    );
    return { journal, recovered };
  } catch (error) {
    unlock();
    throw error;
  }
}
