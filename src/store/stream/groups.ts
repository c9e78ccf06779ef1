// The consumer groups of one stream: who has read up to where, and what was delivered and not acknowledged. They are
// this node's own: journal and snapshots have them, peers never do. A group and a consumer are an object each, which a
// block of the arena pays for; what is pending lies in the arena, in the order of ids, one sequence a group, and of
// each consumer the ids alone. It knows no entries.
//
//   block of a group      directory of what is pending, name, and bytes for the objects beside it
//   block of a consumer   directory of the ids pending for it, name, and bytes for the object beside it
//   pending               body of an entry: u32 number of the consumer, u48 time of delivery, u32 deliveries
//   pending ids           entries without a body
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { outOfMemory } from '../../resp/errors.ts';
import { ChunkDirectory, directoryWords } from '../chunk-directory.ts';
import type { Ground } from '../keyspace.ts';
import { EntryChunks } from './entry-chunks.ts';
import { StreamEntry } from './entry-codec.ts';
import { GroupNote, type GroupNoteReader, GroupOp } from './group-note.ts';

/** What the objects of a group or a consumer take in the process's heap, about. */
const heapBytes = 256;
const bodyBytes = 14;
/** Deliveries are counted up to this. */
export const deliveriesMax = 0xffffffff;
const pendingLimits = { bytesMax: 2048, entriesMax: 0 };
/** An id takes three bytes or so, and one is found by a walk through its chunk. */
const ownLimits = { bytesMax: 512, entriesMax: 0 };
/** A consumer with less of what is pending than one in so many leaves id by id, another by a walk through all. */
const walkedShare = 16;
/** Deliveries in one note of a scan. */
const noteEntriesMax = 512;

/** In place of the time of a success: there was none. */
export const neverActive = -1;

export interface Consumer {
  readonly number: number;
  readonly name: Buffer;
  /** Unix ms of its last attempt, and of its last success, or `neverActive`. */
  seenMs: number;
  activeMs: number;
  /** Entries pending for it. */
  pending: number;
  block: number;
}

export interface Group {
  readonly name: Buffer;
  /** The last id that was delivered. */
  readonly lastId: StreamId;
  /** Entries read, those deleted before included; -1 = not known. */
  entriesRead: number;
  readonly consumers: Map<string, Consumer>;
  readonly byNumber: (Consumer | undefined)[];
  block: number;
}

/** Names are texts of one character a byte. */
export function nameOf(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
}

function byName(a: { readonly name: Buffer }, b: { readonly name: Buffer }): number {
  return Buffer.compare(a.name, b.name);
}

/** What is pending in groups, as the file's header says. One for a store. */
export class PendingChunks {
  readonly chunks: EntryChunks;
  /** What the last `find` or `next` stands at. */
  consumer = 0;
  timeMs = 0;
  deliveries = 0;
  /** The ids pending for one consumer. */
  private readonly own: EntryChunks;
  /** The chunks of any group or consumer, for what does not open it. */
  private readonly any: ChunkDirectory;
  private readonly e = new StreamEntry();
  private readonly ownId = new StreamEntry();
  private readonly body = new Uint8Array(bodyBytes);
  private w = 0;
  /** `seek` and `next` go through the ids of one consumer. */
  private isOwn = false;

  constructor(ground: Ground) {
    this.chunks = new EntryChunks(ground, pendingLimits, { isGrave: false, hasDots: false });
    this.own = new EntryChunks(ground, ownLimits, { isGrave: false, hasDots: false });
    this.any = new ChunkDirectory(ground, false);
    this.e.body = this.body;
    this.e.length = bodyBytes;
  }

  /** Opens what is pending in a group; with a consumer `seek` and `next` pass over what is not pending for that. */
  open(group: Group, consumer?: Consumer): void {
    this.w = group.block >> 2;
    this.chunks.directory.load(this.w);
    this.isOwn = consumer !== undefined;
    if (consumer !== undefined) this.own.directory.load(consumer.block >> 2);
  }

