// The collection of elements that is open, as its two forms and Elements see it: the key that it stands on, its entry,
// what must stay free while it changes, and the registers into which elements are read. It knows no form.
import { Form } from '../entry.ts';
import type { Nest } from '../nest.ts';
import { scoreBytes } from '../score.ts';
import type { StoodKey } from '../stood-key.ts';
import type { Store } from '../store.ts';
import type { Element } from './element.ts';

const noBytes = new Uint8Array(0);

export class OpenElements {
  /** The entry; 0 = there is none. Whatever moves it says so here. */
  at = 0;
  /** What must stay free: nothing where something is removed. */
  reserveBytes = 0;
  /** The value last read: a range of bytes, valid until the store changes; and when it expires, Unix ms, 0 = never. */
  valueBytes: Uint8Array = noBytes;
  valueOffset = 0;
  valueLength = 0;
  deadlineMs = 0;
  /** The score that the member put last had before; 0 where it was not there. */
  scoreBefore = 0;
  /** The name of the element drawn last: a range of the arena, valid until the store changes. */
  drawnOffset = 0;
  drawnLength = 0;
  readonly store: Store;
  readonly key: StoodKey;
  /** What `nest` has found, and for which entry. */
  private openNest: Nest | undefined;
  private nestOf = 0;

  constructor(store: Store, key: StoodKey) {
    this.store = store;
    this.key = key;
  }

  /** Stands on another entry, or on one that has another form now. */
  stand(at: number): void {
    this.at = at;
    this.nestOf = 0;
  }

  /** The number of the key's keyspace. */
  get id(): number {
    return this.key.ks.id;
  }

  get type(): number {
    return this.key.type;
  }

  /** The nest, or undefined where it is packed or not there. */
  get nest(): Nest | undefined {
    const { at } = this;
    if (at === 0) return undefined;
    if (this.nestOf !== at) {
      this.nestOf = at;
      this.openNest = this.nestAt(at);
    }
    return this.openNest;
  }

  /** The nest that an entry names, or undefined. */
  nestAt(at: number): Nest | undefined {
    const { entries, nests } = this.store;
    return entries.encoding(at) === Form.nest ? nests.get(entries.nestNumber(at)) : undefined;
  }

  /** What is recorded from now on is of elements of this key, until `outside`. */
  within(): void {
    const { key } = this;
    this.store.recorder?.within(key.type, key.bytes, key.offset, key.length);
  }

  outside(): void {
    this.store.recorder?.outside();
  }

  /** Records the put of an element under the last stamp; it is said that it is within the collection. */
  recordPut(e: Element): void {
    const { self, clock, recorder } = this.store;
    recorder?.put(
      this.id,
      e.name,
      e.nameOffset,
      e.nameLength,
      self,
      clock.hi,
      clock.lo,
      e.value,
      e.valueOffset,
      e.valueLength,
      true,
      0,
      e.baseOrigin,
      e.baseHi,
      e.baseLo,
    );
  }

  /** The event of what was just written becomes the greatest dot of the key. */
  touch(): void {
    if (this.at === 0) return;
    const { entries, self, clock, ground } = this.store;
    entries.setDot(this.at, self, clock.hi, clock.lo);
    entries.setAccess(this.at, ground.access);
  }

  setValue(bytes: Uint8Array, offset: number, length: number, deadlineMs: number): void {
    this.valueBytes = bytes;
    this.valueOffset = offset;
    this.valueLength = length;
    this.deadlineMs = deadlineMs;
  }

  /** A member's value is its score, with which it ends in whatever form. */
  setScore(u8: Uint8Array, end: number): void {
    this.setValue(u8, end - scoreBytes, scoreBytes, 0);
  }

  /** Fields have been purged because their deadlines have passed. */
  tellPurged(count: number, isGone: boolean): void {
    const { store, key } = this;
    store.expiredFieldCount += count;
    const bytes = Buffer.from(key.bytes.subarray(key.offset, key.offset + key.length));
    store.onFieldsExpired?.(store.databaseOf(this.id), bytes, isGone);
  }
}
