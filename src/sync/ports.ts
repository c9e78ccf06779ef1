// What the sync needs of the rest of a node, and no more: a store, a log, a ledger, time. The real ones fit by their
// shape; the simulation has others. Nothing here knows a file or a socket.
import type { HybridClock } from '../base/clock.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { Origins } from '../delta/origins.ts';
import type { VectorEntry, VersionVector } from '../delta/vector.ts';
import type { DeltaRuns } from '../store/delta-run.ts';
import type { KeysAtWork } from '../store/keys-at-work.ts';

/** Results of a join, as the store's. */
export const Joined = { joined: 0, stale: 1, want: 2, full: 3, leftOut: 4 } as const;

export interface SyncConflict {
  readonly db: number;
  readonly key: Buffer;
  readonly type: string;
  /** Of a collection: what was written; undefined for the value of a key. */
  readonly element: Buffer | undefined;
  readonly winner: { readonly origin: string; readonly stamp: number; readonly value: Buffer };
  readonly loser: { readonly origin: string; readonly stamp: number; readonly value: Buffer };
  /** The type that lost the key; undefined where both are of one type. */
  readonly loserType: string | undefined;
  readonly strategy: 'crdt' | 'lww';
}

export interface SyncScan {
  /**
   * Appends the deltas of a slice of about `bytesMax`; returns whether there is more. Of a string that has expired and
   * is longer than `valueBytesMax`, the dots alone.
   */
  next(writer: BatchWriter, bytesMax: number, valueBytesMax?: number): boolean;
}

export interface SyncStore {
  readonly origins: Origins;
  readonly clock: HybridClock;
  self: number;
  nowMs: number;
  onConflict: ((conflict: SyncConflict) => void) | undefined;
  /** The keys in whose midst work is. */
  readonly atWork: KeysAtWork;
  /** Dots up to which tombstones may be gone. */
  readonly horizon: VersionVector;
  /** This node counts as `origin` from now on, and marks slots as they were before `starts`: fork repair. */
  markBefore(origin: number, starts: readonly number[]): void;
  /** `isKept`: what is not held whole here may be left out, because the sender keeps it for good. */
  join(d: BatchReader, context: VersionVector | undefined, whole?: boolean, isKept?: boolean): number;
  /** Whether every key is held whole. */
  readonly holdsAll: boolean;
  /** Whether this key is. */
  holds(keyspace: number, key: Uint8Array): boolean;
  /** The memory for data. */
  readonly limitBytes: number;
  /** Keys evicted since the start. */
  readonly evictedCount: number;
  /** Whether keys are evicted where a join finds no room. */
  readonly evictsForJoins: boolean;
  /** All that the keeper has is here now. */
  holdAll(): void;
  /** Something is left out of the key: recorded before it, in the log or where `to` says. */
  recordLeftOut(keyspace: number, key: Uint8Array, to?: BatchWriter): void;
  /** All that the keeper knows of the key is here now. */
  holdWhole(keyspace: number, key: Uint8Array): void;
  scan(covered: VersionVector | undefined): SyncScan;
  emitKey(writer: BatchWriter, keyspace: number, key: Uint8Array): boolean;
  /** Gives this node's deltas of `from` since `sinceStamp` dots of `to`, and records them. */
  redot(from: number, sinceStamp: number, to: number, stampNext: () => number): void;
  /** Forgets everything whose dots `covered` covers: what is left is pending for whoever has `covered`. */
  forgetCovered(covered: VersionVector): void;
}

/** See Block of the journal. */
export interface SyncBlock {
  readonly source: string;
  readonly firstSeq: number;
  readonly count: number;
  readonly ownCount: number;
  readonly buf: Buffer;
  readonly start: number;
  readonly end: number;
}

/** See DeltaLog of the journal. */
export interface SyncLog {
  readonly id: string;
  readonly writer: BatchWriter;
  readonly runs: DeltaRuns;
  readonly seq: number;
  readonly ownSeq: number;
  readonly newsSeq: number;
  readonly durableSeq: number;
  readonly oldestSeq: number;
  readonly failure: string | undefined;
  setSource(peer: string): void;
  commit(done: (error?: Error) => void): void;
  requestSync(): void;
  onDurable(listener: () => void): () => void;
  read(fromSeq: number, limitBytes: number): readonly SyncBlock[] | Promise<readonly SyncBlock[]> | undefined;
  readRun(number: number): Promise<SyncBlock[] | undefined>;
  retain(name: string, seq: number | undefined): void;
}

export interface SyncStart {
  readonly origin: number;
  readonly stamp: number;
  readonly tag: number;
  /** The last that was given under it. */
  readonly lastStamp: number;
}

/** See Ledger of the store. */
export interface SyncLedger {
  readonly vector: VersionVector;
  readonly letGo: VersionVector;
  readonly starts: readonly SyncStart[];
  readonly notes: ReadonlyMap<string, string>;
  readonly ownOrigin: number;
  /** The newest own tag that a peer is noted to know. */
  readonly knownTag: number;
  /** The first stamps of the own starts that no peer is noted to know. */
  readonly unknownStarts: readonly number[];
  advance(origin: number, stamp: number, tag: number): boolean;
  addStart(origin: number, stamp: number, tag: number): void;
  ownStamp: (() => number) | undefined;
  retract(origin: number, sinceStamp: number): void;
  startOver(covered: VersionVector, nameOf: (origin: number) => string): void;
  recede(
    entries: readonly (readonly [origin: number, entry: VectorEntry | undefined])[],
    nameOf: (origin: number) => string,
  ): void;
  lettingGo(origin: number, stamp: number): void;
  setNote(name: string, value: string | undefined): void;
  useNote(name: string): void;
  readonly knownPeers: readonly string[];
  forgetPeer(nodeId: string): boolean;
  witnessOwn(stamp: number): void;
  lastStampOfTag(origin: number, tag: number): number | undefined;
}

export interface Timers {
  /** The time of day, Unix ms: for stamps, and for people. It can be set, also back. */
  nowMs(): number;
  /** Whole ms of a clock that is never set: how long something takes, and until when to wait. */
  steadyMs(): number;
  /** Runs `run` once after `delayMs`; returns its cancellation. */
  after(delayMs: number, run: () => void): () => void;
  /** [0, 1). */
  random(): number;
}

export const systemTimers: Timers = {
  nowMs: Date.now,
  steadyMs: () => Math.floor(performance.now()),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