  get id(): StreamId {
    return this.chunks.codec.id;
  }

  get count(): number {
    return this.chunks.count;
  }

  find(id: StreamId): boolean {
    return this.chunks.find(id) && this.read();
  }

  /** How many are pending from `from` to `to`, of which there may be none. Stands nowhere then. */
  countBetween(from: StreamId, to: StreamId): number {
    const chunks = this.isOwn ? this.own : this.chunks;
    if (chunks.count === 0 || from.compare(to) > 0) return 0;
    const before = chunks.countBelow(from);
    return chunks.countBelow(to) + (chunks.find(to) ? 1 : 0) - before;
  }

  /** Stands at the first one from `id` on; false where there is none. */
  seek(id: StreamId): boolean {
    if (this.isOwn) return this.own.seek(id) && this.find(this.own.codec.id);
    return this.chunks.seek(id) && this.read();
  }

  next(): boolean {
    if (this.isOwn) return this.own.next() && this.find(this.own.codec.id);
    return this.chunks.next() && this.read();
  }

  private read(): true {
    const { u8, bodyAt: p } = this.chunks.codec;
    this.consumer = (u8[p]! | (u8[p + 1]! << 8) | (u8[p + 2]! << 16)) + u8[p + 3]! * 16777216;
    let time = 0;
    for (let i = 5; i >= 0; i--) time = time * 256 + u8[p + 4 + i]!;
    this.timeMs = time;
    this.deliveries = (u8[p + 10]! | (u8[p + 11]! << 8) | (u8[p + 12]! << 16)) + u8[p + 13]! * 16777216;
    return true;
  }

