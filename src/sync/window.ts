// Turns whole blocks of the journal into one batch for a peer: leaves out what the peer has, coalesces by key, and says
// at the end how far it goes. Two walks over the blocks: the first marks which records stay, the second copies them.
// What stays holds the same state as all of them (rules in SPEC.md, "Sending"). It reads blocks and nothing else, so
// what it ships is durable; only keys with many patches are left to the store, and the caller waits for those.
import { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { copyRecord } from '../delta/copy-record.ts';
import { DeltaFlag, DeltaKind, isContent, RunFlag } from '../delta/kinds.ts';
import { compareDots, type Origins } from '../delta/origins.ts';
import type { VersionVector } from '../delta/vector.ts';
import type { Entry } from './envelope.ts';
import { type Frontier, frontierKey, type Peer } from './peer.ts';
import type { SyncBlock } from './ports.ts';
import { addressOf, type Shortfall } from './shortfall.ts';

/** A key with more patches than this in a window is sent whole. */
const patchesPerKeyMax = 8;

/** Blocks of so many bytes are written before others have their turn. */
const yieldBytes = 256 * 1024;

/** As in clears of keys. */
const stringType = 0;

/** A record that stays so far. */
interface Kept {
  readonly ordinal: number;
  readonly kind: number;
  readonly hasRecords: boolean;
  readonly origin: number;
  readonly hi: number;
  readonly lo: number;
  /** clear: what it kills. put: its base. */
  readonly baseOrigin: number;
  readonly baseHi: number;
  readonly baseLo: number;
  readonly bytes: number;
  /** clear of a key: the type removed. */
  readonly clearType: number;
}

interface KeyRecords {
  readonly db: number;
  readonly key: Buffer;
  kept: Kept[];
  /** By origin: many may count on one key. Undefined while there are none. */
  counts: Map<number, Kept> | undefined;
  patches: number;
}

/** Statements about databases, list elements and streams, each of which stands for itself. */
function isNeverCoalesced(kind: number): boolean {
  return (
    kind === DeltaKind.clearDb ||
    kind === DeltaKind.mapDb ||
    kind === DeltaKind.entry ||
    kind >= DeltaKind.insert
  );
}

/** Kinds that are no content, and say how far this node is all the same. */
function isTold(kind: number): boolean {
  return kind === DeltaKind.frontier || kind === DeltaKind.run;
}

export interface WindowResult {
  /** Deltas written, frontiers aside. */
  readonly deltas: number;
  readonly frontiers: readonly Frontier[];
  /** Whether something came from the store: then the batch must wait for the log. */
  readonly showsStore: boolean;
}

export class Window {
  /** Records that stay, and their size as they are in the blocks. */
  deltas = 0;
  bytes = 0;
  /** The numbers of the runs that the block added last names: their blocks are to be added next. */
  runs: number[] = [];
  private readonly origins: Origins;
  private readonly self: number;
  private readonly shortfall: Pick<Shortfall, 'leavesOut'> | undefined;
  private readonly reader: BatchReader;
  private readonly blocks: SyncBlock[] = [];
  private readonly keys = new Map<string, KeyRecords>();
  private stays = new Uint8Array(64);
  private readonly bases = new Map<number, Kept>();
  /** One for each start of another origin. */
  private readonly others = new Map<number, Frontier>();
  private ordinal = 0;
  private ownStamp = 0;
  /** The own stamp up to which the peer is complete already. */
  private ownKnown = 0;

  /** `shortfall`: what the peer cannot take; undefined: it takes all. `reader`: its own until it is written. */
  constructor(
    origins: Origins,
    self: number,
    shortfall?: Pick<Shortfall, 'leavesOut'>,
    reader = new BatchReader(origins),
  ) {
    this.origins = origins;
    this.self = self;
    this.shortfall = shortfall;
    this.reader = reader;
  }

  /**
   * Takes a block in, but for what `covered` covers. Blocks come in the order of the log. `isRun`: of a run, where
   * nothing is said twice.
   */
  add(block: SyncBlock, peer: Peer, covered = peer.vector, isRun = false): void {
    this.blocks.push(block);
    this.runs = [];
    this.ownKnown = peer.vector.stampOf(this.self);
    const isEcho = block.source === peer.nodeId && block.firstSeq >= peer.sinceSeq;
    const { reader } = this;
    reader.open(block.buf, block.start, block.end);
    for (; reader.next(); this.ordinal += 1) {
      if (reader.origin === this.self && block.source === '') {
        if (isContent(reader.kind) || isTold(reader.kind)) this.noteOwn();
      }
      // What joining recorded of this node's own, where it found a collection expired, is no echo.
      if ((isEcho && reader.origin !== this.self) || this.isCovered(covered)) continue;
      if (reader.kind === DeltaKind.frontier) this.noteFrontier();
      else if (reader.kind === DeltaKind.run) this.runs.push(reader.runNumber);
      else if (isContent(reader.kind) && this.shortfall?.leavesOut(reader) !== true) this.take(isRun);
    }
  }

  /**
   * Whether the peer has what the record says. The records of slots in it have events of their own; a floor may follow
   * from what is not told any more, so it is always passed on.
   */
  private isCovered(vector: VersionVector): boolean {
    const { origin, stamp, records, kind } = this.reader;
    if (kind === DeltaKind.run && this.reader.has(RunFlag.mixed)) return false;
    if (!vector.covers(origin, stamp) || (kind === DeltaKind.clear && this.reader.has(DeltaFlag.floor)))
      return false;
    return records.every((r) => vector.covers(r.eventOrigin, r.eventStamp));
  }

  private noteOwn(): void {
    if (this.reader.stamp > this.ownStamp) this.ownStamp = this.reader.stamp;
  }

  private noteFrontier(): void {
    const { origin, stamp, tag } = this.reader;
    if (origin === this.self) return;
    const stated = { origin, stamp, tag };
    const key = frontierKey(stated);
    if (stamp > (this.others.get(key)?.stamp ?? 0)) this.others.set(key, stated);
  }

  private take(isRun: boolean): void {
    const { reader } = this;
    this.stay();
    if (isRun || isNeverCoalesced(reader.kind)) return;
    const { buf, keyOffset, keyLength, db } = reader;
    const name = addressOf(reader);
    const added = this.keptOf();
    let known = this.keys.get(name);
    if (known === undefined) {
      const key = buf.subarray(keyOffset, keyOffset + keyLength);
      known = { db, key, kept: [], counts: undefined, patches: 0 };
      this.keys.set(name, known);
    }
    if (reader.kind === DeltaKind.count) {
      this.coalesceCount(known, added);
      return;
    }
    if (known.kept.length > 0) this.coalesce(known, added);
    known.kept.push(added);
    if (reader.kind === DeltaKind.patch) known.patches += 1;
  }

  /** Of the counts of one origin the last stays, and nothing else makes one needless. */
  private coalesceCount(known: KeyRecords, added: Kept): void {
    known.counts ??= new Map();
    const before = known.counts.get(added.origin);
    if (before !== undefined) this.goes(before);
    known.counts.set(added.origin, added);
  }

  private goes(k: Kept): void {
    this.stays[k.ordinal] = 0;
    this.deltas -= 1;
    this.bytes -= k.bytes;
  }

  private stay(): void {
    if (this.ordinal >= this.stays.length) {
      const grown = new Uint8Array(Math.max(this.stays.length * 2, this.ordinal + 1));
      grown.set(this.stays);
      this.stays = grown;
    }
    this.stays[this.ordinal] = 1;
    this.deltas += 1;
    this.bytes += this.reader.pos - this.reader.start;
  }

  private keptOf(): Kept {
    const r = this.reader;
    return {
      ordinal: this.ordinal,
      kind: r.kind,
      hasRecords: r.records.length > 0,
      origin: r.origin,
      hi: r.hi,
      lo: r.lo,
      baseOrigin: r.baseOrigin,
      baseHi: r.baseHi,
      baseLo: r.baseLo,
      bytes: r.pos - r.start,
      clearType: r.kind === DeltaKind.clear && r.elementType === 0 ? r.clearType : stringType,
    };
  }

  /** Takes out what the record just read makes needless. */
  private coalesce(known: KeyRecords, added: Kept): void {
    const { reader } = this;
    const isWhole = reader.kind === DeltaKind.put && reader.has(DeltaFlag.expiryStated);
    let base: Kept | undefined;
    const needed = known.kept.filter((k) => {
      if (!this.isNeedless(k, added, isWhole)) return true;
      if (k.kind === DeltaKind.put) base ??= this.bases.get(k.ordinal) ?? k;
      this.bases.delete(k.ordinal);
      this.goes(k);
      return false;
    });
    if (base !== undefined && isWhole) this.bases.set(added.ordinal, base);
    known.kept = needed;
  }

  private isNeedless(k: Kept, added: Kept, isWhole: boolean): boolean {
    if (k.hasRecords) return false;
    if (added.kind === DeltaKind.expire) return k.kind === DeltaKind.expire && this.isBelow(k, added);
    if (isWhole) {
      if (k.kind === DeltaKind.clear && !this.isKillBelow(k, added.hi, added.lo, added.origin)) return false;
      return k.clearType === stringType && this.isBelow(k, added);
    }
    if (added.kind !== DeltaKind.clear) return false;
    // What another type has said may have to kill what is yet to come.
    if (k.clearType !== added.clearType && k.kind !== DeltaKind.expire) return false;
    const { baseHi, baseLo, baseOrigin } = added;
    if (k.kind === DeltaKind.clear) return this.isKillBelow(k, baseHi, baseLo, baseOrigin);
    return compareDots(this.origins, k.hi, k.lo, k.origin, baseHi, baseLo, baseOrigin) <= 0;
  }

  private isBelow(a: Kept, b: Kept): boolean {
    return compareDots(this.origins, a.hi, a.lo, a.origin, b.hi, b.lo, b.origin) < 0;
  }

  private isKillBelow(k: Kept, hi: number, lo: number, origin: number): boolean {
    return compareDots(this.origins, k.baseHi, k.baseLo, k.baseOrigin, hi, lo, origin) < 0;
  }

  /**
   * Writes what stays, then the frontiers if it `states` them; yields now and then where that is much. `emitKey` writes
   * all that the store knows of a key, where it holds that whole; `ownEntries` has what is to be stated of the own
   * origin where the peer has it up to one stamp and now gets it up to another.
   */
  *write(
    writer: BatchWriter,
    emitKey: (writer: BatchWriter, db: number, key: Uint8Array) => boolean,
    ownEntries: (known: number, stamp: number) => readonly Entry[],
    states = true,
  ): Generator<void, WindowResult, void> {
    const showsStore = this.emitPatched(writer, emitKey);
    const { reader } = this;
    let ordinal = 0;
    let bytes = 0;
    for (const block of this.blocks) {
      bytes += block.end - block.start;
      if (bytes > yieldBytes) {
        bytes = 0;
        yield;
      }
      reader.open(block.buf, block.start, block.end);
      for (; reader.next(); ordinal += 1) {
        if (this.stays[ordinal] !== 1) continue;
        const base = this.bases.get(ordinal);
        if (base !== undefined) this.inherit(base);
        copyRecord(reader, writer);
      }
    }
    const deltas = writer.count;
    const frontiers = [...this.others.values()];
    if (this.ownStamp > this.ownKnown) {
      const entries = ownEntries(this.ownKnown, this.ownStamp);
      frontiers.push(...entries.map((entry) => ({ origin: this.self, ...entry })));
    }
    if (states) for (const f of frontiers) writer.frontier(f.origin, f.stamp, f.tag);
    return { deltas, frontiers, showsStore };
  }

  private emitPatched(
    writer: BatchWriter,
    emitKey: (writer: BatchWriter, db: number, key: Uint8Array) => boolean,
  ): boolean {
    let shows = false;
    for (const known of this.keys.values()) {
      if (known.patches <= patchesPerKeyMax || !emitKey(writer, known.db, known.key)) continue;
      for (const k of [...known.kept, ...(known.counts?.values() ?? [])]) this.stays[k.ordinal] = 0;
      shows = true;
    }
    return shows;
  }

  /** Gives the put just read the base of the earliest that it stands for, unless that is of its own origin. */
  private inherit(base: Kept): void {
    const { reader } = this;
    const isOwn = base.baseOrigin === reader.origin;
    reader.baseOrigin = isOwn ? 0 : base.baseOrigin;
    reader.baseHi = base.baseHi;
    reader.baseLo = base.baseLo;
  }

  /** The highest own stamp in the window; 0 where there is none. */
  get lastOwnStamp(): number {
    return this.ownStamp;
  }
}
