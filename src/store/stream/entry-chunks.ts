// Entries in the order of their ids, as chunks (entry-codec.ts) with a directory: the living entries of a stream, what
// is remembered of its dead ones, what is pending in a group. One sequence is loaded at a time. It knows ids and dots,
// but not what keys, deltas or fields are; who has names for a chunk gives them.
import { StreamId } from '../../delta/stream-id.ts';
import { ChunkDirectory, type ChunkGround } from '../chunk-directory.ts';
import { chunkHeaderBytes, EntryCodec, entryExtraBytes, type StreamEntry } from './entry-codec.ts';

/** First block of a first chunk. */
const firstBytes = 192;
/** Room that is left to removals, which may need a byte or two for larger differences. */
const slackBytes = 16;
/** A chunk that is emptier than a quarter of its block gets a smaller one, down to this. */
const shrinkBytesMin = 512;
/** Blocks of this size and more grow by a quarter, smaller ones double. */
const slowGrowthMin = 1024;
/** Entries of one chunk, whatever the settings say: what a walk through it may cost. */
export const chunkEntriesMax = 4096;
const chunkBytesDefault = 4096;
const chunkBytesLimit = 65_536;

/** What a chunk is full at; 0 = no limit but this file's own. */
export interface ChunkLimits {
  readonly bytesMax: number;
  readonly entriesMax: number;
}

/** What entries have that share names: fields.ts. */
export interface EntryNames {
  readonly namesBytes: number;
  writeNames(out: Uint8Array, at: number): number;
  /** Gives the entry its body for a chunk with the names u8[at .. end), or for one with the entry's own. */
  fit(e: StreamEntry, u8: Uint8Array, at: number, end: number): void;
  fitOwn(e: StreamEntry): void;
}

export class EntryChunks {
  readonly directory: ChunkDirectory;
  readonly codec: EntryCodec;
  /** The chunk in which the last `seek` or `next` stands. */
  ordinal = 0;
  private readonly ground: ChunkGround;
  private readonly limits: ChunkLimits;
  private readonly sought = new StreamId();

  constructor(ground: ChunkGround, limits: ChunkLimits, options: { isGrave: boolean; hasDots: boolean }) {
    this.ground = ground;
    this.limits = limits;
    this.directory = new ChunkDirectory(ground, options.isGrave);
    this.codec = new EntryCodec(ground.arena, options.hasDots);
  }

  get count(): number {
    return this.directory.count;
  }

  private get chunkBytesMax(): number {
    const { bytesMax } = this.limits;
    return bytesMax === 0 ? chunkBytesDefault : Math.min(bytesMax, chunkBytesLimit);
  }

  private get chunkEntriesMax(): number {
    const { entriesMax } = this.limits;
    return entriesMax === 0 ? chunkEntriesMax : Math.min(entriesMax, chunkEntriesMax);
  }

  // ---- finding

  /** Reads the greatest id; there must be an entry. */
  last(into: StreamId): StreamId {
    return this.codec.loadLast(this.directory.chunkAt(this.directory.size - 1), into);
  }

  /** Reads the least id; there must be an entry. */
  first(into: StreamId): StreamId {
    this.begin();
    this.next();
    return into.copy(this.codec.id);
  }

  /** Reads the id that has `n` before it; there must be one. */
  nth(n: number, into: StreamId): StreamId {
    const { directory } = this;
    let rest = n;
    let ordinal = 0;
    while (directory.countAt(ordinal) <= rest) rest -= directory.countAt(ordinal++);
    this.openAt(ordinal);
    for (let i = 0; i <= rest; i++) this.codec.next();
    return into.copy(this.codec.id);
  }

  /** Stands before the first entry. */
  begin(): void {
    this.openAt(0);
  }

  private openAt(ordinal: number): void {
    this.ordinal = ordinal;
    if (ordinal < this.directory.size) this.codec.open(this.directory.chunkAt(ordinal));
  }

  /** Goes on to the next entry, which `codec` then has; false behind the last one. */
  next(): boolean {
    const { directory, codec } = this;
    if (this.ordinal >= directory.size) return false;
    while (!codec.next()) {
      if (this.ordinal + 1 >= directory.size) return false;
      this.openAt(this.ordinal + 1);
    }
    return true;
  }

