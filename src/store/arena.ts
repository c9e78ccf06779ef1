// The arena: one ArrayBuffer of the configured size in which all keys, values and indexes live, so the JavaScript heap
// holds no data and the garbage collector never sees it. It hands out blocks by byte offset and knows nothing of what
// is in them. Memory is cut into units (64 KiB; smaller for small arenas); a slab is a run of units that holds blocks
// of one size class, a span is a run of units for one larger block:
//
//   unit 0      reserved, so that offset 0 means "none"
//   slab        [block][block]...   free blocks chain through their first word; blocks above `bump` were never used
//   span        [one block]
//
// Blocks are 8-byte aligned and at most 2 GiB in all, so offsets stay small integers. A slab whose last block is freed
// returns to the pool. What is created is counted in units, so `usedBytes` is exact; a limit below it in live blocks.
import { FerriteError } from '../base/errors.ts';

const arenaBytesMax = 0x7fff0000;
const classesPerOctave = 8;
/** By this part of the size live blocks may go beyond it for a while: see allowSlack. */
const slackDivisor = 16;
/** At least so much is addressed beyond the size, or as much again where that is less: large blocks leave holes. */
const spareBytesMin = 8 * 1024 * 1024;

function unitBytesFor(limitBytes: number): number {
  if (limitBytes >= 48 * 1024 * 1024) return 65_536;
  return limitBytes >= 12 * 1024 * 1024 ? 16_384 : 4096;
}

/** Block sizes: every 8 bytes up to 128, then eight steps an octave up to four units. */
function sizeClasses(unitBytes: number): Int32Array {
  const sizes: number[] = [];
  for (let s = 8; s <= 128; s += 8) sizes.push(s);
  for (let octave = 128; octave < unitBytes * 4; octave *= 2) {
    for (let i = 1; i <= classesPerOctave; i++) sizes.push(octave + (octave / classesPerOctave) * i);
  }
  return Int32Array.from(sizes);
}

/** Behind the last unit: what is read by words may begin in the last bytes of a block. */
const overreadBytes = 8;

const slabHead = 1;
const spanHead = 2;
const continuation = 3;

/** A slab that is to be emptied: its blocks are those that are not free of `firstOffset .. endOffset`. */
export interface SparseSlab {
  readonly firstOffset: number;
  readonly endOffset: number;
  readonly blockBytes: number;
}

export class Arena {
  readonly buffer: ArrayBuffer;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly view: DataView;
  readonly unitBytes: number;
  private readonly unitShift: number;
  private readonly sizes: Int32Array;
  /** Units of a slab, by class. */
  private readonly slabUnits: Int32Array;
  private readonly unitCount: number;
  /** Units, of all that are addressed, that the limit allows. */
  private readonly unitsAllowed: number;
  private slackBytes = 0;
  private spareUnits = 0;
  /** Units of the span for which there was room, but last time not in one piece; 0 = none. */
  private scatteredUnits = 0;
  /** Bytes of live blocks that are allowed. */
  private liveLimit: number;
  private unitsUsed = 0;
  private lowestFree = 1;
  /** Behind the last unit that was ever in use. */
  private touchedEnd = 0;
  /** By unit: what it is, and for continuation units the head. */
  private readonly state: Uint8Array;
  private readonly head: Int32Array;
  /** By head unit: units of the run, class, live blocks, first free block, offset above which none was used. */
  private readonly runUnits: Int32Array;
  private readonly classOf: Uint8Array;
  private readonly live: Int32Array;
  private readonly freeHead: Int32Array;
  private readonly bump: Int32Array;
  /** Slabs with room, by class, as doubly linked lists of head units; 0 = none. */
  private readonly roomHead: Int32Array;
  private readonly roomNext: Int32Array;
  private readonly roomPrev: Int32Array;
  private blockBytes = 0;
  /** Gives back blocks that wait to be freed, for an allocation that found no room; false when none are left. */
  reclaim: (() => boolean) | undefined = undefined;

