// Takes a peer's batches in: checks a whole batch, joins it in one turn, appends what changed to the log together with
// frontiers and cursor, and acknowledges: received at once, durable when the log says so. Batches that wait for an
// answer to `want` hold back their frontiers and those after them. It knows no connection but the words it may say.
import { msOfStamp } from '../base/clock.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import { copyRecord } from '../delta/copy-record.ts';
import { DeltaKind, isContent } from '../delta/kinds.ts';
import { unpackBatch } from './batch-packer.ts';
import type { Payload } from './envelope.ts';
import { BatchAssembly, FrameFlag, type FrameHead } from './frame.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import type { Frontier, Peer } from './peer.ts';
import { Joined, type SyncLedger, type SyncLog, type SyncStore, type Timers } from './ports.ts';

/** Note from starting over to the end of the full copy: this node's origin before, whose deltas it
 * lacks too, the hash of the horizon that it was behind, and the node whose copy it awaits. */
export const lacksNote = 'lacks';
/** Batches held for answers before the peer gets no more credit. */
const heldCreditMax = 64;

export interface ReceiveFigures {
  deltasReceived: number;
  deltasJoined: number;
  deltasRejected: number;
  bytesReceived: number;
  batchesReceived: number;
  wants: number;
  /** Deltas of keys that are not held whole here: not joined. */
  deltasLeftOut: number;
}

/** Told of the end of a fetch: undefined, or why the key could not be had. */
export type FetchDone = (error: string | undefined) => void;

/** A key that was asked for. */
interface Want {
  readonly name: string;
  readonly db: number;
  readonly key: Buffer;
  /** Clients that need it. */
  readonly waiting: FetchDone[];
}

export interface ReceiverParts {
  readonly store: SyncStore;
  readonly log: SyncLog;
  readonly ledger: SyncLedger;
  readonly identity: Identity;
  readonly peer: Peer;
  readonly limits: SyncLimits;
  readonly timers: Timers;
  readonly figures: ReceiveFigures;
  /** Whether the peer's clock is judged here: where an edge's deltas enter. */
  readonly judgesSkew: boolean;
  /** Whether the peer keeps what this node does not hold whole. */
  readonly isKeeper: boolean;
  /** Sets the store's time: called before anything is joined. */
  readonly beginTurn: () => void;
  readonly ack: (payload: Payload<'ack'>) => void;
  readonly nack: (payload: Payload<'nack'>) => void;
  readonly want: (payload: Payload<'want'>) => void;
  /** The peer knows a past of this node that this node does not. */
  readonly onForked: () => void;
  /** A batch found no room, and waits; or it has found some. */
  readonly onStarved: (isStarved: boolean) => void;
}

interface HeldBatch {
  readonly number: number;
  readonly cursorSeq: number | undefined;
  /** The end of a scan. */
  readonly endsScan: boolean;
  readonly frontiers: readonly Frontier[];
  readonly wants: Set<number>;
  credited: boolean;
}

interface WholeBatch {
  readonly head: FrameHead;
  readonly buf: Buffer;
  readonly start: number;
}

function nameOf(db: number, key: Buffer): string {
  return `${db}:${key.toString('base64')}`;
}

function unpacked(batch: WholeBatch): WholeBatch {
  const { head, buf, start } = batch;
  return head.rawBytes === 0
    ? batch
    : { head, buf: unpackBatch(buf.subarray(start), head.rawBytes), start: 0 };
}

type Refusal = { readonly reason: 'skew' | 'forged'; readonly error: string } | undefined;

export class Receiver {
  /** A batch waits for memory. */
  starved: WholeBatch | undefined;
  /** A full copy is under way: what is not held whole is joined too. */
  takesAll = false;
  private readonly parts: ReceiverParts;
  private readonly assembly = new BatchAssembly();
  private readonly reader: BatchReader;
  private readonly held: HeldBatch[] = [];
  private readonly wants = new Map<number, Want>();
  private readonly wantedKeys = new Map<string, number>();
  private readonly durables: { readonly seq: number; readonly number: number }[] = [];
  private readonly behindStarved: WholeBatch[] = [];
  /** The highest stamp of the peer's own origin in the batch being joined. */
  private peerStamp = 0;
  private nextNumber = 1;
  private wasStarved = false;
  private nextWant = 1;
  private stopped = false;
  private cancelRetry: (() => void) | undefined;