  private write(out: Uint8Array, at: number, consumer: number, timeMs: number, deliveries: number): void {
    const count = Math.min(deliveriesMax, deliveries);
    let rest = timeMs;
    for (let i = 0; i < 4; i++) {
      out[at + i] = consumer >>> (8 * i);
      out[at + 10 + i] = count >>> (8 * i);
    }
    for (let i = 0; i < 6; i++) {
      out[at + 4 + i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
  }

  /** Enters an id, or gives the one that is there another state. Throws CommandError OOM. */
  set(id: StreamId, consumer: number, timeMs: number, deliveries: number): void {
    const { chunks, e } = this;
    if (chunks.find(id)) {
      this.write(chunks.codec.u8, chunks.codec.bodyAt, consumer, timeMs, deliveries);
      return;
    }
    this.write(this.body, 0, consumer, timeMs, deliveries);
    e.id.copy(id);
    chunks.insert(e);
    this.save();
  }

  /** Gives the one at which this stands another state. */
  restate(consumer: number, timeMs: number, deliveries: number): void {
    const { u8, bodyAt } = this.chunks.codec;
    this.write(u8, bodyAt, consumer, timeMs, deliveries);
  }

  /** Takes out the one at which this stands. */
  remove(): void {
    this.chunks.remove();
    this.save();
  }

  /** Takes out all that is pending for a consumer of the open group. */
  removeOf(consumer: Consumer): void {
    const { chunks, own } = this;
    const w = consumer.block >> 2;
    own.directory.load(w);
    if (own.count * walkedShare >= chunks.count)
      chunks.removeWhere(() => this.read() && this.consumer === consumer.number);
    else {
      own.begin();
      while (own.next()) if (chunks.find(own.codec.id)) chunks.remove();
    }
    this.save();
    own.free();
    own.directory.save(w);
  }

  /** Enters an id among those of a consumer. Throws CommandError OOM. */
  addTo(consumer: Consumer, id: StreamId): void {
    const { own, ownId } = this;
    const w = consumer.block >> 2;
    own.directory.load(w);
    if (own.find(id)) return;
    ownId.id.copy(id);
    own.insert(ownId);
    own.directory.save(w);
    consumer.pending += 1;
  }

  /** Takes an id from those of a consumer. */
  takeFrom(consumer: Consumer, id: StreamId): void {
    const { own } = this;
    const w = consumer.block >> 2;
    own.directory.load(w);
    if (!own.find(id)) return;
    own.remove();
    own.directory.save(w);
    consumer.pending -= 1;
  }

  /** Frees the blocks of a group or a consumer, its own not among them, whatever is open. */
  freeOf({ block }: Group | Consumer): void {
    this.any.load(block >> 2);
    this.any.free();
  }

  /** Bytes of the blocks of a group or a consumer, its own not among them. */
  blockBytesOf({ block }: Group | Consumer): number {
    this.any.load(block >> 2);
    return this.any.blockBytes();
  }

  /** Visits the blocks of a group or a consumer, its own not among them. */
  eachBlockOf({ block }: Group | Consumer, visit: (block: number) => void): void {
    this.any.load(block >> 2);
    this.any.eachBlock(visit);
  }

  /** A block was copied from `from` to `to`: takes note where it is of what is pending in a group or for a consumer. */
  moveBlock({ block }: Group | Consumer, from: number, to: number): boolean {
    this.any.load(block >> 2);
    if (!this.any.moveBlock(from, to)) return false;
    this.any.save(block >> 2);
    return true;
  }

  private save(): void {
    this.chunks.directory.save(this.w);
  }
}

export class StreamGroups {
  /** Goes up with each change that is told of: work in slices that reads groups begins anew then. */
  changes = 0;
  private readonly ground: Ground;
  private readonly pending: PendingChunks;
  private readonly byName = new Map<string, Group>();
  private readonly note = new GroupNote();
  private readonly noted = new StreamId();

  constructor(ground: Ground, pending: PendingChunks) {
    this.ground = ground;
    this.pending = pending;
  }

  get size(): number {
    return this.byName.size;
  }

  /** What is pending in all groups. */
  get pendingCount(): number {
    let count = 0;
    for (const { consumers } of this.byName.values())
      for (const { pending } of consumers.values()) count += pending;
    return count;
  }

  find(name: string): Group | undefined {
    return this.byName.get(name);
  }

  /** In the order of their names. */
  all(): Group[] {
    return [...this.byName.values()].sort(byName);
  }

  consumersOf(group: Group): Consumer[] {
    return [...group.consumers.values()].sort(byName);
  }

  /** Makes a group, which is not there. Throws CommandError OOM. */
  create(name: Buffer, lastId: StreamId, entriesRead: number): Group {
    const block = this.allocNamed(name);
    const group: Group = {
      name,
      lastId: new StreamId().copy(lastId),
      entriesRead,
      consumers: new Map(),
      byNumber: [],
      block,
    };
    this.byName.set(name.toString('latin1'), group);
    return group;
  }

  destroy(group: Group): void {
    for (const part of [group, ...group.consumers.values()]) {
      this.pending.freeOf(part);
      this.ground.arena.free(part.block);
    }
    this.byName.delete(group.name.toString('latin1'));
  }

  /** Makes a consumer, which is not there. Throws CommandError OOM. */
  join(group: Group, name: Buffer, nowMs: number): Consumer {
    const block = this.allocNamed(name);
    const free = group.byNumber.indexOf(undefined);
    const number = free < 0 ? group.byNumber.length : free;
    const consumer: Consumer = { number, name, seenMs: nowMs, activeMs: neverActive, pending: 0, block };
    group.byNumber[number] = consumer;
    group.consumers.set(name.toString('latin1'), consumer);
    return consumer;
  }

  /** Removes a consumer with all that is pending for it. */
  leave(group: Group, consumer: Consumer): void {
    this.pending.open(group);
    this.pending.removeOf(consumer);
    group.consumers.delete(consumer.name.toString('latin1'));
    group.byNumber[consumer.number] = undefined;
    while (group.byNumber.length > 0 && group.byNumber.at(-1) === undefined) group.byNumber.pop();
    this.ground.arena.free(consumer.block);
  }

  /** Enters a delivery, or hands over one that is pending. Throws CommandError OOM. */
  deliver(group: Group, consumer: Consumer, id: StreamId, timeMs: number, deliveries: number): void {
    const { pending } = this;
    pending.open(group);
    const before = pending.find(id) ? group.byNumber[pending.consumer] : undefined;
    if (before !== consumer) pending.addTo(consumer, id);
    try {
      pending.set(id, consumer.number, timeMs, deliveries);
    } catch (error) {
      pending.takeFrom(consumer, id);
      throw error;
    }
    if (before !== undefined && before !== consumer) pending.takeFrom(before, id);
  }

  /** Takes out what is pending; false where it is not. */
  acknowledge(group: Group, id: StreamId): boolean {
    const { pending } = this;
    pending.open(group);
    if (pending.count === 0 || !pending.find(id)) return false;
    const consumer = group.byNumber[pending.consumer];
    if (consumer !== undefined) pending.takeFrom(consumer, id);
    pending.remove();
    return true;
  }

  /** A block for a group or a consumer of this name, with nothing pending. Throws CommandError OOM. */
  private allocNamed(name: Buffer): number {
    const { ground } = this;
    const { arena } = ground;
    const block = arena.alloc(directoryWords * 4 + name.length + heapBytes, ground.reserveBytes);
    if (block === 0) {
      ground.starved = true;
      throw new CommandError(outOfMemory);
    }
    arena.i32.fill(0, block >> 2, (block >> 2) + directoryWords);
    arena.u8.set(name, block + directoryWords * 4);
    return block;
  }

  free(): void {
    for (const group of [...this.byName.values()]) this.destroy(group);
  }

  blockBytes(): number {
    const { arena } = this.ground;
    let bytes = 0;
    for (const group of this.byName.values()) {
      for (const part of [group, ...group.consumers.values()])
        bytes += arena.capacity(part.block) + this.pending.blockBytesOf(part);
    }
    return bytes;
  }

  eachBlock(visit: (block: number) => void): void {
    for (const group of this.byName.values()) {
      for (const part of [group, ...group.consumers.values()]) {
        visit(part.block);
        this.pending.eachBlockOf(part, visit);
      }
    }
  }

  moveBlock(from: number, to: number): boolean {
    for (const group of this.byName.values()) {
      for (const part of [group, ...group.consumers.values()]) {
        if (part.block !== from) {
          if (this.pending.moveBlock(part, from, to)) return true;
          continue;
        }
        part.block = to;
        return true;
      }
    }
    return false;
  }

  // ---- notes

  noteGroup(op: typeof GroupOp.create | typeof GroupOp.set, group: Group): GroupNote {
    return this.note
      .begin(op, group.name)
      .id(group.lastId)
      .number(group.entriesRead + 1);
  }

  noteDestroyed(group: Group): GroupNote {
    return this.note.begin(GroupOp.destroy, group.name);
  }

  noteConsumer(group: Group, consumer: Consumer): GroupNote {
    const { name, seenMs, activeMs } = consumer;
    return this.note
      .begin(GroupOp.consumer, group.name)
      .text(name)
      .number(seenMs)
      .number(activeMs + 1);
  }

  noteLeft(group: Group, consumer: Consumer): GroupNote {
    return this.note.begin(GroupOp.leave, group.name).text(consumer.name);
  }

  /** The caller adds `id` and `number` of each delivery. */
  noteDeliveries(group: Group, consumer: Consumer, timeMs: number): GroupNote {
    return this.note.begin(GroupOp.deliver, group.name).text(consumer.name).number(timeMs);
  }

  /** The caller adds the ids. */
  noteAcknowledged(group: Group): GroupNote {
    return this.note.begin(GroupOp.ack, group.name);
  }

  /**
   * Gives `write` the notes that hold all groups, until about `entriesMax` deliveries were told. Returns whether the
   * end was reached; else the cursor says where to go on.
   */
  emit(write: (note: GroupNote) => void, entriesMax: number, cursor: GroupCursor): boolean {
    let rest = entriesMax;
    for (const group of this.all()) {
      const order = cursor.group === undefined ? 1 : Buffer.compare(group.name, cursor.group);
      if (order < 0) continue;
      if (order > 0) {
        write(this.noteGroup(GroupOp.create, group));
        for (const consumer of this.consumersOf(group)) write(this.noteConsumer(group, consumer));
        cursor.group = group.name;
        cursor.from.set(0, 0, 0, 0);
      }
      rest -= this.emitPending(group, write, rest, cursor.from);
      if (rest <= 0) return false;
    }
    return true;
  }

  /** Returns how many were told: fewer than `entriesMax` at the end. `from` goes on behind the last of them. */
  private emitPending(
    group: Group,
    write: (note: GroupNote) => void,
    entriesMax: number,
    from: StreamId,
  ): number {
    const { pending } = this;
    pending.open(group);
    let told = 0;
    let more = pending.seek(from);
    while (more && told < entriesMax) {
      const { consumer: number, timeMs } = pending;
      const consumer = group.byNumber[number];
      const note = consumer === undefined ? undefined : this.noteDeliveries(group, consumer, timeMs);
      for (let n = 0; more && n < noteEntriesMax && told < entriesMax; n++) {
        if (pending.consumer !== number || pending.timeMs !== timeMs) break;
        note?.id(pending.id).number(pending.deliveries);
        from.copy(pending.id);
        told += 1;
        more = pending.next();
      }
      if (note !== undefined) write(note);
    }
    from.increment();
    return told;
  }

  /** Replays a note. A note of a group that is not there says nothing. Throws CommandError OOM. */
  apply(input: GroupNoteReader): boolean {
    const op = input.u8();
    const name = input.text();
    const group = this.byName.get(name.toString('latin1'));
    if (!input.isSound) return false;
    if (op === GroupOp.create || op === GroupOp.set) return this.applyGroup(op, group, name, input);
    if (group === undefined) return false;
    if (op === GroupOp.destroy) this.destroy(group);
    else if (op === GroupOp.ack) {
      while (!input.isAtEnd) this.acknowledge(group, input.id(this.noted));
    } else this.applyToConsumer(op, group, input);
    return true;
  }

  private applyGroup(op: number, known: Group | undefined, name: Buffer, input: GroupNoteReader): boolean {
    const lastId = input.id(this.noted);
    const entriesRead = input.number() - 1;
    if (!input.isSound) return false;
    if (op === GroupOp.create) {
      if (known !== undefined) this.destroy(known);
      this.create(name, lastId, entriesRead);
      return true;
    }
    if (known === undefined) return false;
    known.lastId.copy(lastId);
    known.entriesRead = entriesRead;
    return true;
  }

  private applyToConsumer(op: number, group: Group, input: GroupNoteReader): void {
    const name = input.text();
    const known = group.consumers.get(name.toString('latin1'));
    if (!input.isSound) return;
    if (op === GroupOp.leave) {
      if (known !== undefined) this.leave(group, known);
      return;
    }
    if (op !== GroupOp.consumer && op !== GroupOp.deliver) return;
    const timeMs = input.number();
    if (!input.isSound) return;
    const consumer = known ?? this.join(group, name, timeMs);
    if (op === GroupOp.consumer) {
      consumer.seenMs = timeMs;
      consumer.activeMs = input.number() - 1;
      return;
    }
    consumer.seenMs = Math.max(consumer.seenMs, timeMs);
    consumer.activeMs = Math.max(consumer.activeMs, timeMs);
    while (!input.isAtEnd) {
      const id = input.id(this.noted);
      const deliveries = input.number();
      if (input.isSound && !id.isZero) this.deliver(group, consumer, id, timeMs, deliveries);
    }
  }
}

/** Where an `emit` in slices stands. */
export class GroupCursor {
  group: Buffer | undefined;
  readonly from = new StreamId();
}
