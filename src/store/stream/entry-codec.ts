// How entries of a stream stand in a chunk: one after the other by rising id, each told by what it differs in from the
// one before. The same form serves what is remembered of dead entries and what is pending in a group, with bodies of
// their own kind. It knows one chunk at a time, and neither keys nor directories.
//
//   word 0      where the data end (bytes from the chunk's start), word 1 where the first entry begins
//   word 2-5    the id before the first entry, from which that is told; word 6-8 its dot: upper, lower, origin
//   word 9-12   id of the last entry; word 13-15 its dot
//   word 16     where the names end, which stand behind the header (fields.ts)
//   data        entries
//
//   entry  u8 flags, [origin varint], [ms difference u64 varint], [sequence u64 varint], [stamp zigzag varint],
//          varint length of the body, body
//   flags  1 same ms as before | 2 the sequence is as expected: one more, or 0 at another ms | 4 origin differs and
//          follows | 8 the stamp is not as expected | 16 the body has names of its own
import { copyBytes } from '../../base/runs.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { Varint64, writeVarint64 } from '../../delta/varint64.ts';
import type { Arena } from '../arena.ts';
import type { Dot } from '../key-state.ts';
import { readVarint, writeVarint } from './fields.ts';

const headerWords = 17;
export const chunkHeaderBytes = headerWords * 4;
/** More than flags, differences and lengths can take. */
export const entryExtraBytes = 48;
const sameMs = 1;
const plainSeq = 2;
const newOrigin = 4;
const oddStamp = 8;
const ownNames = 16;
const two32 = 4294967296;
const countersPerMs = 4096;
/** Beyond such a difference of times nothing is expected of stamps. */
const steadyMsMax = 2 ** 30;
/** Up to here differences to what is expected fit a 53-bit zigzag. */
const expectedMax = 2 ** 51;

/** An entry as it is handed about. */
export class StreamEntry {
  readonly id = new StreamId();
  stamp = 0;
  origin = 0;
  body: Uint8Array = new Uint8Array(0);
  offset = 0;
  length = 0;
  hasNames = false;

  /** Its id and dot; the body is given by who has it. */
  set(id: StreamId, { stamp, origin }: Dot): this {
    this.id.copy(id);
    this.stamp = stamp;
    this.origin = origin;
    return this;
  }
}

export class EntryCodec {
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  /** The entry at which `next` stopped. */
  readonly id = new StreamId();
  stamp = 0;
  origin = 0;
  /** Its index, and where its flags, its body and what follows are. */
  index = -1;
  at = 0;
  bodyAt = 0;
  bodyLength = 0;
  end = 0;
  hasNames = false;
  /** The entry before it. */
  readonly beforeId = new StreamId();
  beforeStamp = 0;
  beforeOrigin = 0;
  private limit = 0;
  /** Where the length of the body stands. */
  private lengthAt = 0;
  private readonly head = new Uint8Array(2 * entryExtraBytes);
  private readonly behindId = new StreamId();
  private readonly baseId = new StreamId();
  private readonly wide = new Varint64();
  private readonly hasDots: boolean;

  /** Without dots, as for what is pending in a group, no entry has any. */
  constructor(arena: Arena, hasDots: boolean) {
    this.u8 = arena.u8;
    this.i32 = arena.i32;
    this.hasDots = hasDots;
  }

  // ---- the header

  /** Makes an empty chunk; the names, if any, are the caller's to write: up to `namesEnd`. */
  init(chunk: number, namesBytes: number): void {
    const w = chunk >> 2;
    const from = chunkHeaderBytes + namesBytes;
    this.i32.fill(0, w, w + headerWords);
    this.i32[w] = from;
    this.i32[w + 1] = from;
    this.i32[w + 16] = from;
  }

  /** Bytes in use. */
  usedBytes(chunk: number): number {
    return this.i32[chunk >> 2]!;
  }

  /** Where the names of a chunk begin and end; both the same where it has none. */
  namesAt(chunk: number): number {
    return chunk + chunkHeaderBytes;
  }

