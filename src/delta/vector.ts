// The version vector: for each origin the stamp up to which everything of it has been joined here, with the tag of the
// start in which the origin gave that stamp. It advances by frontiers only (design: a delta sent ahead of its turn
// moves no vector). Origins are the local indexes of an Origins table; the hash is over names, so nodes can compare it.
//
// A hub has some vectors for each link, with an entry for each edge: entries are numbers in rows, by origin, looked for
// from the place that the origin names (a table of open addressing), and no objects.
import { assert } from '../base/assert.ts';
import type { Origins } from './origins.ts';

export type VectorEntry = { readonly stamp: number; readonly tag: number };

const slotsMin = 8;
/** Of the slots, so many are free at least. */
const freeMin = 1 / 4;
const noOrigins = new Int32Array(0);
const noNumbers = new Float64Array(0);

export class VersionVector {
  /** By slot; 0: the slot is free. */
  private origins = noOrigins;
  private stamps = noNumbers;
  private tags = noNumbers;
  private count = 0;

  /** The slot of an origin, or of where it belongs; below 0 where there are no slots. */
  private slotOf(origin: number): number {
    const { origins } = this;
    const mask = origins.length - 1;
    let slot = origin & mask;
    while (slot >= 0 && origins[slot] !== 0 && origins[slot] !== origin) slot = (slot + 1) & mask;
    return slot;
  }

  /** The stamp up to which `origin` is complete here; 0 when nothing of it is known. */
  stampOf(origin: number): number {
    if (this.count === 0) return 0;
    const slot = this.slotOf(origin);
    return this.origins[slot] === origin ? this.stamps[slot]! : 0;
  }

  /** The entry of `origin`, or undefined. */
  get(origin: number): VectorEntry | undefined {
    if (this.count === 0) return undefined;
    const slot = this.slotOf(origin);
    if (this.origins[slot] !== origin) return undefined;
    return { stamp: this.stamps[slot]!, tag: this.tags[slot]! };
  }

  /** Whether the dot is covered. */
  covers(origin: number, stamp: number): boolean {
    if (this.count === 0) return false;
    const slot = this.slotOf(origin);
    return this.origins[slot] === origin && stamp <= this.stamps[slot]!;
  }

  /** Raises the entry of `origin` to `stamp`; returns whether it rose. */
  advance(origin: number, stamp: number, tag: number): boolean {
    if (this.covers(origin, stamp)) return false;
    this.put(origin, stamp, tag);
    return true;
  }

  private put(origin: number, stamp: number, tag: number): void {
    assert(origin > 0, 'an entry of no origin');
    if (this.count >= this.origins.length * (1 - freeMin))
      this.resize(Math.max(slotsMin, this.origins.length * 2));
    const slot = this.slotOf(origin);
    if (this.origins[slot] !== origin) this.count += 1;
    this.origins[slot] = origin;
    this.stamps[slot] = stamp;
    this.tags[slot] = tag;
  }

  private resize(slots: number): void {
    const { origins, stamps, tags } = this;
    this.origins = new Int32Array(slots);
    this.stamps = new Float64Array(slots);
    this.tags = new Float64Array(slots);
    this.count = 0;
    for (let i = 0; i < origins.length; i++) {
      if (origins[i] !== 0) this.put(origins[i]!, stamps[i]!, tags[i]!);
    }
  }

  /** Sets the entry of `origin` back; undefined forgets it. Only where the history behind it is given up. */
  retract(origin: number, entry: VectorEntry | undefined): void {
    if (entry !== undefined) {
      this.put(origin, entry.stamp, entry.tag);
      return;
    }
    if (this.get(origin) === undefined) return;
    this.origins[this.slotOf(origin)] = 0;
    // What stood behind it may have been put off by it.
    this.resize(this.origins.length);
  }

  /** Whether every entry of `other` is covered here. */
  dominates(other: VersionVector): boolean {
    const { origins, stamps } = other;
    for (let i = 0; i < origins.length; i++) {
      if (origins[i] !== 0 && !this.covers(origins[i]!, stamps[i]!)) return false;
    }
    return true;
  }

  get size(): number {
    return this.count;
  }

  clear(): void {
    this.origins = noOrigins;
    this.stamps = noNumbers;
    this.tags = noNumbers;
    this.count = 0;
  }

  clone(): VersionVector {
    const copy = new VersionVector();
    copy.origins = this.origins.slice();
    copy.stamps = this.stamps.slice();
    copy.tags = this.tags.slice();
    copy.count = this.count;
    return copy;
  }

  /** In no order that means anything. What is raised meanwhile may be given as it was, or as it is. */
  *entries(): Generator<[number, VectorEntry], void> {
    const { origins, stamps, tags } = this;
    for (let i = 0; i < origins.length; i++) {
      if (origins[i] !== 0) yield [origins[i]!, { stamp: stamps[i]!, tag: tags[i]! }];
    }
  }

  /** A 32-bit FNV-1a hash over the entries in origin order: equal vectors have equal hashes on all nodes. */
  hash(origins: Origins): number {
    const sorted = [...this.entries()].map(([o, e]) => `${origins.name(o)}=${e.stamp}.${e.tag};`).sort();
    let h = 0x811c9dc5;
    for (const text of sorted) {
      for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    }
    return h >>> 0;
  }
}