  /** The first chunk whose last id is not below `id`; the number of chunks where there is none. */
  private chunkOf(id: StreamId): number {
    const { directory, codec } = this;
    let low = 0;
    let high = directory.size;
    if (high > 0 && codec.compareLast(directory.chunkAt(high - 1), id) < 0) return high;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (codec.compareLast(directory.chunkAt(middle), id) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Stands at the first entry whose id is not below `id`; false where there is none. */
  seek(id: StreamId): boolean {
    const ordinal = this.chunkOf(id);
    this.openAt(ordinal);
    if (ordinal >= this.directory.size) return false;
    while (this.codec.next()) if (this.codec.id.compare(id) >= 0) return true;
    return false;
  }

  /** Stands at the entry of an id; false where it is not there, and then before where it would be. */
  find(id: StreamId): boolean {
    return this.seek(id) && this.codec.id.compare(id) === 0;
  }

  /**
   * As `find`, where no entry has changed since `begin` or the last `find`: from there on where the id is behind it in
   * its chunk. Who looks for one id after the other does not walk through the chunk for each.
   */
  findOnward(id: StreamId): boolean {
    const { directory, codec, ordinal } = this;
    const isBehind = ordinal < directory.size && codec.id.compare(id) < 0;
    if (!isBehind || codec.compareLast(directory.chunkAt(ordinal), id) < 0) return this.find(id);
    while (codec.next()) {
      const order = codec.id.compare(id);
      if (order >= 0) return order === 0;
    }
    return false;
  }

  /** Entries with ids below `id`. */
  countBelow(id: StreamId): number {
    const { directory } = this;
    const isFound = this.seek(id);
    if (!isFound) return directory.count;
    let below = this.codec.index;
    if (this.ordinal * 2 <= directory.size) {
      for (let i = 0; i < this.ordinal; i++) below += directory.countAt(i);
      return below;
    }
    below -= directory.countAt(this.ordinal);
    for (let i = directory.size - 1; i > this.ordinal; i--) below -= directory.countAt(i);
    return directory.count + below;
  }

  // ---- changing. Throws CommandError OOM before anything has changed

  /** Puts an entry whose id is above all others at the end. */
  append(e: StreamEntry, names?: EntryNames): void {
    const { directory, codec } = this;
    const last = directory.size - 1;
    if (last >= 0) {
      const chunk = directory.chunkAt(last);
      names?.fit(e, codec.u8, codec.namesAt(chunk), codec.namesEnd(chunk));
      if (directory.countAt(last) < this.chunkEntriesMax && this.appendTo(last, e)) {
        directory.addCount(last, 1);
        return;
      }
    }
    this.newChunk(directory.size, e, names);
    if (last >= 0) this.trimBlock(last);
  }

  /** Puts an entry at the end of a chunk, which grows for it; false where it is full. */
  private appendTo(ordinal: number, e: StreamEntry): boolean {
    const { directory, codec, ground } = this;
    const chunk = directory.chunkAt(ordinal);
    const need = e.length + entryExtraBytes;
    const room = ground.arena.capacity(chunk) - slackBytes;
    if (codec.usedBytes(chunk) + need <= this.chunkBytesMax && codec.append(chunk, room, e)) return true;
    if (!this.makeRoom(ordinal, need)) return false;
    const grown = directory.chunkAt(ordinal);
    return codec.append(grown, ground.arena.capacity(grown) - slackBytes, e);
  }

  /**
   * Makes room in a chunk for so many bytes more, in a larger block where need be; false where it would pass its limit.
   */
  private makeRoom(ordinal: number, need: number): boolean {
    const { directory, codec, ground } = this;
    const chunk = directory.chunkAt(ordinal);
    const least = codec.copyBytes(chunk) + need;
    if (least > this.chunkBytesMax) return false;
    const capacity = ground.arena.capacity(chunk);
    if (least + slackBytes <= capacity) codec.copyTo(chunk, chunk);
    else {
      const more = capacity < slowGrowthMin ? capacity : capacity >> 2;
      const bytes = Math.max(least + slackBytes, Math.min(this.chunkBytesMax + slackBytes, capacity + more));
      this.moveTo(ordinal, directory.alloc(bytes));
    }
    return true;
  }

  private moveTo(ordinal: number, to: number): void {
    const { directory, codec } = this;
    const chunk = directory.chunkAt(ordinal);
    codec.copyTo(chunk, to);
    directory.setChunk(ordinal, to);
    directory.give(chunk);
  }

  /** A chunk of its own for an entry, at `ordinal`. */
  private newChunk(ordinal: number, e: StreamEntry, names: EntryNames | undefined): void {
    const { directory, codec, ground } = this;
    names?.fitOwn(e);
    const namesBytes = names?.namesBytes ?? 0;
    const need = chunkHeaderBytes + namesBytes + e.length + entryExtraBytes + slackBytes;
    const chunk = directory.alloc(Math.max(need, this.expectedBytes()));
    codec.init(chunk, namesBytes);
    names?.writeNames(codec.u8, codec.namesAt(chunk));
    codec.setBase(chunk, e);
    codec.append(chunk, ground.arena.capacity(chunk), e);
    directory.enter(ordinal, chunk, 1);
  }

  /** What a new chunk will take: as much as the last one, so that it neither grows nor is cut. */
  private expectedBytes(): number {
    const { directory, codec } = this;
    if (directory.size === 0) return Math.min(firstBytes, this.chunkBytesMax);
    const lastBytes = codec.copyBytes(directory.chunkAt(directory.size - 1));
    return Math.min(this.chunkBytesMax + slackBytes, lastBytes + (lastBytes >> 4) + entryExtraBytes);
  }

  /** Gives back what a chunk that will grow no more leaves unused. */
  private trimBlock(ordinal: number): void {
    const { directory, codec, ground } = this;
    const chunk = directory.chunkAt(ordinal);
    const least = codec.copyBytes(chunk) + slackBytes;
    if (ground.arena.rounded(least) > ground.arena.capacity(chunk) * 0.85) return;
    const to = directory.tryAlloc(least);
    if (to !== 0) this.moveTo(ordinal, to);
  }

  /** Puts an entry where the last `find` has not found it. */
  insert(e: StreamEntry, names?: EntryNames): void {
    const { directory, codec } = this;
    const { ordinal } = this;
    if (ordinal >= directory.size) {
      this.append(e, names);
      return;
    }
    if (directory.countAt(ordinal) < this.chunkEntriesMax && this.spliceIn(e, names, true)) {
      directory.addCount(ordinal, 1);
      return;
    }
    this.seek(e.id);
    if (codec.index > 0) this.split();
    // Now it belongs to the end of the chunk before, or into one of its own.
    const before = codec.index > 0 ? this.ordinal : this.ordinal - 1;
    if (before >= 0 && directory.countAt(before) < this.chunkEntriesMax) {
      const chunk = directory.chunkAt(before);
      names?.fit(e, codec.u8, codec.namesAt(chunk), codec.namesEnd(chunk));
      if (this.appendTo(before, e)) {
        directory.addCount(before, 1);
        return;
      }
    }
    this.newChunk(before + 1, e, names);
  }

  /** Gives the entry at which this stands another dot and body. */
  replace(e: StreamEntry, names?: EntryNames): void {
    if (this.spliceIn(e, names, false)) return;
    this.seek(e.id);
    this.remove();
    this.find(e.id);
    this.insert(e, names);
  }

  /** Puts an entry before the one at which this stands, or in its place; false where the chunk is full. */
  private spliceIn(e: StreamEntry, names: EntryNames | undefined, keeps: boolean): boolean {
    const { directory, codec, ground, ordinal } = this;
    const chunk = directory.chunkAt(ordinal);
    names?.fit(e, codec.u8, codec.namesAt(chunk), codec.namesEnd(chunk));
    if (codec.usedBytes(chunk) + e.length + 2 * entryExtraBytes <= this.chunkBytesMax) {
      if (codec.splice(chunk, ground.arena.capacity(chunk) - slackBytes, e, keeps)) return true;
    }
    if (!this.makeRoom(ordinal, e.length + 2 * entryExtraBytes)) return false;
    this.seek(e.id);
    const grown = directory.chunkAt(ordinal);
    return codec.splice(grown, ground.arena.capacity(grown) - slackBytes, e, keeps);
  }

  /**
   * Cuts the chunk in which this stands before that entry. Removals cut too, so it takes what is kept free for deletes.
   */
  private split(): void {
    const { directory, codec } = this;
    const chunk = directory.chunkAt(this.ordinal);
    const { index } = codec;
    const moved = directory.countAt(this.ordinal) - index;
    const namesBytes = codec.namesEnd(chunk) - codec.namesAt(chunk);
    const bytes = chunkHeaderBytes + namesBytes + codec.bytesFromHere + entryExtraBytes + slackBytes;
    const to = directory.allocForRemoval(bytes);
    codec.init(to, namesBytes);
    codec.u8.copyWithin(codec.namesAt(to), codec.namesAt(chunk), codec.namesEnd(chunk));
    directory.enter(this.ordinal + 1, to, 0);
    codec.splitTo(chunk, to);
    directory.addCount(this.ordinal, -moved);
    directory.addCount(this.ordinal + 1, moved);
  }

  /** Takes out the entry at which this stands. What follows is found anew. */
  remove(): void {
    const { directory, codec, ordinal, ground } = this;
    if (directory.countAt(ordinal) === 1) {
      directory.drop(ordinal, 1);
      return;
    }
    const chunk = directory.chunkAt(ordinal);
    if (codec.index === 0) codec.removeFirst(chunk);
    else {
      this.sought.copy(codec.id);
      if (!codec.splice(chunk, ground.arena.capacity(chunk), undefined, false)) this.removeInLarger();
    }
    directory.addCount(ordinal, -1);
    this.shrinkBlock(ordinal);
  }

  /** Larger differences than the room that was left to removals: a larger block has it. */
  private removeInLarger(): void {
    const { directory, codec, ordinal, ground } = this;
    const bytes = codec.copyBytes(directory.chunkAt(ordinal)) + 2 * entryExtraBytes;
    this.moveTo(ordinal, directory.allocForRemoval(bytes));
    this.seek(this.sought);
    codec.splice(
      directory.chunkAt(ordinal),
      ground.arena.capacity(directory.chunkAt(ordinal)),
      undefined,
      false,
    );
  }

  private shrinkBlock(ordinal: number): void {
    const { directory, codec, ground } = this;
    const chunk = directory.chunkAt(ordinal);
    const capacity = ground.arena.capacity(chunk);
    const least = codec.copyBytes(chunk) + slackBytes;
    if (capacity < shrinkBytesMin || least * 4 > capacity) return;
    const to = directory.tryAlloc(least * 2);
    if (to !== 0) this.moveTo(ordinal, to);
  }

  /** Takes out the first `n` entries, whole chunks at once. */
  removeFirsts(n: number): void {
    const { directory, codec } = this;
    let rest = n;
    let whole = 0;
    while (whole < directory.size && directory.countAt(whole) <= rest) rest -= directory.countAt(whole++);
    if (whole > 0) directory.drop(0, whole);
    if (rest === 0) return;
    this.openAt(0);
    for (let i = 0; i < rest; i++) codec.next();
    codec.removeFirst(directory.chunkAt(0));
    directory.addCount(0, -rest);
    this.shrinkBlock(0);
  }

  /**
   * Takes out all entries, with ids below `below` where that is given, of which `isDoomed` says so, asked while `codec`
   * stands at each.
   */
  removeWhere(isDoomed: () => boolean, below?: StreamId): void {
    const { codec, directory } = this;
    const doomed: number[] = [];
    for (let ordinal = 0, isPast = false; ordinal < directory.size && !isPast; ) {
      doomed.length = 0;
      this.openAt(ordinal);
      while (codec.next()) {
        isPast = below !== undefined && codec.id.compare(below) >= 0;
        if (isPast) break;
        if (isDoomed()) doomed.push(codec.index);
      }
      if (doomed.length === directory.countAt(ordinal)) {
        directory.drop(ordinal, 1);
        continue;
      }
      for (let i = doomed.length - 1; i >= 0; i--) {
        this.openAt(ordinal);
        for (let k = 0; k <= doomed[i]!; k++) codec.next();
        this.remove();
      }
      ordinal += 1;
    }
  }

  free(): void {
    this.directory.free();
  }
}