  namesEnd(chunk: number): number {
    return chunk + this.i32[(chunk >> 2) + 16]!;
  }

  /** Compares the last id of a chunk with another. */
  compareLast(chunk: number, id: StreamId): number {
    return this.behindId.load(this.i32, (chunk >> 2) + 9).compare(id);
  }

  loadLast(chunk: number, into: StreamId): StreamId {
    return into.load(this.i32, (chunk >> 2) + 9);
  }

  private saveDot(w: number, stamp: number, origin: number): void {
    this.i32[w] = Math.floor(stamp / two32);
    this.i32[w + 1] = stamp | 0;
    this.i32[w + 2] = origin;
  }

  private stampAt(w: number): number {
    return this.i32[w]! * two32 + (this.i32[w + 1]! >>> 0);
  }

  // ---- walking

  /** Stands before the first entry of a chunk. */
  open(chunk: number): void {
    const w = chunk >> 2;
    this.id.load(this.i32, w + 2);
    this.stamp = this.stampAt(w + 6);
    this.origin = this.i32[w + 8]!;
    this.end = chunk + this.i32[w + 1]!;
    this.limit = chunk + this.i32[w]!;
    this.index = -1;
  }

  /** Goes to the next entry; false at the end of the chunk. */
  next(): boolean {
    if (this.end === this.limit) return false;
    this.beforeId.copy(this.id);
    this.beforeStamp = this.stamp;
    this.beforeOrigin = this.origin;
    this.readHead(this.end);
    this.index += 1;
    return true;
  }

  private readHead(at: number): void {
    const { u8, id } = this;
    this.at = at;
    const flags = u8[at]!;
    let p = at + 1;
    if ((flags & newOrigin) !== 0) {
      this.origin = readVarint(u8, p);
      p = this.skipVarint(p);
    }
    let apartMs = 0;
    if ((flags & sameMs) === 0) {
      p = this.readVar64(p);
      const lo = id.msLo + this.wide.lo;
      const carry = lo >= two32 ? 1 : 0;
      id.msLo = lo - carry * two32;
      id.msHi += this.wide.hi + carry;
      apartMs = this.wide.hi === 0 ? this.wide.lo : steadyMsMax;
      id.seqHi = 0;
      id.seqLo = 0;
      if ((flags & plainSeq) === 0) {
        p = this.readVar64(p);
        id.seqHi = this.wide.hi;
        id.seqLo = this.wide.lo;
      }
    } else {
      // The least that it can be is one more.
      id.increment();
      if ((flags & plainSeq) === 0) {
        p = this.readVar64(p);
        const lo = id.seqLo + this.wide.lo;
        const carry = lo >= two32 ? 1 : 0;
        id.seqLo = lo - carry * two32;
        id.seqHi += this.wide.hi + carry;
      }
    }
    if (this.hasDots) {
      this.stamp = expectedStamp(this.stamp, apartMs);
      if ((flags & oddStamp) !== 0) {
        const z = readVarint(u8, p);
        p = this.skipVarint(p);
        this.stamp += z % 2 === 0 ? z / 2 : -(z + 1) / 2;
      }
    }
    this.hasNames = (flags & ownNames) !== 0;
    this.lengthAt = p;
    this.bodyLength = readVarint(u8, p);
    this.bodyAt = this.skipVarint(p);
    this.end = this.bodyAt + this.bodyLength;
  }

  private skipVarint(at: number): number {
    let p = at;
    while (this.u8[p]! >= 128) p += 1;
    return p + 1;
  }

  private readVar64(at: number): number {
    return this.wide.read(this.u8, at, this.u8.length);
  }

  // ---- writing