  constructor(parts: ReceiverParts) {
    this.parts = parts;
    this.reader = new BatchReader(parts.store.origins);
    // The first word on durability is of what this node greeted with.
    this.durables.push({ seq: parts.log.seq + parts.log.writer.count, number: 0 });
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
    const waiting = [...this.wants.values()].flatMap((want) => want.waiting);
    this.wants.clear();
    this.wantedKeys.clear();
    for (const done of waiting) done('the link went down');
  }

  /** Asks for all of a key, once however many need it; `done` is told in the middle of a turn of the link. */
  fetch(db: number, key: Buffer, done: FetchDone): void {
    if (this.stopped) done('the link went down');
    else this.wants.get(this.want(db, key))?.waiting.push(done);
  }

  /** Whether a key was asked for, and is not here yet. */
  awaits(db: number, key: Buffer): boolean {
    return this.wants.size > 0 && this.wantedKeys.has(nameOf(db, key));
  }

  /** Takes a frame. Throws FerriteError LINK_PROTOCOL where the peer broke the protocol: nothing of it was joined. */
  frame(frame: Buffer): void {
    this.parts.figures.bytesReceived += frame.length;
    const assembled = this.assembly.add(frame);
    if (assembled === undefined) return;
    const batch = unpacked(assembled);
    if ((batch.head.flags & FrameFlag.answer) !== 0) {
      this.reader.verify(batch.buf, batch.start, batch.buf.length);
      this.parts.beginTurn();
      this.joinAnswer(batch);
      return;
    }
    // After a refusal the peer goes back: what it had sent in the meantime comes again.
    if (batch.head.batch !== this.nextNumber + this.behindStarved.length + (this.starved ? 1 : 0)) return;
    if (this.starved !== undefined) this.behindStarved.push(batch);
    else this.take(batch);
  }

  private take(batch: WholeBatch): void {
    const { timers, limits, nack, beginTurn, figures, log } = this.parts;
    beginTurn();
    const refusal = this.check(batch);
    if (refusal !== undefined) {
      figures.deltasRejected += 1;
      const hubTime = timers.nowMs();
      const { batch: number } = batch.head;
      const retryAfter = refusal.reason === 'skew' ? limits.retryMs : undefined;
      nack({ id: undefined, batch: number, ...refusal, retry_after: retryAfter, hub_time: hubTime });
      if (refusal.reason === 'forged') this.parts.onForked();
      return;
    }
    if (log.failure !== undefined || !this.joinBatch(batch)) {
      this.starved = batch;
      this.tellStarved(true);
      this.cancelRetry = timers.after(limits.retryMs, () => this.retryStarved());
      return;
    }
    this.tellStarved(false);
    this.nextNumber += 1;
  }

  private tellStarved(isStarved: boolean): void {
    if (isStarved !== this.wasStarved) this.parts.onStarved(isStarved);
    this.wasStarved = isStarved;
  }

  /** Tries again what did not fit. */
  private retryStarved(): void {
    const batches = [this.starved, ...this.behindStarved.splice(0)];
    this.starved = undefined;
    for (const batch of batches) {
      if (this.stopped || batch === undefined) return;
      if (this.starved !== undefined) this.behindStarved.push(batch);
      else this.take(batch);
    }
  }

  /** Walks the whole batch: throws if it is malformed, and says why it is not to be joined. */
  private check(batch: WholeBatch): Refusal {
    const { reader } = this;
    const { store, identity, peer, judgesSkew, timers, limits } = this.parts;
    const latestMs = timers.nowMs() + limits.maxClockSkewMs;
    const lastOwn = store.clock.last();
    let refusal: Refusal;
    reader.open(batch.buf, batch.start, batch.buf.length);
    while (reader.next()) {
      const { origin, kind } = reader;
      if (!isContent(kind) && kind !== DeltaKind.frontier) {
        refusal ??= { reason: 'forged', error: `a delta of kind ${kind} does not travel` };
      }
      if (origin === store.self) {
        const isOwn =
          kind === DeltaKind.frontier
            ? identity.isOwnPast({ stamp: reader.stamp, tag: reader.tag })
            : reader.stamp <= lastOwn;
        if (!isOwn) refusal ??= { reason: 'forged', error: 'a delta of the receiver that it never made' };
      }
      if (judgesSkew && origin === peer.origin && msOfStamp(reader.stamp) > latestMs) {
        refusal ??= { reason: 'skew', error: `stamps are ahead by more than ${limits.maxClockSkewMs} ms` };
      }
    }
    return refusal;
  }

