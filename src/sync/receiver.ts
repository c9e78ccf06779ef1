// Takes a peer's batches in: checks a whole batch, joins it in one turn, appends what changed to the log together with
// frontiers and cursor, and acknowledges: received at once, durable when the log says so. A large batch is checked and
// joined in slices, while its keys are at work, and goes into a run of the log, which counts as a whole (SPEC.md,
// "Receiving"). Batches that wait for an answer to `want` hold back their frontiers and those after them. It knows no
// connection but the words it may say.
import { atOnce } from '../base/at-once.ts';
import { stampHi, stampLo, stampMax } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { copyRecord } from '../delta/copy-record.ts';
import { DeltaKind, isContent, RunFlag } from '../delta/kinds.ts';
import type { OriginNames } from '../delta/origins.ts';
import { type DeltaRun, finished } from '../store/delta-run.ts';
import { BatchKeys } from './batch-keys.ts';
import { unpackBatch } from './batch-packer.ts';
import type { Payload } from './envelope.ts';
import { BatchAssembly, batchBytesMax, FrameFlag, type FrameHead, frameHeaderBytes } from './frame.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import type { Frontier, Peer } from './peer.ts';
import { Joined, type SyncLedger, type SyncLog, type SyncStore, type Timers } from './ports.ts';

/** Note from starting over to the end of the full copy: this node's origin before, whose deltas it
 * lacks too, the hash of the horizon that it was behind, and the node whose copy it awaits. */
export const lacksNote = 'lacks';
/** Batches held for answers before the peer gets no more credit. */
const heldCreditMax = 64;
/** A batch is as large as so many times the memory of this node at most: there, much of it is packed. */
const batchMemoriesMax = 4;
/** A slice ends after so long at the latest; the time is looked at after some records. */
const sliceMs = 3;
const stepRecords = 64;

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
  /** As far as the peer may add to them. */
  readonly origins: OriginNames;
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
  /** The peer broke the protocol in a batch that was taken in after `frame` had returned. */
  readonly onBroken: (error: FerriteError) => void;
  /** A batch found no room, and waits; or it has found some. */
  readonly onStarved: (isStarved: boolean) => void;
}

interface HeldBatch {
  readonly number: number;
  readonly bytes: number;
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

function isAnswer(batch: WholeBatch): boolean {
  return (batch.head.flags & FrameFlag.answer) !== 0;
}

/** What a batch takes of the window. */
function bytesOf({ buf, start }: WholeBatch): number {
  return buf.length - start + frameHeaderBytes;
}

function keyOf({ buf, keyOffset, keyLength }: BatchReader): Buffer {
  return buf.subarray(keyOffset, keyOffset + keyLength);
}

/** How a batch is taken in: what it yields is waited for before the next slice, if anything. */
type Taking<T> = Generator<Promise<void> | undefined, T, void>;

type Refusal = { readonly reason: 'skew' | 'forged'; readonly error: string } | undefined;

export class Receiver {
  /** A batch waits for memory. */
  starved: WholeBatch | undefined;
  /** A full copy is under way: what is not held whole is joined too. */
  takesAll = false;
  private readonly parts: ReceiverParts;
  private readonly assembly: BatchAssembly;
  private readonly reader: BatchReader;
  /** For answers, while `reader` may stand in the midst of a batch. */
  private readonly answerReader: BatchReader;
  private readonly held: HeldBatch[] = [];
  private readonly wants = new Map<number, Want>();
  private readonly wantedKeys = new Map<string, number>();
  /** Wants that are asked for once others are answered. */
  private readonly unasked: number[] = [];
  /** Of numbered batches that have come and were not said to be received. */
  private uncreditedBytes = 0;
  /** Of answers that have come and are not joined. */
  private answerBytes = 0;
  private readonly durables: { readonly seq: number; readonly number: number }[] = [];
  /** What has come and is not begun, in order. */
  private behind: WholeBatch[] = [];
  /** A large batch that is taken in. */
  private taking: Taking<void> | undefined;
  private isHurried = false;
  private awaitsFree = false;
  private sliceEndMs = 0;
  private sliceCount = 0;
  /** The highest stamp of the peer's own origin in the batch being joined. */
  private peerStamp = 0;
  private nextNumber = 1;
  private wasStarved = false;
  private nextWant = 1;
  private stopped = false;
  private cancelRetry: (() => void) | undefined;