  /**
   * Writes flags and differences of an entry behind another to `head` at `p`, the length of its body too; returns the
   * end.
   */
  private writeHead(
    beforeId: StreamId,
    beforeStamp: number,
    beforeOrigin: number,
    id: StreamId,
    stamp: number,
    origin: number,
    hasNames: boolean,
    from: number,
  ): number {
    const { head } = this;
    let flags = hasNames ? ownNames : 0;
    let p = from + 1;
    if (this.hasDots && origin !== beforeOrigin) {
      flags |= newOrigin;
      p = writeVarint(origin, head, p);
    }
    let apartMs = 0;
    if (id.msLo === beforeId.msLo && id.msHi === beforeId.msHi) {
      flags |= sameMs;
      // One less than the difference.
      let lo = id.seqLo - beforeId.seqLo - 1;
      let hi = id.seqHi - beforeId.seqHi;
      if (lo < 0) {
        lo += two32;
        hi -= 1;
      }
      if (lo === 0 && hi === 0) flags |= plainSeq;
      else p = writeVarint64(hi, lo, head, p);
    } else {
      let lo = id.msLo - beforeId.msLo;
      let hi = id.msHi - beforeId.msHi;
      if (lo < 0) {
        lo += two32;
        hi -= 1;
      }
      apartMs = hi === 0 ? lo : steadyMsMax;
      p = writeVarint64(hi, lo, head, p);
      if (id.seqLo === 0 && id.seqHi === 0) flags |= plainSeq;
      else p = writeVarint64(id.seqHi, id.seqLo, head, p);
    }
    if (this.hasDots) {
      const apart = stamp - expectedStamp(beforeStamp, apartMs);
      if (apart !== 0) {
        flags |= oddStamp;
        p = writeVarint(apart >= 0 ? apart * 2 : -apart * 2 - 1, head, p);
      }
    }
    head[from] = flags;
    return p;
  }

  /** Puts an entry behind the last one of a chunk; false where `capacity` bytes do not hold it. */
  append(chunk: number, capacity: number, e: StreamEntry): boolean {
    const w = chunk >> 2;
    const { i32, u8, head, behindId } = this;
    behindId.load(i32, w + 9);
    let end = this.writeHead(
      behindId,
      this.stampAt(w + 13),
      i32[w + 15]!,
      e.id,
      e.stamp,
      e.origin,
      e.hasNames,
      0,
    );
    end = writeVarint(e.length, head, end);
    const used = i32[w]!;
    if (used + end + e.length > capacity) return false;
    let p = chunk + used;
    for (let i = 0; i < end; i++) u8[p++] = head[i]!;
    copyBytes(u8, p, e.body, e.offset, e.length);
    i32[w] = used + end + e.length;
    e.id.save(i32, w + 9);
    this.saveDot(w + 13, e.stamp, e.origin);
    return true;
  }

  /** An empty chunk begins just before its first entry, from which that is told. */
  setBase(chunk: number, e: StreamEntry): void {
    const w = chunk >> 2;
    this.saveBase(w + 2, e);
    this.saveBase(w + 9, e);
  }

  /** Writes what stands just before an entry to the words from `w` on. */
  private saveBase(w: number, { id, stamp, origin }: StreamEntry): void {
    const before = this.baseId.copy(id);
    before.decrement();
    before.save(this.i32, w);
    this.saveDot(w + 4, stamp - 1, origin);
  }

