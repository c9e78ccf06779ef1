// Who wants to know that keys change: WATCH, blocked clients, client tracking and keyspace events of joins. Every
// change of the store, by a command, a join, a purge or an eviction, is recorded as a delta, so the one hook is in the
// writer of deltas (BatchWriter.onRecord), and it is set only while somebody listens. What is done about changes
// (waking, telling) happens in `settle`: at the end of the command or, for joins, in the next turn of the event loop.
import { BatchWriter } from '../delta/batch-writer.ts';
import { DeltaKind, isBookkeeping } from '../delta/kinds.ts';
import type { Store } from '../store/store.ts';

/** Names a key of a database: the database's number as one character, then the key as Latin-1. */
export type KeyId = string;

export function keyIdOf(db: number, key: Uint8Array, offset: number, length: number): KeyId {
  const bytes = Buffer.from(key.buffer, key.byteOffset + offset, length);
  return String.fromCharCode(db) + bytes.toString('latin1');
}

/** What is told of changes. It only takes note: it is called in the middle of commands and joins. */
export interface ChangeListener {
  /**
   * The key was written, or is gone. `kind` is that of the delta, 0 where there is none; `type` the type of what an
   * element is in, 0 for a delta of the whole key.
   */
  touched(id: KeyId, kind: number, type: number): void;
  /** Everything in a database may have changed: it was flushed or shows another keyspace. */
  replaced(db: number, kind: number): void;
}

/** Rounds of settling that change keys again before the rest has to wait for the next turn. */
const roundsMax = 1000;

export class KeyChanges {
  /** Something was noted that `settle` has to act on. */
  pending = false;
  /** What settles, in this order; each may change keys, and runs again until nothing more is noted. */
  readonly settlers: (() => void)[] = [];
  private readonly store: Store;
  private readonly soon: (run: () => void) => void;
  private readonly listeners: ChangeListener[] = [];
  /** Stands in for the journal's writer where there is none. */
  private scratch: BatchWriter | undefined;
  private scheduled = false;
  private settling = false;
  private readonly note: NonNullable<BatchWriter['onRecord']> = (kind, keyspace, key, offset, length, type) =>
    this.recorded(kind, keyspace, key, offset, length, type);
  private readonly settleLater = (): void => {
    this.scheduled = false;
    if (this.pending) this.settle();
  };

  constructor(store: Store, soon: (run: () => void) => void) {
    this.store = store;
    this.soon = soon;
  }

  /** From now on the listener is told of every change. */
  listen(listener: ChangeListener): void {
    if (this.listeners.includes(listener)) return;
    this.listeners.push(listener);
    const { store } = this;
    if (store.recorder === undefined) {
      this.scratch ??= new BatchWriter(store.origins);
      store.recorder = this.scratch;
    }
    store.recorder.onRecord = this.note;
  }

  unlisten(listener: ChangeListener): void {
    const at = this.listeners.indexOf(listener);
    if (at < 0) return;
    this.listeners.splice(at, 1);
    const { store } = this;
    if (this.listeners.length > 0 || store.recorder === undefined) return;
    store.recorder.onRecord = undefined;
    if (store.recorder === this.scratch) store.recorder = undefined;
  }

  /** A new turn: what only listeners wanted recorded need not be kept. */
  beginTurn(): void {
    if (this.scratch !== undefined) this.scratch.reset();
  }

  /** A change that no delta tells of: state that never travels, such as a stream's consumer groups. */
  touch(db: number, key: Uint8Array, offset: number, length: number): void {
    if (this.listeners.length === 0) return;
    const id = keyIdOf(db, key, offset, length);
    for (const listener of this.listeners) listener.touched(id, 0, 0);
  }

  /** There is something to settle: soon, also where no command is being executed. */
  pend(): void {
    this.pending = true;
    if (this.scheduled) return;
    this.scheduled = true;
    this.soon(this.settleLater);
  }

  /** Acts on what was noted. Dispatch calls it at the end of each command while something is pending. */
  settle(): void {
    if (this.settling) return;
    this.settling = true;
    try {
      for (let round = 0; this.pending && round < roundsMax; round++) {
        this.pending = false;
        for (const settler of this.settlers) settler();
      }
    } finally {
      this.settling = false;
    }
    if (this.pending) this.pend();
  }

  private recorded(
    kind: number,
    keyspace: number,
    key: Uint8Array,
    offset: number,
    length: number,
    type: number,
  ): void {
    if (isBookkeeping(kind) || kind === DeltaKind.unheld) return;
    const db = this.store.databaseOf(keyspace);
    // A keyspace that SWAPDB statements of several nodes left in no database has no keys that anyone could name.
    if (db < 0) return;
    if (kind === DeltaKind.clearDb || kind === DeltaKind.mapDb) {
      for (const listener of this.listeners) listener.replaced(db, kind);
      return;
    }
    const id = keyIdOf(db, key, offset, length);
    for (const listener of this.listeners) listener.touched(id, kind, type);
  }
}
