// The version vector: for each origin the stamp up to which everything of it has been joined here, with the tag of the
// start in which the origin gave that stamp. It advances by frontiers only (design: a delta sent ahead of its turn
// moves no vector). Origins are the local indexes of an Origins table; the hash is over names, so nodes can compare it.
import type { Origins } from './origins.ts';

export type VectorEntry = { readonly stamp: number; readonly tag: number };

export class VersionVector {
  private readonly stamps = new Map<number, VectorEntry>();

  /** The stamp up to which `origin` is complete here; 0 when nothing of it is known. */
  stampOf(origin: number): number {
    return this.stamps.get(origin)?.stamp ?? 0;
  }

  /** The entry of `origin`, or undefined. */
  get(origin: number): VectorEntry | undefined {
    return this.stamps.get(origin);
  }

  /** Whether the dot is covered. */
  covers(origin: number, stamp: number): boolean {
    const entry = this.stamps.get(origin);
    return entry !== undefined && stamp <= entry.stamp;
  }

  /** Raises the entry of `origin` to `stamp`; returns whether it rose. */
  advance(origin: number, stamp: number, tag: number): boolean {
    const entry = this.stamps.get(origin);
    if (entry !== undefined && stamp <= entry.stamp) return false;
    this.stamps.set(origin, { stamp, tag });
    return true;
  }

  /** Sets the entry of `origin` back; undefined forgets it. Only where the history behind it is given up. */
  retract(origin: number, entry: VectorEntry | undefined): void {
    if (entry === undefined) this.stamps.delete(origin);
    else this.stamps.set(origin, entry);
  }

  /** Whether every entry of `other` is covered here. */
  dominates(other: VersionVector): boolean {
    for (const [origin, entry] of other.stamps) if (!this.covers(origin, entry.stamp)) return false;
    return true;
  }

  get size(): number {
    return this.stamps.size;
  }

  clear(): void {
    this.stamps.clear();
  }

  clone(): VersionVector {
    const copy = new VersionVector();
    for (const [origin, entry] of this.stamps) copy.stamps.set(origin, entry);
    return copy;
  }

  entries(): IterableIterator<[number, VectorEntry]> {
    return this.stamps.entries();
  }

  /** A 32-bit FNV-1a hash over the entries in origin order: equal vectors have equal hashes on all nodes. */
  hash(origins: Origins): number {
    const sorted = [...this.stamps].map(([o, e]) => `${origins.name(o)}=${e.stamp}.${e.tag};`).sort();
    let h = 0x811c9dc5;
    for (const text of sorted) {
      for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
    }
    return h >>> 0;
  }
}