  /** Allocates (untouched, so at no cost) `sizeBytes`. Throws FerriteError MEMORY where the system refuses. */
  constructor(sizeBytes: number) {
    const size = Math.min(sizeBytes, arenaBytesMax);
    const spare = Math.max(size / slackDivisor, Math.min(size, spareBytesMin));
    this.unitBytes = unitBytesFor(size);
    this.unitShift = 31 - Math.clz32(this.unitBytes);
    this.unitsAllowed = Math.floor(size / this.unitBytes) + 1;
    this.unitCount = this.unitsAllowed + Math.ceil(Math.min(spare, arenaBytesMax - size) / this.unitBytes);
    try {
      this.buffer = new ArrayBuffer(this.unitCount * this.unitBytes + overreadBytes);
    } catch (cause) {
      const mib = Math.ceil(size / 1048576);
      throw new FerriteError(
        'MEMORY',
        `cannot allocate ${mib} MiB for the store; set edge.resources.memory_limit to less`,
        cause,
      );
    }
    this.u8 = new Uint8Array(this.buffer);
    this.i32 = new Int32Array(this.buffer);
    this.view = new DataView(this.buffer);
    this.sizes = sizeClasses(this.unitBytes);
    this.slabUnits = this.sizes.map((s) => (s * 8 <= this.unitBytes ? 1 : s * 2 <= this.unitBytes ? 2 : 8));
    this.liveLimit = this.capacityBytes;
    const n = this.unitCount;
    this.state = new Uint8Array(n);
    this.head = new Int32Array(n);
    this.runUnits = new Int32Array(n);
    this.classOf = new Uint8Array(n);
    this.live = new Int32Array(n);
    this.freeHead = new Int32Array(n);
    this.bump = new Int32Array(n);
    this.roomHead = new Int32Array(this.sizes.length);
    this.roomNext = new Int32Array(n);
    this.roomPrev = new Int32Array(n);
    this.state[0] = spanHead;
    this.runUnits[0] = 1;
  }

  /** Bytes of the units in use. */
  get usedBytes(): number {
    return this.unitsUsed * this.unitBytes;
  }

  /** Bytes of the live blocks, their rounding included. */
  get liveBytes(): number {
    return this.blockBytes;
  }

  /** Bytes up to the last unit that was ever in use: the system may have given memory for that much. */
  get touchedBytes(): number {
    return Math.max(0, this.touchedEnd - 1) * this.unitBytes;
  }

  get limitBytes(): number {
    return this.liveLimit;
  }

  /** Bytes that the arena could ever use: what it was created with. */
  get capacityBytes(): number {
    return (this.unitsAllowed - 1) * this.unitBytes;
  }

  /**
   * Lowers or raises the limit of live blocks, at most to what the arena was created with. Blocks beyond it stay. Units
   * may come to a little more than a lowered limit, as slabs are seldom full.
   */
  setLimit(bytes: number): void {
    this.liveLimit = Math.max(0, Math.min(this.capacityBytes, bytes));
  }

  /**
   * Lets blocks go beyond the limit by a sixteenth, and their units by all that is addressed, or no longer: what a full
   * node held may lie less densely when it is read back in another order. Address space that is not touched costs
   * nothing.
   */
  allowSlack(isAllowed: boolean): void {
    this.slackBytes = isAllowed ? Math.floor(this.capacityBytes / slackDivisor) : 0;
    this.spareUnits = isAllowed ? this.unitCount - this.unitsAllowed : 0;
  }

  /** A block of at least `bytes`, or 0 when it does not fit within the limit less `reserveBytes`. */
  alloc(bytes: number, reserveBytes = 0): number {
    const cls = this.classFor(bytes);
    if (cls < 0) return this.allocSpan(bytes, reserveBytes);
    if (!this.isAllowed(this.sizes[cls]!, reserveBytes)) return 0;
    let slab = this.roomHead[cls]!;
    if (slab === 0) {
      slab = this.newSlab(cls, reserveBytes);
      if (slab === 0) return 0;
    }
    const size = this.sizes[cls]!;
    let block = this.freeHead[slab]!;
    if (block !== 0) this.freeHead[slab] = this.i32[block >> 2]!;
    else {
      block = this.bump[slab]!;
      this.bump[slab] = block + size;
    }
    this.live[slab] = this.live[slab]! + 1;
    this.blockBytes += size;
    if (this.freeHead[slab] === 0 && !this.bumpFits(slab, size)) this.dropRoom(cls, slab);
    return block;
  }

  /** Gives a block back. */
  free(offset: number): void {
    const slab = this.runOf(offset);
    if (this.state[slab] === spanHead) {
      this.blockBytes -= this.runUnits[slab]! * this.unitBytes;
      this.releaseRun(slab);
      return;
    }
    const cls = this.classOf[slab]!;
    const size = this.sizes[cls]!;
    const hadRoom = this.freeHead[slab] !== 0 || this.bumpFits(slab, size);
    this.i32[offset >> 2] = this.freeHead[slab]!;
    this.freeHead[slab] = offset;
    this.live[slab] = this.live[slab]! - 1;
    this.blockBytes -= size;
    if (this.live[slab] === 0) {
      if (hadRoom) this.dropRoom(cls, slab);
      this.releaseRun(slab);
    } else if (!hadRoom) this.pushRoom(cls, slab);
  }

