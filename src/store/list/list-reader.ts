// What is read of the open list: elements by their index or their value, as replies or as texts. It changes nothing.
import { atOnce } from '../../base/at-once.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { ListValue } from './list-value.ts';
import type { OpenList } from './open-list.ts';

const listpackHeaderBytes = 7;

/** So many are compared in the time in which one is replied. */
const looksPerElement = 32;

export class ListReader {
  /** The value that was read last: valid until the store changes. */
  readonly value = new ListValue();
  private readonly opened: OpenList;

  constructor(opened: OpenList) {
    this.opened = opened;
  }

  /** Reads the element at an index, which there must be, into `value`. */
  readAt(index: number): void {
    const { live, chunks } = this.opened;
    live.locate(index);
    const at = chunks.elementAt(live.chunkAt(live.ordinal), live.k);
    this.value.read(this.opened.store.arena.u8, chunks.valueAt(at));
  }

  /** Reads the first or the last element into `value`; it stays. */
  readEnd(atFront: boolean): void {
    this.value.read(this.opened.store.arena.u8, this.opened.chunks.valueAt(this.endAt(atFront)));
  }

  /** Where the first or the last element stands. */
  private endAt(atFront: boolean): number {
    const { live, chunks } = this.opened;
    if (atFront) return chunks.dataStart(live.chunkAt(0));
    const last = live.size - 1;
    return chunks.elementAt(live.chunkAt(last), live.countAt(last) - 1);
  }

  /** Replies with `count` elements from `from` on, which there must be. */
  reply(from: number, count: number, reply: ReplyWriter): void {
    const { live, chunks } = this.opened;
    live.locate(from);
    let { ordinal, k } = live;
    for (let rest = count; rest > 0; ordinal++) {
      const n = Math.min(rest, live.countAt(ordinal) - k);
      const chunk = live.chunkAt(ordinal);
      chunks.reply(chunks.elementAt(chunk, k), n, reply, this.value);
      rest -= n;
      k = 0;
    }
  }

  /** Replies with the first or the last element. */
  replyEnd(atFront: boolean, reply: ReplyWriter): void {
    this.opened.chunks.reply(this.endAt(atFront), 1, reply, this.value);
  }

  /** Reads `count` elements from `from` on, all of which are there, into `value` one after the other. */
  each(from: number, count: number, visit: (value: ListValue) => void): void {
    if (count === 0) return;
    const { live, chunks, store } = this.opened;
    const { value } = this;
    live.locate(from);
    let { ordinal, k } = live;
    for (let rest = count; rest > 0; ordinal++) {
      let n = Math.min(rest, live.countAt(ordinal) - k);
      rest -= n;
      let p = chunks.elementAt(live.chunkAt(ordinal), k);
      for (; n > 0; n--) {
        p = chunks.valueAt(p);
        value.read(store.arena.u8, p);
        visit(value);
        p = chunks.behind(p);
      }
      k = 0;
    }
  }

  /** Puts the values of `count` elements from `from` on, all of which are there, behind those of `out`, as Latin-1. */
  values(from: number, count: number, out: string[]): void {
    this.each(from, count, ({ bytes, offset, length }) =>
      out.push(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1')),
    );
  }

  /**
   * The indexes of elements with this value, from the front or from the end: past `skip` of them, at most `limit`, with
   * at most `lookMax` elements looked at; 0 = no limit.
   */
  matches(
    bytes: Uint8Array,
    offset: number,
    length: number,
    fromEnd: boolean,
    lookMax: number,
    skip: number,
    limit: number,
  ): number[] {
    return atOnce(this.matching(bytes, offset, length, fromEnd, lookMax, skip, limit));
  }

  /** The same in slices: at each yield others may run, and the list is to be opened again before it goes on. */
  *matching(
    bytes: Uint8Array,
    offset: number,
    length: number,
    fromEnd: boolean,
    lookMax: number,
    skip: number,
    limit: number,
  ): Generator<void, number[], void> {
    const { chunks, store } = this.opened;
    let { live } = this.opened;
    const looksMax = store.sliceSizes.elements * looksPerElement;
    let looked = 0;
    const looks = lookMax === 0 ? live.count : Math.min(lookMax, live.count);
    const wanted = limit === 0 ? Number.POSITIVE_INFINITY : limit;
    const found: number[] = [];
    let passed = 0;
    let base = fromEnd ? live.count : 0;
    chunks.needle.prepare(bytes, offset, length);
    for (let i = 0, rest = looks; rest > 0; i++) {
      const ordinal = fromEnd ? live.size - 1 - i : i;
      const count = live.countAt(ordinal);
      const n = Math.min(rest, count);
      if (fromEnd) base -= count;
      const inChunk = chunks.needlesIn(live.chunkAt(ordinal), fromEnd ? count - n : 0, n);
      if (fromEnd) inChunk.reverse();
      for (const k of inChunk) {
        if (passed++ < skip) continue;
        found.push(base + k);
        if (found.length === wanted) return found;
      }
      if (!fromEnd) base += count;
      rest -= n;
      looked += n;
      if (looked < looksMax || rest === 0) continue;
      looked = 0;
      yield;
      live = this.opened.live;
      chunks.needle.prepare(bytes, offset, length);
    }
    return found;
  }

  /** A copy of the value of the element at which `chunks` stands. */
  valueStoodOn(): Buffer {
    const { value } = this;
    const { chunks, store } = this.opened;
    value.read(store.arena.u8, chunks.value);
    return Buffer.from(value.bytes.subarray(value.offset, value.offset + value.length));
  }

  /** Whether the list at `at` would take no more than `bytesMax` in one listpack of Redis. */
  fitsListpack(at: number, bytesMax: number): boolean {
    const { chunks, store } = this.opened;
    const live = this.opened.liveAt(at);
    // No value takes less there than here, but for two bytes an element.
    if (live.dataBytes() > 2 * bytesMax) return false;
    let bytes = listpackHeaderBytes;
    for (let ordinal = 0; ordinal < live.size; ordinal++) {
      let p = chunks.dataStart(live.chunkAt(ordinal));
      for (let n = live.countAt(ordinal); n > 0; n--) {
        p = chunks.valueAt(p);
        this.value.read(store.arena.u8, p);
        bytes += this.value.listpackBytes(store.arena.u8[p]!);
        p = chunks.behind(p);
      }
    }
    return bytes <= bytesMax;
  }
}