  constructor(parts: ReceiverParts) {
    this.parts = parts;
    // What is written at once is kept in memory there: it is not much more than fits here, or never fits.
    const batchMax = Math.max(parts.limits.windowBytes, parts.store.limitBytes * batchMemoriesMax);
    this.assembly = new BatchAssembly(Math.min(batchMax, batchBytesMax));
    this.reader = new BatchReader(parts.origins);
    this.answerReader = new BatchReader(parts.origins);
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

  /** The last batch that has come. */
  get lastNumber(): number {
    return this.nextNumber - 1 + this.waitingCount;
  }

  /** Whether all of a batch, and of those before it, is joined: nothing waits for room, or for an answer. */
  hasTaken(number: number): boolean {
    return number < this.nextNumber && this.held.every((held) => held.number > number);
  }

  /** Batches that wait for answers. */
  get heldCount(): number {
    return this.held.length;
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
    if (isAnswer(batch)) {
      this.answerReader.verify(batch.buf, batch.start, batch.buf.length);
      if (!this.admitAnswer(batch)) return;
    } else if (!this.admit(batch)) return;
    this.behind.push(batch);
    this.takeNext();
  }

  /** Whether a numbered batch is the next one. Throws FerriteError LINK_PROTOCOL where it is beyond the window. */
  private admit(batch: WholeBatch): boolean {
    // After a refusal the peer goes back: what it had sent in the meantime comes again.
    if (batch.head.batch !== this.nextNumber + this.waitingCount) return false;
    const bytes = this.uncreditedBytes + bytesOf(batch);
    if (this.uncreditedBytes > 0 && bytes > this.parts.limits.windowBytes) {
      throw new FerriteError(
        'LINK_PROTOCOL',
        `the peer sent more than the window of ${this.parts.limits.windowBytes}`,
      );
    }
    this.uncreditedBytes = bytes;
    return true;
  }

  /** Whether an answer was asked for, and there is room for it to wait; if not, the key is asked for again by and by. */
  private admitAnswer(batch: WholeBatch): boolean {
    const { timers, limits } = this.parts;
    const { batch: number } = batch.head;
    if (!this.wants.has(number)) return false;
    const bytes = this.answerBytes + bytesOf(batch);
    if (this.answerBytes > 0 && bytes > limits.windowBytes) {
      timers.after(limits.retryMs, () => this.ask(number));
      return false;
    }
    this.answerBytes = bytes;
    return true;
  }

  /** Numbered batches that have come and are not taken in yet. */
  private get waitingCount(): number {
    const begun = this.starved !== undefined || this.taking !== undefined ? 1 : 0;
    return begun + this.behind.filter((batch) => !isAnswer(batch)).length;
  }

  /** Takes in what has come, as far as nothing has to be waited for. Throws FerriteError as `frame` does. */
  private takeNext(): void {
    while (!this.stopped) {
      const { atWork } = this.parts.store;
      const mustWait = atWork.isAny || this.taking !== undefined || this.starved !== undefined;
      const at = mustWait ? this.behind.findIndex((batch) => this.mayOvertake(batch)) : 0;
      const batch = this.behind[at];
      if (batch === undefined) break;
      this.behind.splice(at, 1);
      this.parts.beginTurn();
      if (isAnswer(batch)) this.joinAnswer(batch);
      else this.take(batch);
    }
    if (this.behind.length > 0 && this.parts.store.atWork.isAny) this.awaitFree();
  }

  /** Whether a batch may be joined while those before it, or work, have to be waited for: clients wait for answers. */
  private mayOvertake(batch: WholeBatch): boolean {
    if (!isAnswer(batch)) return false;
    const { atWork } = this.parts.store;
    const want = this.wants.get(batch.head.batch);
    if (!atWork.isAny || want === undefined) return true;
    return atWork.takesDots && !atWork.has(want.db, want.key, 0, want.key.length);
  }

  private awaitFree(): void {
    const { store, timers } = this.parts;
    if (this.awaitsFree) return;
    this.awaitsFree = true;
    // Not at once: clients wait as well, and have their turn first.
    store.atWork.whenFree(() => {
      timers.after(0, () => {
        this.awaitsFree = false;
        this.goOn(() => this.takeNext());
      });
    });
  }

  /** Runs what `frame` has left to do, in a later turn. */
  private goOn(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof FerriteError)) throw error;
      this.parts.onBroken(error);
    }
  }

  private take(batch: WholeBatch): void {
    const isLarge = batch.buf.length - batch.start > this.parts.limits.slicedBytes;
    const taking = this.takingOf(batch, isLarge ? new BatchKeys() : undefined);
    if (!isLarge) atOnce(taking);
    else {
      this.taking = taking;
      this.slice(taking);
    }
  }

  /** Does a slice, and sees to the next one. */
  private slice(taking: Taking<void>): void {
    if (this.taking !== taking) return;
    const { log, timers, beginTurn } = this.parts;
    beginTurn();
    this.sliceEndMs = timers.steadyMs() + sliceMs;
    this.sliceCount = 0;
    const { done, value } = taking.next();
    // What was evicted for it.
    if (log.writer.count > 0) log.commit(() => {});
    if (done === true) {
      this.taking = undefined;
      this.takeNext();
    } else if (value === undefined) timers.after(0, () => this.goOn(() => this.slice(taking)));
    else void value.then(() => this.goOn(() => this.slice(taking)));
  }

  /** Whether a slice of a large batch is over: asked after each record. */
  private isSliceOver(keys: BatchKeys | undefined): boolean {
    if (keys === undefined || this.isHurried) return false;
    this.sliceCount += 1;
    if (this.sliceCount >= this.parts.limits.sliceRecords) return true;
    return this.sliceCount % stepRecords === 0 && this.parts.timers.steadyMs() >= this.sliceEndMs;
  }

  /** Takes in the rest of a large batch at once. */
  private hurry(taking: Taking<void>): void {
    this.isHurried = true;
    this.parts.beginTurn();
    try {
      atOnce(taking);
    } finally {
      this.isHurried = false;
      this.taking = undefined;
    }
    this.parts.timers.after(0, () => this.goOn(() => this.takeNext()));
  }

  /** `keys`: those of a large batch, to be found. */
  private *takingOf(batch: WholeBatch, keys: BatchKeys | undefined): Taking<void> {
    const { log, store } = this.parts;
    const refusal = yield* this.check(batch, keys);
    if (this.stopped) return;
    if (refusal !== undefined) {
      // What is refused waits for no room.
      this.tellStarved(false);
      this.refuse(batch, refusal);
      return;
    }
    while (keys !== undefined && store.atWork.isAny) yield store.atWork.free();
    if (this.stopped) return;
    const isSliced = keys?.isSliceable === true;
    if (log.failure !== undefined || !(yield* this.joinBatch(batch, isSliced ? keys : undefined))) {
      this.starve(batch);
      return;
    }
    this.tellStarved(false);
    this.nextNumber += 1;
  }

  private refuse(batch: WholeBatch, refusal: NonNullable<Refusal>): void {
    const { limits, nack, figures } = this.parts;
    figures.deltasRejected += 1;
    const { batch: number } = batch.head;
    const retryAfter = refusal.reason === 'skew' ? limits.retryMs : undefined;
    for (const dropped of [batch, ...this.behind]) {
      if (!isAnswer(dropped)) this.uncreditedBytes -= bytesOf(dropped);
    }
    this.behind = this.behind.filter(isAnswer);
    nack({ id: undefined, batch: number, ...refusal, retry_after: retryAfter });
    if (refusal.reason === 'forged') this.parts.onForked();
  }

  private starve(batch: WholeBatch): void {
    const { timers, limits } = this.parts;
    if (this.stopped) return;
    this.starved = batch;
    this.tellStarved(true);
    this.cancelRetry = timers.after(limits.retryMs, () => this.retryStarved());
  }

  private tellStarved(isStarved: boolean): void {
    if (isStarved !== this.wasStarved) this.parts.onStarved(isStarved);
    this.wasStarved = isStarved;
  }

  /** Tries again what did not fit. */
  private retryStarved(): void {
    const { starved } = this;
    if (starved === undefined) return;
    this.starved = undefined;
    this.behind.unshift(starved);
    this.goOn(() => this.takeNext());
  }

  /** Walks the whole batch: throws if it is malformed, and says why it is not to be joined. */
  private *check(batch: WholeBatch, keys: BatchKeys | undefined): Taking<Refusal> {
    const { reader } = this;
    const { store, identity, judgesSkew, timers, limits } = this.parts;
    const latest = judgesSkew ? store.clock.latest(timers.nowMs(), limits.maxClockSkewMs) : stampMax;
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
      if (reader.greatestStamp > latest) {
        refusal ??= { reason: 'skew', error: `stamps are ahead by more than ${limits.maxClockSkewMs} ms` };
      }
      keys?.add(reader);
      if (this.isSliceOver(keys)) yield;
    }
    return refusal;
  }

  /**
   * Joins and journals a batch, in slices where its `keys` are known; false where memory gave out: then it has to be joined
   * again.
   */
  private *joinBatch(batch: WholeBatch, keys: BatchKeys | undefined): Taking<boolean> {
    const { log, peer, figures } = this.parts;
    const frontiers: Frontier[] = [];
    const wants = new Set<number>();
    let isWhole: boolean;
    if (keys === undefined) {
      log.setSource(peer.nodeId);
      isWhole = atOnce(this.joinRecords(batch, this.reader, false, frontiers, wants));
    } else isWhole = yield* this.joinAtWork(batch, keys, frontiers, wants);
    this.noteSeen(frontiers);
    if (isWhole) {
      const { flags, batch: number, cursorSeq } = batch.head;
      const cursor = (flags & FrameFlag.cursor) === 0 ? undefined : cursorSeq;
      figures.batchesReceived += 1;
      const endsScan = cursor !== undefined && (flags & FrameFlag.scan) !== 0;
      const bytes = bytesOf(batch);
      this.held.push({ number, bytes, cursorSeq: cursor, endsScan, frontiers, wants, credited: false });
      this.release();
    }
    this.commit();
    if (keys !== undefined) this.parts.store.atWork.end();
    return isWhole;
  }

  /** Joins a large batch while its keys are at work, and puts it into a run. What it says of itself is to be journaled next. */
  private *joinAtWork(
    batch: WholeBatch,
    keys: BatchKeys,
    frontiers: Frontier[],
    wants: Set<number>,
  ): Taking<boolean> {
    const { log, peer, store } = this.parts;
    const { taking } = this;
    store.atWork.begin(keys.all, true, () => {
      if (taking !== undefined) this.hurry(taking);
    });
    // What is written here meanwhile comes after it.
    if (store.clock.believes(keys.lastStamp)) store.clock.witness(keys.lastStamp);
    const run = log.runs.begin(true);
    const isWhole = yield* this.joinRecords(batch, this.reader, false, frontiers, wants, run, keys);
    const isKept = this.isHurried ? run.finish() === true : yield* finished(run);
    log.setSource(peer.nodeId);
    if (run.count === 0) run.discard();
    else if (isKept) this.place(run, keys);
    else run.spill(log.writer);
    return isWhole;
  }

  /** The run counts from here on; who listens is told of the keys that it changed. */
  private place(run: DeltaRun, keys: BatchKeys): void {
    const { writer } = this.parts.log;
    const { origin } = this.parts.peer;
    const changed = keys.all.filter((key) => key.kind !== 0);
    const [hi, lo] = [stampHi(keys.lastStamp), stampLo(keys.lastStamp)];
    const first = changed[0]!;
    run.place();
    const { length } = first.key;
    writer.run(first.db, first.key, 0, length, origin, hi, lo, run.number, run.count, RunFlag.mixed);
    for (const { db, key, kind, type } of changed) writer.onRecord?.(kind, db, key, 0, key.length, type);
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

  /** `run`, `keys`: of a large batch. */
  private *joinRecords(
    batch: WholeBatch,
    reader: BatchReader,
    whole: boolean,
    frontiers: Frontier[],
    wants: Set<number>,
    run?: DeltaRun,
    keys?: BatchKeys,
  ): Taking<boolean> {
    const { store, log, peer, figures, isKeeper, judgesSkew } = this.parts;
    const leftOut = new Set<string>();
    const writer = run?.writer ?? log.writer;
    reader.open(batch.buf, batch.start, batch.buf.length);
    while (reader.next()) {
      if (!judgesSkew) store.clock.vouch(reader.greatestStamp);
      if (reader.kind === DeltaKind.frontier) {
        frontiers.push({ origin: reader.origin, stamp: reader.stamp, tag: reader.tag });
        continue;
      }
      if (reader.origin === peer.origin && reader.stamp > this.peerStamp) this.peerStamp = reader.stamp;
      const isKept = isKeeper && !whole && !this.takesAll && !this.isAwaited(reader);
      const result = store.join(reader, peer.vector, whole, isKept);
      if (result === Joined.full) return false;
      figures.deltasReceived += 1;
      if (result === Joined.joined) {
        copyRecord(reader, writer);
        keys?.joined(reader);
        figures.deltasJoined += 1;
      } else if (result === Joined.want) wants.add(this.want(reader.db, keyOf(reader)));
      else if (result === Joined.leftOut) {
        this.leaveOut(reader, leftOut, writer);
        keys?.joined(reader);
      }
      if (run === undefined || !this.isSliceOver(keys)) continue;
      run.flush();
      yield;
    }
    return true;
  }

  /** In the journal all the same: what is passed on from there must have no gaps. */
  private leaveOut(reader: BatchReader, leftOut: Set<string>, writer: BatchWriter): void {
    const { store, figures } = this.parts;
    const key = keyOf(reader);
    const name = nameOf(reader.db, key);
    if (!leftOut.has(name)) store.recordLeftOut(reader.db, key, writer);
    leftOut.add(name);
    copyRecord(reader, writer);
    figures.deltasLeftOut += 1;
  }

  /**
   * Whether the key of the current record was asked for. The answer may be older than what overtakes it, so that is joined with
   * what is here, even if that is nothing.
   */
  private isAwaited(reader: BatchReader): boolean {
    return this.wants.size > 0 && this.awaits(reader.db, keyOf(reader));
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
    if (this.wants.size - this.unasked.length > this.parts.limits.wantsMax) this.unasked.push(number);
    else this.ask(number);
    return number;
  }

  private ask(number: number): void {
    const want = this.wants.get(number);
    if (want === undefined || this.stopped) return;
    this.parts.want({ want: number, db: want.db, key: want.key.toString('base64') });
  }

  private joinAnswer(batch: WholeBatch): void {
    const number = batch.head.batch;
    const want = this.wants.get(number);
    if (want !== undefined && !this.joinWanted(batch, want)) {
      this.parts.timers.after(this.parts.limits.retryMs, () => {
        this.behind.unshift(batch);
        this.goOn(() => this.takeNext());
      });
      return;
    }
    this.answerBytes -= bytesOf(batch);
    if (want === undefined) return;
    this.wants.delete(number);
    this.wantedKeys.delete(want.name);
    const next = this.unasked.shift();
    if (next !== undefined) this.ask(next);
    for (const held of this.held) held.wants.delete(number);
    this.release();
    this.commit();
    for (const done of want.waiting) done(undefined);
  }

  /** Joins the answer to a want; false where it does not fit in memory. */
  private joinWanted(batch: WholeBatch, want: Want): boolean {
    const { log, peer, store, isKeeper } = this.parts;
    log.setSource(peer.nodeId);
    const isWhole = atOnce(this.joinRecords(batch, this.answerReader, true, [], new Set()));
    if (isWhole && isKeeper) store.holdWhole(want.db, want.key);
    if (!isWhole) this.commit();
    return isWhole;
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
    if (held.credited || this.stopped) return;
    held.credited = true;
    this.uncreditedBytes -= held.bytes;
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