  /**
   * Puts an entry before the one at which this stands, in its place, or takes that out (no entry given): what follows
   * is told anew. False where `capacity` bytes do not hold the result. Afterwards this stands nowhere.
   */
  splice(chunk: number, capacity: number, e: StreamEntry | undefined, keeps: boolean): boolean {
    const { u8, i32, head } = this;
    const w = chunk >> 2;
    const from = this.at;
    let bytes = 0;
    let lengthEnd = 0;
    let [stamp, origin] = [this.beforeStamp, this.beforeOrigin];
    const id = this.behindId.copy(this.beforeId);
    const bodyBytes = e?.length ?? 0;
    // An entry may come late, before what the chunk began behind.
    const isBelowBase = e !== undefined && this.index === 0 && id.compare(e.id) >= 0;
    if (isBelowBase) {
      id.copy(e.id).decrement();
      stamp = e.stamp - 1;
      origin = e.origin;
    }
    if (e !== undefined) {
      lengthEnd = this.writeHead(id, stamp, origin, e.id, e.stamp, e.origin, e.hasNames, 0);
      lengthEnd = writeVarint(e.length, head, lengthEnd);
      bytes = lengthEnd;
      id.copy(e.id);
      stamp = e.stamp;
      origin = e.origin;
    }
    // What is told anew: the entry here where it stays, else the one behind it.
    let to = this.end;
    const isLast = !keeps && this.end === this.limit;
    if (keeps || !isLast) {
      if (!keeps) {
        const index = this.index;
        this.next();
        this.index = index;
      }
      bytes = this.writeHead(id, stamp, origin, this.id, this.stamp, this.origin, this.hasNames, lengthEnd);
      to = this.lengthAt;
    }
    const used = i32[w]!;
    const grown = bytes + bodyBytes - (to - from);
    if (used + grown > capacity) return false;
    if (isBelowBase) this.saveBase(w + 2, e);
    u8.copyWithin(to + grown, to, chunk + used);
    let p = from;
    for (let i = 0; i < lengthEnd; i++) u8[p++] = head[i]!;
    if (e !== undefined) copyBytes(u8, p, e.body, e.offset, e.length);
    p += bodyBytes;
    for (let i = lengthEnd; i < bytes; i++) u8[p++] = head[i]!;
    i32[w] = used + grown;
    if (isLast) {
      id.save(i32, w + 9);
      this.saveDot(w + 13, stamp, origin);
    }
    return true;
  }

  /** Takes out the first entry of a chunk, at which this stands. */
  removeFirst(chunk: number): void {
    const w = chunk >> 2;
    this.i32[w + 1] = this.end - chunk;
    this.id.save(this.i32, w + 2);
    this.saveDot(w + 6, this.stamp, this.origin);
  }

  /** Bytes of the entries from where this stands on. */
  get bytesFromHere(): number {
    return this.limit - this.at;
  }

  /** Moves the entries from where this stands on into an empty chunk with the same names. */
  splitTo(chunk: number, to: number): void {
    const { u8, i32 } = this;
    const [w, v] = [chunk >> 2, to >> 2];
    const bytes = this.limit - this.at;
    const at = to + i32[v]!;
    u8.copyWithin(at, this.at, this.limit);
    this.beforeId.save(i32, v + 2);
    this.saveDot(v + 6, this.beforeStamp, this.beforeOrigin);
    i32.copyWithin(v + 9, w + 9, w + 16);
    i32[v] = i32[v]! + bytes;
    i32[w] = this.at - chunk;
    this.beforeId.save(i32, w + 9);
    this.saveDot(w + 13, this.beforeStamp, this.beforeOrigin);
  }

  /** Copies a chunk, without what was taken out at its front. */
  copyTo(chunk: number, to: number): void {
    const { u8, i32 } = this;
    const v = to >> 2;
    const namesEnd = i32[(chunk >> 2) + 16]!;
    const start = i32[(chunk >> 2) + 1]!;
    const used = i32[chunk >> 2]!;
    u8.copyWithin(to, chunk, chunk + namesEnd);
    u8.copyWithin(to + namesEnd, chunk + start, chunk + used);
    i32[v] = used - (start - namesEnd);
    i32[v + 1] = namesEnd;
  }

  /** Bytes that a copy would take. */
  copyBytes(chunk: number): number {
    const w = chunk >> 2;
    return this.i32[w]! - this.i32[w + 1]! + this.i32[w + 16]!;
  }
}

/** The stamp expected of an entry so many ms behind another: the next, or at a later ms the first of that. */
function expectedStamp(stamp: number, apartMs: number): number {
  if (apartMs === 0 || apartMs >= steadyMsMax) return stamp + 1;
  const expected = (Math.floor(stamp / countersPerMs) + apartMs) * countersPerMs + 1;
  return expected < expectedMax ? expected : stamp + 1;
}
