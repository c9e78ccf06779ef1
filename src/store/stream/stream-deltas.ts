// What is written of the open stream: an entry, what is so of the stream as a whole, a removal, a change of groups, and
// all of it in slices for scans. It changes nothing.
import { stampHi, stampLo } from '../../base/clock.ts';
import type { BatchWriter } from '../../delta/batch-writer.ts';
import { idBytes, StreamId } from '../../delta/stream-id.ts';
import type { VersionVector } from '../../delta/vector.ts';
import { EntryType } from '../entry.ts';
import type { Dot } from '../key-state.ts';
import type { EntryChunks } from './entry-chunks.ts';
import type { NoteBytes } from './group-note.ts';
import { GroupCursor } from './groups.ts';
import type { OpenStream } from './open-stream.ts';

const noId = new StreamId();

/** Where work in slices stands: entries are visited by id, so others may come and go meanwhile. */
export class StreamCursor {
  inDead = false;
  started = false;
  readonly last = new StreamId();
  readonly groups = new GroupCursor();
}

export class StreamDeltas {
  private readonly opened: OpenStream;
  private readonly idBuffer = new Uint8Array(idBytes);
  private readonly last = new StreamId();
  private readonly deleted = new StreamId();

  constructor(opened: OpenStream) {
    this.opened = opened;
  }

  /** An entry of `fields`. */
  writeEntry(writer: BatchWriter, id: StreamId, stamp: number, origin: number, added: number): void {
    const { fields, key } = this.opened;
    writer.entry(
      key.ks.id,
      key.bytes,
      key.offset,
      key.length,
      origin,
      stampHi(stamp),
      stampLo(stamp),
      id,
      added,
      fields.bytes,
      fields.offset,
      fields.length,
    );
  }

  /** What is so of the stream as a whole, under a dot, with a trim where `trim` is above 0. */
  writeState(writer: BatchWriter, dot: Dot, trim: StreamId): void {
    const { opened, deleted } = this;
    this.writeExtent(writer, dot, opened.lastId(this.last), opened.added, opened.maxDeleted(deleted), trim);
  }

  private writeExtent(
    writer: BatchWriter,
    dot: Dot,
    last: StreamId,
    added: number,
    deleted: StreamId,
    trim: StreamId,
  ): void {
    const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
    const { ks, bytes, offset, length } = this.opened.key;
    writer.extent(ks.id, bytes, offset, length, dot.origin, hi, lo, last, added, deleted, trim);
  }

  writeDrop(writer: BatchWriter, id: StreamId, kill: Dot, event: Dot): void {
    const { idBuffer, opened } = this;
    const { ks, bytes, offset, length } = opened.key;
    id.writeBytes(idBuffer);
    writer.within(EntryType.stream, bytes, offset, length);
    writer.clear(
      ks.id,
      idBuffer,
      0,
      idBytes,
      event.origin,
      stampHi(event.stamp),
      stampLo(event.stamp),
      kill.origin,
      stampHi(kill.stamp),
      stampLo(kill.stamp),
      EntryType.stream,
    );
    writer.outside();
  }

  writeGroup(writer: BatchWriter, note: NoteBytes): void {
    const { store, at, key } = this.opened;
    const { entries } = store;
    const { ks, bytes, offset, length } = key;
    const [origin, hi, lo] = [entries.origin(at), entries.hi(at), entries.lo(at)];
    writer.group(ks.id, bytes, offset, length, origin, hi, lo, note.bytes, 0, note.length);
  }

  /**
   * Appends the deltas of the open stream that a peer's vector does not cover, until at least `entriesMax` entries were
   * looked at. Returns whether the end was reached; else the cursor says where to go on. Groups go along where
   * `isLocal`.
   */
  emit(
    writer: BatchWriter,
    covered: VersionVector | undefined,
    entriesMax: number,
    cursor: StreamCursor,
    isLocal: boolean,
  ): boolean {
    const { opened } = this;
    const isNew = (dot: Dot): boolean => dot.origin !== 0 && covered?.covers(dot.origin, dot.stamp) !== true;
    if (!cursor.started && !cursor.inDead) {
      for (const { id, dot } of opened.trims)
        if (isNew(dot)) this.writeExtent(writer, dot, noId, 0, noId, id);
    }
    let rest = entriesMax;
    if (!cursor.inDead) {
      rest -= visitSlice(opened.live, rest, cursor, () => {
        const { liveDot } = opened;
        if (isNew(liveDot)) this.writeLive(writer, liveDot);
      });
      if (rest <= 0) return false;
      cursor.inDead = true;
      cursor.started = false;
    }
    rest -= visitSlice(opened.dead.chunks, rest, cursor, () => {
      const { event, kill, chunks } = opened.dead;
      if (isNew(event)) this.writeDrop(writer, chunks.codec.id, kill, event);
    });
    if (rest <= 0) return false;
    const own = opened.extentDot;
    if (isNew(own) && cursor.groups.group === undefined) {
      const last = opened.statedLast(this.last);
      this.writeExtent(writer, own, last, opened.statedAdded, opened.maxDeleted(this.deleted), noId);
    }
    const write = (note: NoteBytes): void => this.writeGroup(writer, note);
    return !isLocal || opened.groups?.emit(write, rest, cursor.groups) !== false;
  }

  private writeLive(writer: BatchWriter, { stamp, origin }: Dot): void {
    this.opened.readFields();
    this.writeEntry(writer, this.opened.live.codec.id, stamp, origin, 0);
  }
}

/** Visits up to `entriesMax` entries behind those that the cursor has seen. Returns how many: fewer at the end. */
export function visitSlice(
  chunks: EntryChunks,
  entriesMax: number,
  cursor: StreamCursor,
  visit: () => void,
): number {
  const { codec } = chunks;
  let looks = 0;
  if (chunks.count === 0) return 0;
  let more = true;
  if (cursor.started) {
    more = chunks.seek(cursor.last);
    if (more && codec.id.compare(cursor.last) === 0) more = chunks.next();
  } else {
    chunks.begin();
    more = chunks.next();
  }
  for (; more && looks < entriesMax; more = chunks.next()) {
    looks += 1;
    cursor.started = true;
    cursor.last.copy(codec.id);
    visit();
  }
  return looks;
}