  /**
   * Makes a large block larger where it is, for at least `bytes`; false where what is behind it is not free, or not
   * allowed.
   */
  extend(offset: number, bytes: number, reserveBytes = 0): boolean {
    const run = this.runOf(offset);
    if (this.state[run] !== spanHead) return false;
    const units = this.runUnits[run]!;
    const wanted = Math.max(units, Math.ceil(bytes / this.unitBytes));
    const more = wanted - units;
    if (this.blockBytes + more * this.unitBytes > this.liveLimit + this.slackBytes - reserveBytes)
      return false;
    if (!this.hasUnits(more, reserveBytes) || run + wanted > this.unitsEnd) return false;
    for (let unit = run + units; unit < run + wanted; unit++) if (this.state[unit] !== 0) return false;
    this.continueRun(run, units, wanted);
    this.unitsUsed += more;
    this.blockBytes += more * this.unitBytes;
    return true;
  }

  /** Usable bytes of the block at `offset`. */
  capacity(offset: number): number {
    const run = this.runOf(offset);
    return this.state[run] === spanHead
      ? this.runUnits[run]! * this.unitBytes
      : this.sizes[this.classOf[run]!]!;
  }

  /** The bytes that a block for `bytes` would really take. */
  rounded(bytes: number): number {
    const cls = this.classFor(bytes);
    return cls < 0 ? Math.ceil(bytes / this.unitBytes) * this.unitBytes : this.sizes[cls]!;
  }

  /**
   * The slab whose blocks should move so that it can return to the pool, the sparsest below `fillMax` of its room, as
   * offsets of its live blocks to be moved by their owner; undefined when none is sparse enough. Blocks of a slab taken
   * for compaction are no longer handed out until it is released or `undoCompaction` runs.
   */
  sparsestSlab(fillMax: number): SparseSlab | undefined {
    let best = 0;
    let bestFill = fillMax;
    for (let unit = 1; unit < this.unitCount; unit++) {
      if (this.state[unit] !== slabHead) continue;
      const cls = this.classOf[unit]!;
      const room = Math.floor((this.runUnits[unit]! << this.unitShift) / this.sizes[cls]!);
      const fill = this.live[unit]! / room;
      if (fill < bestFill && this.roomOutside(cls, unit) >= this.live[unit]!) {
        best = unit;
        bestFill = fill;
      }
    }
    return best === 0 ? undefined : this.takeSlab(best);
  }

  /**
   * The slab farthest up, in the same form, where a span had no room in one piece and there is room for the slab
   * below. It may be full: its blocks are to be freed when all of them have moved.
   */
  scatteredSlab(): SparseSlab | undefined {
    if (this.scatteredUnits === 0) return undefined;
    if (this.freeRun(this.scatteredUnits, this.unitsEnd) !== 0) {
      this.scatteredUnits = 0;
      return undefined;
    }
    let slab = 0;
    for (let unit = this.unitCount - 1; unit > 0 && slab === 0; unit--) {
      if (this.state[unit] === slabHead && this.freeRun(this.runUnits[unit]!, unit) !== 0) slab = unit;
    }
    if (slab === 0) {
      this.scatteredUnits = 0;
      return undefined;
    }
    return this.takeSlab(slab);
  }

  private takeSlab(slab: number): SparseSlab {
    const cls = this.classOf[slab]!;
    if (this.hasRoom(slab)) this.dropRoom(cls, slab);
    return { firstOffset: slab << this.unitShift, endOffset: this.bump[slab]!, blockBytes: this.sizes[cls]! };
  }

  private hasRoom(slab: number): boolean {
    return this.freeHead[slab] !== 0 || this.bumpFits(slab, this.sizes[this.classOf[slab]!]!);
  }

  /** Makes a slab taken for compaction available again where some of its blocks could not be moved. */
  undoCompaction(firstOffset: number): void {
    const slab = firstOffset >> this.unitShift;
    if (this.state[slab] !== slabHead || this.live[slab] === 0 || !this.hasRoom(slab)) return;
    const cls = this.classOf[slab]!;
    if (this.roomHead[cls] !== slab && this.roomPrev[slab] === 0) this.pushRoom(cls, slab);
  }

  /** The blocks of the slab at `firstOffset` that were used and are free. */
  freeBlocks(firstOffset: number): Set<number> {
    const out = new Set<number>();
    const slab = firstOffset >> this.unitShift;
    for (let b = this.freeHead[slab]!; b !== 0; b = this.i32[b >> 2]!) out.add(b);
    return out;
  }

  private roomOutside(cls: number, slab: number): number {
    let room = 0;
    for (let s = this.roomHead[cls]!; s !== 0; s = this.roomNext[s]!) {
      if (s !== slab)
        room += Math.floor((this.runUnits[s]! << this.unitShift) / this.sizes[cls]!) - this.live[s]!;
    }
    return room;
  }

  private classFor(bytes: number): number {
    if (bytes <= 128) return bytes <= 8 ? 0 : ((bytes + 7) >> 3) - 1;
    if (bytes > this.unitBytes * 4) return -1;
    const octave = 31 - Math.clz32(bytes - 1);
    const step = 1 << (octave - 3);
    return 16 + (octave - 7) * classesPerOctave + (((bytes - 1 - (1 << octave)) / step) | 0);
  }