  /** Joins and journals a batch; false where memory gave out: then it has to be joined again. */
  private joinBatch(batch: WholeBatch): boolean {
    const { log, peer, figures } = this.parts;
    const frontiers: Frontier[] = [];
    const wants = new Set<number>();
    log.setSource(peer.nodeId);
    const isWhole = this.joinRecords(batch, false, frontiers, wants);
    this.noteSeen(frontiers);
    if (isWhole) {
      const { flags, batch: number, cursorSeq } = batch.head;
      const cursor = (flags & FrameFlag.cursor) === 0 ? undefined : cursorSeq;
      figures.batchesReceived += 1;
      const endsScan = cursor !== undefined && (flags & FrameFlag.scan) !== 0;
      this.held.push({ number, cursorSeq: cursor, endsScan, frontiers, wants, credited: false });
      this.release();
    }
    this.commit();
    return isWhole;
  }

  /** In the middle of a scan: remembers how far the peer's own stamps went, should the end never come. */
  private noteSeen(frontiers: readonly Frontier[]): void {
    const { peer, identity, store } = this.parts;
    const stamp = this.peerStamp;
    this.peerStamp = 0;
    if (stamp === 0 || frontiers.some((f) => f.origin === peer.origin && f.stamp >= stamp)) return;
    const name = store.origins.name(peer.origin);
    if (stamp > (identity.seenOf(name)?.stamp ?? 0)) identity.noteSeen(name, { stamp, tag: peer.facts.tag });
  }

  private joinRecords(batch: WholeBatch, whole: boolean, frontiers: Frontier[], wants: Set<number>): boolean {
    const { reader } = this;
    const { store, log, peer, figures, isKeeper } = this.parts;
    const leftOut = new Set<string>();
    let isWhole = true;
    reader.open(batch.buf, batch.start, batch.buf.length);
    while (reader.next()) {
      if (reader.kind === DeltaKind.frontier) {
        frontiers.push({ origin: reader.origin, stamp: reader.stamp, tag: reader.tag });
        continue;
      }
      if (reader.origin === peer.origin && reader.stamp > this.peerStamp) this.peerStamp = reader.stamp;
      const result = store.join(
        reader,
        peer.vector,
        whole,
        isKeeper && !whole && !this.takesAll && !this.isAwaited(),
      );
      isWhole = result !== Joined.full;
      if (!isWhole) break;
      figures.deltasReceived += 1;
      if (result === Joined.joined) {
        copyRecord(reader, log.writer);
        figures.deltasJoined += 1;
      } else if (result === Joined.want) wants.add(this.want(reader.db, this.keyOfRecord()));
      else if (result === Joined.leftOut) {
        const key = this.keyOfRecord();
        const name = nameOf(reader.db, key);
        if (!leftOut.has(name)) store.recordLeftOut(reader.db, key);
        leftOut.add(name);
        // In the journal all the same: what is passed on from there must have no gaps.
        copyRecord(reader, log.writer);
        figures.deltasLeftOut += 1;
      }
    }
    return isWhole;
  }

  /**
   * Whether the key of the current record was asked for. The answer may be older than what overtakes it, so that is joined with
   * what is here, even if that is nothing.
   */
  private isAwaited(): boolean {
    return this.awaits(this.reader.db, this.keyOfRecord());
  }

  private keyOfRecord(): Buffer {
    const { buf, keyOffset, keyLength } = this.reader;
    return buf.subarray(keyOffset, keyOffset + keyLength);
  }

