// The key on which a collection of one type stands: where its bytes are and in which keyspace, and what becomes of its
// entry whatever the type: how it is found, brought back from the graveyard, made and remembered. What is in the entry
// is the type's own business, and so is which entry it has at the moment: this hands it out and does not keep it.
import { CommandError } from '../base/errors.ts';
import { wrongType } from '../resp/errors.ts';
import type { Form } from './entry.ts';
import { type Expiry, emptyState, type KeyState, yieldTo, zeroDot } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

const noBytes = new Uint8Array(0);

export class StoodKey {
  ks: Keyspace;
  hash = 0;
  bytes: Uint8Array = noBytes;
  offset = 0;
  length = 0;
  /** Of what stands here. */
  type: number;
  private readonly store: Store;

  constructor(store: Store, type: number) {
    this.store = store;
    this.type = type;
    this.ks = store.keyspaces[0]!;
  }

  /** `bytes` must stay as they are while something stands here. */
  stand(ks: Keyspace, hash: number, bytes: Uint8Array, offset: number, length: number): void {
    this.ks = ks;
    this.hash = hash;
    this.bytes = bytes;
    this.offset = offset;
    this.length = length;
  }

  /** Stands on a key and returns its entry, 0 where there is none. Throws CommandError WRONGTYPE. */
  find(ks: Keyspace, bytes: Uint8Array, offset: number, length: number): number {
    const { store } = this;
    const hash = store.hash.of(bytes, offset, length);
    const at = store.find(ks, hash, bytes, offset, length);
    if (at !== 0 && store.entries.type(at) !== this.type) throw new CommandError(wrongType);
    this.stand(ks, hash, bytes, offset, length);
    return at;
  }

  get range(): { readonly key: Uint8Array; readonly offset: number; readonly length: number } {
    return { key: this.bytes, offset: this.offset, length: this.length };
  }

  /** Its entry, wherever that is now. */
  entry(): number {
    return this.ks.entryOf(this.hash, this.bytes, this.offset, this.length);
  }

  /** Brings the key back where one of this type is buried; its entry, 0 where none is. */
  exhume(): number {
    const { ks, hash } = this;
    const tomb = ks.tombOf(hash, this.bytes, this.offset, this.length);
    return tomb !== 0 && this.store.entries.type(tomb) === this.type ? ks.exhume(hash, tomb) : 0;
  }

  /** What is known of the key, which has no entry. */
  known(): KeyState {
    return this.ks.load(this.hash, this.bytes, this.offset, this.length);
  }

  /** What a command that makes the key, which is not buried as one of this type, has to begin with. */
  stateToBegin(): KeyState {
    const { store, ks, hash, bytes, offset, length } = this;
    if (ks.tombOf(hash, bytes, offset, length) === 0) return emptyState();
    return store.clearPurged(ks, hash, bytes, offset, length);
  }

  /**
   * Writes the entry of a new key with so much of its state as entries have, and returns it. Throws CommandError OOM.
   */
  make(meta: KeyState, form: Form, value: Uint8Array, valueLength: number, origin: number): number {
    const { store, ks } = this;
    store.hasCollections = true;
    yieldTo(meta, this.type, store.ground.order);
    const { deadlineMs, dot } = meta.expiry;
    return ks.write(
      this.hash,
      this.bytes,
      this.offset,
      this.length,
      this.type,
      form,
      value,
      0,
      valueLength,
      // The dot of nothing yet: what is written now has the first.
      origin,
      0,
      0,
      dot.stamp !== 0,
      deadlineMs,
      dot.origin,
      dot.stamp,
    );
  }

  /** Nothing is remembered of the key in the graveyard any more. */
  dropTomb(): void {
    this.ks.dropTomb(this.hash, this.bytes, this.offset, this.length);
  }

  /** Takes from the entry the deadline that the key had in an earlier life; returns where the entry is then. */
  withoutDeadline(at: number): number {
    const { store, ks, hash } = this;
    if (store.entries.deadline(at) === 0) return at;
    store.expireAt(ks, hash, at, 0);
    return this.entry();
  }

  /** Gives the entry this expiry; returns where the entry is then. */
  restate(at: number, expiry: Expiry): number {
    const { entries } = this.store;
    const known = entries.hasExpiry(at) ? entries.expiryStamp(at) : 0;
    if (known === expiry.dot.stamp && entries.deadline(at) === expiry.deadlineMs) return at;
    return this.ks.restate(this.hash, at, expiry);
  }

  bury(at: number): void {
    this.ks.bury(this.hash, at);
  }

  forget(at: number): void {
    this.ks.forget(this.hash, at);
  }

  /** Remembers what is to be known of the key, which has no entry. */
  save(meta: KeyState): void {
    this.ks.save(this.hash, this.bytes, this.offset, this.length, meta);
  }

  /** The bytes may change now: goes on with a copy. */
  own(): void {
    this.bytes = this.bytes.slice(this.offset, this.offset + this.length);
    this.offset = 0;
  }
}

/**
 * What is kept of a state beside the content of its key; undefined where that is nothing. The expiry is the entry's.
 */
export function besideOf(state: KeyState): KeyState | undefined {
  if (state.kill === undefined && state.floor === zeroDot && state.records.length === 0) return undefined;
  return { ...state, expiry: emptyState().expiry };
}
