// The result of a computation over sorted sets while it is made: names with scores, found by name, outside the arena.
// It lives as long as one command. Names stand one behind another in one buffer; a small open hash finds them.
import { sameBytes } from '../../base/runs.ts';
import type { KeyHash } from '../../store/hash.ts';

const firstSlots = 64;

export class ScoredNames {
  size = 0;
  bytes: Buffer = Buffer.allocUnsafe(1024);
  private readonly hash: KeyHash;
  private end = 0;
  private readonly offsets: number[] = [];
  private readonly values: number[] = [];
  /** Index + 1 by hash; 0 = free. */
  private slots = new Int32Array(firstSlots);

  constructor(hash: KeyHash) {
    this.hash = hash;
  }

  offset(i: number): number {
    return this.offsets[i]!;
  }

  length(i: number): number {
    return (this.offsets[i + 1] ?? this.end) - this.offsets[i]!;
  }

  score(i: number): number {
    return this.values[i]!;
  }

  /** The index of a name, which is added with `score` where it is not there yet. */
  add(u8: Uint8Array, offset: number, length: number, score: number): number {
    const slot = this.slotOf(u8, offset, length);
    const known = this.slots[slot]!;
    if (known !== 0) return known - 1;
    this.append(u8, offset, length, score);
    this.slots[slot] = this.size;
    if (this.size * 2 > this.slots.length) this.rehash();
    return this.size - 1;
  }

  /** Puts a name with its score, or with what `joined` makes of that and the one that it has. */
  putScored(
    u8: Uint8Array,
    offset: number,
    length: number,
    score: number,
    joined?: (before: number, score: number) => number,
  ): void {
    const { size } = this;
    const i = this.add(u8, offset, length, score);
    if (i < size) this.values[i] = joined === undefined ? score : joined(this.values[i]!, score);
  }

  /** Adds a name that is known to be new, to a result in which names are not looked for. */
  append(u8: Uint8Array, offset: number, length: number, score: number): void {
    if (this.end + length > this.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(this.end + length, this.bytes.length * 2));
      this.bytes.copy(grown, 0, 0, this.end);
      this.bytes = grown;
    }
    this.bytes.set(u8.subarray(offset, offset + length), this.end);
    this.offsets.push(this.end);
    this.values.push(score);
    this.end += length;
    this.size += 1;
  }

  /** The indexes in the order of a sorted set. */
  sorted(): Int32Array {
    const order = Int32Array.from({ length: this.size }, (_, i) => i);
    return order.sort((a, b) => this.compare(a, b));
  }

  /** Which of two indexes comes first in a sorted set: negative for the first. */
  compare(a: number, b: number): number {
    const difference = this.values[a]! - this.values[b]!;
    // Infinities of one sign differ by NaN.
    if (difference < 0 || difference > 0) return difference;
    const { bytes } = this;
    const [from, other] = [this.offset(a), this.offset(b)];
    return bytes.compare(bytes, other, other + this.length(b), from, from + this.length(a));
  }

  private slotOf(u8: Uint8Array, offset: number, length: number): number {
    const mask = this.slots.length - 1;
    let slot = this.hash.of(u8, offset, length) & mask;
    for (; this.slots[slot] !== 0; slot = (slot + 1) & mask) {
      if (this.equals(this.slots[slot]! - 1, u8, offset, length)) return slot;
    }
    return slot;
  }

  private equals(i: number, u8: Uint8Array, offset: number, length: number): boolean {
    return this.length(i) === length && sameBytes(this.bytes, this.offset(i), u8, offset, length);
  }

  private rehash(): void {
    this.slots = new Int32Array(this.slots.length * 4);
    const mask = this.slots.length - 1;
    for (let i = 0; i < this.size; i++) {
      let slot = this.hash.of(this.bytes, this.offset(i), this.length(i)) & mask;
      while (this.slots[slot] !== 0) slot = (slot + 1) & mask;
      this.slots[slot] = i + 1;
    }
  }
}