  /** Asks for a key; returns the number of the want. */
  private want(db: number, key: Buffer): number {
    const name = nameOf(db, key);
    const asked = this.wantedKeys.get(name);
    if (asked !== undefined) return asked;
    const number = this.nextWant++;
    this.wants.set(number, { name, db, key: Buffer.from(key), waiting: [] });
    this.wantedKeys.set(name, number);
    this.parts.figures.wants += 1;
    this.parts.want({ want: number, db, key: key.toString('base64') });
    return number;
  }

  private joinAnswer(batch: WholeBatch): void {
    const number = batch.head.batch;
    const want = this.wants.get(number);
    if (want === undefined) return;
    const { log, peer, store, isKeeper } = this.parts;
    log.setSource(peer.nodeId);
    const isWhole = this.joinRecords(batch, true, [], new Set());
    if (isWhole && isKeeper) store.holdWhole(want.db, want.key);
    if (!isWhole) {
      this.commit();
      this.parts.timers.after(this.parts.limits.retryMs, () => {
        if (!this.stopped) this.joinAnswer(batch);
      });
      return;
    }
    this.wants.delete(number);
    this.wantedKeys.delete(want.name);
    for (const held of this.held) held.wants.delete(number);
    this.release();
    this.commit();
    for (const done of want.waiting) done(undefined);
  }

  /** Lets go of the frontiers and cursors of batches whose wants are all answered, in order; gives credit. */
  private release(): void {
    const { log, ledger, peer, identity, store } = this.parts;
    while (this.held.length > 0 && this.held[0]!.wants.size === 0) {
      const held = this.held.shift()!;
      for (const f of held.frontiers) {
        if (f.origin === store.self) continue;
        const name = store.origins.name(f.origin);
        ledger.advance(f.origin, f.stamp, f.tag);
        identity.noteTag(name, f.tag);
        if (f.stamp >= (identity.seenOf(name)?.stamp ?? 0)) identity.noteSeen(name, undefined);
      }
      peer.has(held.frontiers);
      peer.keeps(held.frontiers);
      if (held.cursorSeq !== undefined) this.noteCursor(held.cursorSeq);
      if (held.endsScan) this.noteWhole();
      this.durables.push({ seq: log.seq + log.writer.count, number: held.number });
      this.credit(held);
    }
    if (this.wants.size >= this.parts.limits.wantsMax) return;
    for (const held of this.held.slice(0, heldCreditMax)) this.credit(held);
  }

  /** A whole scan is in: if it was the full copy after starting over, this node lacks nothing any more. */
  private noteWhole(): void {
    const { ledger, peer } = this.parts;
    const awaited = ledger.notes.get(lacksNote)?.split(' ')[2];
    if (awaited === peer.nodeId) ledger.setNote(lacksNote, undefined);
  }

  private credit(held: HeldBatch): void {
    if (held.credited) return;
    held.credited = true;
    this.parts.ack({ received: held.number, durable: undefined });
  }

  private noteCursor(seq: number): void {
    const { ledger, peer } = this.parts;
    const { journal, tag } = peer.facts;
    ledger.setNote(`cursor:${peer.nodeId}`, `${journal},${seq},${tag}`);
  }

  private commit(): void {
    const { log } = this.parts;
    log.setSource('');
    log.commit(() => {});
    if (this.durables.length > 0 && log.durableSeq < log.seq) log.requestSync();
    this.tellDurable();
  }

  /** To be called when more of the log is durable: tells the peer, once for all batches. */
  tellDurable(): void {
    const { log, ack } = this.parts;
    let number = -1;
    while (this.durables.length > 0 && this.durables[0]!.seq <= log.durableSeq) {
      number = this.durables.shift()!.number;
    }
    if (number >= 0 && !this.stopped) ack({ received: undefined, durable: number });
  }
}

/** The cursor that a node noted for a peer's log. */
export function notedCursor(
  ledger: Pick<SyncLedger, 'notes'>,
  nodeId: string,
): { journal: string; seq: number; tag: number } | undefined {
  const [journal, seq, tag] = (ledger.notes.get(`cursor:${nodeId}`) ?? '').split(',');
  if (journal === undefined || seq === undefined || tag === undefined) return undefined;
  return { journal, seq: Number(seq), tag: Number(tag) };
}
