// The deltas of the open list's elements: what a command's change writes of one, and what of all of them a peer has not
// seen. It changes nothing.
import { stampFrom } from '../../base/clock.ts';
import type { BatchWriter } from '../../delta/batch-writer.ts';
import type { VersionVector } from '../../delta/vector.ts';
import { Element } from './element.ts';
import type { ListChunks } from './list-chunks.ts';
import { ListValue } from './list-value.ts';
import type { OpenList } from './open-list.ts';
import { positionBytesMax, writeInteger } from './position.ts';

/** Where an `emit` in slices stands: elements are visited by position, so others may come and go meanwhile. */
export class ListCursor {
  inDead = false;
  started = false;
  readonly last = new Element();
}

export class ListDeltas {
  private readonly opened: OpenList;
  private readonly position = new Uint8Array(positionBytesMax + 16);
  /** What is emitted, and its value. */
  private readonly element = new Element();
  private readonly value = new ListValue();

  constructor(opened: OpenList) {
    this.opened = opened;
  }

  writeInsert(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this.opened;
    writer.insert(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
      e.bytes,
      e.offset,
      e.length,
    );
  }

  writeRewrite(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this.opened;
    writer.rewrite(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.dotOrigin,
      e.dotHi,
      e.dotLo,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
      e.bytes,
      e.offset,
      e.length,
    );
  }

  writeRemove(writer: BatchWriter, e: Element): void {
    const length = this.writePosition(e.place.rank, e.extension, e.extensionOffset, e.extensionLength);
    const { key } = this.opened;
    writer.remove(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      e.dotOrigin,
      e.dotHi,
      e.dotLo,
      e.place.origin,
      e.place.hi,
      e.place.lo,
      this.position,
      0,
      length,
    );
  }

  /** Writes a position to `position`; returns its length. */
  private writePosition(rank: number, extension: Uint8Array, offset: number, length: number): number {
    const end = writeInteger(rank, this.position, 0);
    for (let i = 0; i < length; i++) this.position[end + i] = extension[offset + i]!;
    return end + length;
  }

  /**
   * Appends the deltas of the elements of the open list that a peer's vector does not cover, chunk by chunk until at
   * least `elementsMax` were looked at. Returns whether the end was reached; else the cursor says where to go on.
   */
  emit(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    elementsMax: number,
    cursor: ListCursor,
  ): boolean {
    let rest = elementsMax;
    if (!cursor.inDead) {
      rest -= this.emitChunks(writer, covered, rest, cursor, this.opened.live);
      if (rest <= 0) return false;
      cursor.inDead = true;
      cursor.started = false;
    }
    const { dead } = this.opened;
    if (dead === undefined) return true;
    rest -= this.emitChunks(writer, covered, rest, cursor, dead);
    return rest > 0;
  }

  /** Returns how many elements were looked at: fewer than `elementsMax` at the end. */
  private emitChunks(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    elementsMax: number,
    cursor: ListCursor,
    list: ListChunks,
  ): number {
    const { chunks } = this.opened;
    let skip = 0;
    list.ordinal = 0;
    if (cursor.started) {
      const isThere = list.find(cursor.last);
      skip = list.k + (isThere ? 1 : 0);
      if (list.size > 0 && skip === list.countAt(list.ordinal)) {
        list.ordinal += 1;
        skip = 0;
      }
    }
    let looks = 0;
    for (let { ordinal } = list; ordinal < list.size && looks < elementsMax; ordinal++, skip = 0) {
      chunks.open(list.chunkAt(ordinal));
      while (chunks.next()) if (chunks.index >= skip) this.emitStoodOn(writer, covered, cursor.inDead);
      looks += list.countAt(ordinal);
      this.opened.loadFrom(cursor.last);
      cursor.started = true;
    }
    return looks;
  }

  private emitStoodOn(writer: BatchWriter, covered: VersionVector | undefined, isDead: boolean): void {
    const { element: e, opened } = this;
    const { chunks } = opened;
    const { place, dotOrigin, dotHi, dotLo } = chunks;
    if (covered !== undefined) {
      const isDotNew = dotOrigin !== 0 && !covered.covers(dotOrigin, stampFrom(dotHi, dotLo));
      const isIdNew = !isDead && !covered.covers(place.origin, stampFrom(place.hi, place.lo));
      if (!isDotNew && !isIdNew) return;
    }
    opened.loadFrom(e);
    e.dotOrigin = dotOrigin;
    e.dotHi = dotHi;
    e.dotLo = dotLo;
    if (isDead) {
      this.writeRemove(writer, e);
      return;
    }
    this.value.read(opened.store.arena.u8, chunks.value);
    e.bytes = this.value.bytes;
    e.offset = this.value.offset;
    e.length = this.value.length;
    // A rewrite says all that an insert does.
    if (dotOrigin === 0) this.writeInsert(writer, e);
    else this.writeRewrite(writer, e);
  }
}