  /** Whether so many bytes more of live blocks keep to the limit, once there is nothing left to reclaim. */
  private isAllowed(bytes: number, reserveBytes: number): boolean {
    while (this.blockBytes + bytes > this.liveLimit + this.slackBytes - reserveBytes)
      if (this.reclaim?.() !== true) return false;
    return true;
  }

  /** A slab with room: a fresh one, or what was reclaimed meanwhile. */
  private newSlab(cls: number, reserveBytes: number): number {
    for (;;) {
      const slab = this.takeRun(this.slabUnits[cls]!, slabHead, reserveBytes);
      if (slab !== 0) {
        this.classOf[slab] = cls;
        this.live[slab] = 0;
        this.freeHead[slab] = 0;
        this.bump[slab] = slab << this.unitShift;
        this.pushRoom(cls, slab);
        return slab;
      }
      if (this.reclaim?.() !== true) return 0;
      if (this.roomHead[cls] !== 0) return this.roomHead[cls]!;
    }
  }

  private allocSpan(bytes: number, reserveBytes: number): number {
    const units = Math.ceil(bytes / this.unitBytes);
    if (!this.isAllowed(units * this.unitBytes, reserveBytes)) return 0;
    let run = this.takeRun(units, spanHead, reserveBytes);
    while (run === 0 && this.reclaim?.() === true) run = this.takeRun(units, spanHead, reserveBytes);
    if (run === 0) {
      if (this.hasUnits(units, reserveBytes)) this.scatteredUnits = units;
      return 0;
    }
    this.blockBytes += units * this.unitBytes;
    return run << this.unitShift;
  }

  private hasUnits(units: number, reserveBytes: number): boolean {
    const reserve = Math.ceil(reserveBytes / this.unitBytes);
    return this.unitsUsed + units <= this.unitsAllowed - 1 + this.spareUnits - reserve;
  }

  /** Behind the last unit that may be used. What is spare is in one piece with the rest. */
  private get unitsEnd(): number {
    return this.unitsAllowed + this.spareUnits;
  }

  /** The lowest run of so many free units below `end`; 0 = there is none. */
  private freeRun(units: number, end: number): number {
    for (let unit = this.lowestFree; unit < end; ) {
      if (this.state[unit] !== 0) {
        unit += this.runUnits[unit]!;
        continue;
      }
      let length = 1;
      while (length < units && unit + length < end && this.state[unit + length] === 0) length += 1;
      if (length === units) return unit;
      unit += length;
    }
    return 0;
  }

  /** First fit, so that high addresses stay untouched. */
  private takeRun(units: number, kind: number, reserveBytes: number): number {
    if (!this.hasUnits(units, reserveBytes)) return 0;
    const run = this.freeRun(units, this.unitsEnd);
    if (run === 0) return 0;
    this.state[run] = kind;
    this.head[run] = run;
    this.continueRun(run, 1, units);
    this.unitsUsed += units;
    return run;
  }

  /** The units of a run from `from` on are part of it, up to `units` of them. */
  private continueRun(run: number, from: number, units: number): void {
    this.state.fill(continuation, run + from, run + units);
    this.head.fill(run, run + from, run + units);
    this.runUnits[run] = units;
    if (run + units > this.touchedEnd) this.touchedEnd = run + units;
    while (this.lowestFree < this.unitCount && this.state[this.lowestFree] !== 0) {
      const unit = this.lowestFree;
      this.lowestFree = this.head[unit]! + this.runUnits[this.head[unit]!]!;
    }
  }

  private releaseRun(run: number): void {
    const units = this.runUnits[run]!;
    this.state.fill(0, run, run + units);
    this.unitsUsed -= units;
    if (run < this.lowestFree) this.lowestFree = run;
  }

  private runOf(offset: number): number {
    return this.head[offset >> this.unitShift]!;
  }

  private bumpFits(slab: number, size: number): boolean {
    return this.bump[slab]! + size <= (slab + this.runUnits[slab]!) * this.unitBytes;
  }

  private pushRoom(cls: number, slab: number): void {
    const next = this.roomHead[cls]!;
    this.roomNext[slab] = next;
    this.roomPrev[slab] = 0;
    if (next !== 0) this.roomPrev[next] = slab;
    this.roomHead[cls] = slab;
  }

  private dropRoom(cls: number, slab: number): void {
    const next = this.roomNext[slab]!;
    const prev = this.roomPrev[slab]!;
    if (this.roomHead[cls] === slab) this.roomHead[cls] = next;
    else if (prev !== 0) this.roomNext[prev] = next;
    if (next !== 0) this.roomPrev[next] = prev;
    this.roomNext[slab] = 0;
    this.roomPrev[slab] = 0;
  }
}
