// Takes a peer's batches in: checks a whole batch, joins it in one turn, appends what changed to the log together with
// frontiers and cursor, and acknowledges: received at once, durable when the log says so. A large batch is checked and
// joined in slices, while its keys are at work, and goes into a run of the log, which counts as a whole (SPEC.md,
// "Receiving"). Batches that wait for an answer to `want` hold back their frontiers and those after them. It knows no
// connection but the words it may say.
import { atOnce } from '../base/at-once.ts';
import { stampHi, stampLo } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import { RunFlag } from '../delta/kinds.ts';
import type { OriginNames } from '../delta/origins.ts';
import { type DeltaRun, finished } from '../store/delta-run.ts';
import { BatchKeys } from './batch-keys.ts';
import { unpackBatch } from './batch-packer.ts';
import { nackOf, type Payload } from './envelope.ts';
import {
  BatchAssembly,
  batchBytesMax,
  FrameFlag,
  frameHeaderBytes,
  isAnswer,
  isOfScan,
  type WholeBatch,
} from './frame.ts';
import type { Identity } from './identity.ts';
import { judgeBatch, type Refusal } from './judge-batch.ts';
import type { SyncLimits } from './limits.ts';
import type { Frontier, Peer } from './peer.ts';
import type { SyncLedger, SyncLog, SyncStore, Timers } from './ports.ts';
import { type Outcome, RecordJoiner } from './record-joiner.ts';
import { SlicePace } from './slice-pace.ts';
import { type FetchDone, type Wanted, Wants } from './wants.ts';

/** Note from starting over to the end of the full copy: this node's origin before, whose deltas it
 * lacks too, the hash of the horizon that it was behind, and the node whose copy it awaits. */
export const lacksNote = 'lacks';
/**
 * Batches held for answers before the peer gets no more credit, and how many times the keys that may be asked for at a
 * time they want.
 */
const heldCreditMax = 1024;
const wantedCreditFactor = 16;
/** A batch is as large as so many times the memory of this node at most: there, much of it is packed. */
const batchMemoriesMax = 4;
/**
 * A record that finds no room and is more than this share of the memory never will; a little less is told, for keys
 * count, too.
 */
const recordShareMax = 0.8;
const recordShareTold = 0.75;
/**
 * What finds no room is to be made anew after so many tries, and each time in a row after twice as many: what was
 * removed since may be behind it.
 */
const triesMax = 12;
const doublingsMax = 6;
/** An answer that is too large is asked for again after so many times as long as others. */
const tooLargeFactor = 64;
export interface ReceiveFigures {
  deltasReceived: number;
  deltasJoined: number;
  /** Of batches and answers that were refused. */
  deltasRejected: number;
  bytesReceived: number;
  batchesReceived: number;
  wants: number;
  /** Wants that the peer could not answer. */
  wantsRefused: number;
  /** Deltas of keys that are not held whole here: not joined. */
  deltasLeftOut: number;
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
  /** What the peer has is too large for this node, which is to get all the rest. */
  readonly onTooLarge: (error: string) => void;
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

function unpacked(batch: WholeBatch): WholeBatch {
  const { head, buf, start } = batch;
  return head.rawBytes === 0
    ? batch
    : { head, buf: unpackBatch(buf.subarray(start), head.rawBytes), start: 0 };
}

/** What a batch takes of the window. */
function bytesOf({ buf, start }: WholeBatch): number {
  return buf.length - start + frameHeaderBytes;
}

/** How a batch is taken in: what it yields is waited for before the next slice, if anything. */
type Taking<T> = Generator<Promise<void> | undefined, T, void>;

export class Receiver {
  /** A batch waits for memory. */
  starved: WholeBatch | undefined;
  /**
   * Why this node lacks what the peer has, and is to get all the rest: it is too large; undefined where it lacks
   * nothing.
   */
  lacks: string | undefined;
  private readonly parts: ReceiverParts;
  private readonly assembly: BatchAssembly;
  private readonly reader: BatchReader;
  /** For answers, while `reader` may stand in the midst of a batch. */
  private readonly answerReader: BatchReader;
  private readonly held: HeldBatch[] = [];
  private readonly wants: Wants;
  private readonly joiner: RecordJoiner;
  private readonly pace: SlicePace;
  /** Of numbered batches that have come and were not said to be received. */
  private uncreditedBytes = 0;
  /** Of answers that have come and are not joined. */
  private answerBytes = 0;
  /** The last batch that is received, and not said to be. */
  private credited: number | undefined;
  private readonly durables: { readonly seq: number; readonly number: number }[] = [];
  /** What has come and is not begun, in order. */
  private behind: WholeBatch[] = [];
  /** A large batch that is taken in. */
  private taking: Taking<void> | undefined;
  private awaitsFree = false;
  private nextNumber = 1;
  /** A batch was refused, and has not come again. */
  private hasRefused = false;
  private wasStarved = false;
  /** How often the batch that waits for room was tried in vain; how often in a row one was asked for anew. */
  private tries = 0;
  private timesAnew = 0;
  /** The record that found no room last. */
  private fullBytes = 0;
  private stopped = false;
  private cancelRetry: (() => void) | undefined;

  constructor(parts: ReceiverParts) {
    this.parts = parts;
    // What is written at once is kept in memory there: it is not much more than fits here, or never fits.
    const batchMax = Math.max(parts.limits.windowBytes, parts.store.limitBytes * batchMemoriesMax);
    this.assembly = new BatchAssembly(Math.min(batchMax, batchBytesMax));
    this.reader = new BatchReader(parts.origins);
    this.answerReader = new BatchReader(parts.origins);
    this.wants = new Wants({ ...parts, ask: parts.want });
    this.joiner = new RecordJoiner({ ...parts, wants: this.wants });
    this.pace = new SlicePace(parts.limits, parts.timers);
    // The first word on durability is of what this node greeted with.
    this.durables.push({ seq: parts.log.seq + parts.log.writer.count, number: 0 });
  }

  stop(): void {
    this.stopped = true;
    this.cancelRetry?.();
    this.wants.stop();
  }

  /** See Wants. */
  fetch(db: number, key: Buffer, done: FetchDone): () => void {
    return this.wants.fetch(db, key, done);
  }

  /** A full copy is under way, or not any more: what is not held whole is joined too. */
  set takesAll(takesAll: boolean) {
    this.joiner.takesAll = takesAll;
  }

  /** The last batch that has come. */
  get lastNumber(): number {
    return this.nextNumber - 1 + this.waitingCount;
  }

  /** Whether all of a batch, and of those before it, is joined: nothing waits for room, or for an answer. */
  hasTaken(number: number): boolean {
    return number < this.nextNumber && this.held.every((held) => held.number > number);
  }

  /** Whether something that the peer has is not taken in for want of room. */
  get isStarved(): boolean {
    return this.wasStarved || this.lacks !== undefined;
  }

  /** Why what the peer sends waits, in words; undefined where it does not. */
  get noRoom(): string | undefined {
    if (!this.wasStarved) return undefined;
    const { failure } = this.parts.log;
    return failure === undefined
      ? 'no memory for what the peer sends'
      : `the disk does not take what the peer sends: ${failure}`;
  }

  /** Batches that wait for answers. */
  get heldCount(): number {
    return this.held.length;
  }

  /** Whether a key was asked for, and is not here yet. */
  awaits(db: number, key: Buffer): boolean {
    return this.wants.awaits(db, key);
  }

  /** Takes a frame. Throws FerriteError LINK_PROTOCOL where the peer broke the protocol: nothing of it was joined. */
  frame(frame: Buffer): void {
    this.parts.figures.bytesReceived += frame.length;
    const assembled = this.assembly.add(frame);
    if (assembled === undefined) return;
    if (assembled.isTooLong) {
      this.refuseLong(assembled);
      return;
    }
    const batch = unpacked(assembled);
    if (isAnswer(batch)) {
      this.answerReader.verify(batch.buf, batch.start, batch.buf.length);
      if (!this.admitAnswer(batch)) return;
    } else if (!this.admit(batch)) return;
    this.behind.push(batch);
    this.takeNext();
  }

  /**
   * Whether a numbered batch is the next one. Throws FerriteError LINK_PROTOCOL where it does not follow the one
   * before, or is beyond the window.
   */
  private admit(batch: WholeBatch): boolean {
    const { batch: number } = batch.head;
    const next = this.nextNumber + this.waitingCount;
    if (number !== next) {
      // After a refusal the peer goes back: what it had sent in the meantime comes again.
      if (this.hasRefused) return false;
      throw new FerriteError('LINK_PROTOCOL', `the peer sent batch ${number} in place of ${next}`);
    }
    this.hasRefused = false;
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

  /** A batch that is longer than can be put together here was not kept. */
  private refuseLong(batch: WholeBatch): void {
    const { batch: number } = batch.head;
    const error = 'longer than this node can put together';
    if (isAnswer(batch)) this.wants.refused(number, error, tooLargeFactor);
    else if (number === this.nextNumber + this.waitingCount) {
      this.hasRefused = true;
      this.nackLarge(number, error);
    }
  }

  private nackLarge(number: number, error: string): void {
    const { onTooLarge } = this.parts;
    if (this.lacks === undefined) onTooLarge(error);
    this.lacks = `what the peer has is too large for this node: ${error}`;
    this.nackAnew(number, 'too_large', error);
  }

  /** Has the peer go through its store instead, as that is by then. */
  private nackAnew(batch: number, reason: Refusal['reason'], error: string): void {
    const { limits, nack, store } = this.parts;
    const bytes = Math.floor(store.limitBytes * recordShareTold);
    nack(nackOf({ batch, reason, error, retry_after: limits.retryMs, bytes }));
  }

  /** Whether the record that found no room last will never find any. */
  private get isTooLarge(): boolean {
    const { log, store } = this.parts;
    return log.failure === undefined && this.fullBytes > store.limitBytes * recordShareMax;
  }

  /**
   * Whether an answer was asked for, and there is room for it to wait; if not, the key is asked for again by and by.
   */
  private admitAnswer(batch: WholeBatch): boolean {
    const { batch: number } = batch.head;
    if (!this.wants.isAsked(number)) return false;
    const bytes = this.answerBytes + bytesOf(batch);
    if (this.answerBytes > 0 && bytes > this.parts.limits.windowBytes) {
      this.wants.askLater(number);
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
    this.pace.begin();
    const { done, value } = taking.next();
    // What was evicted for it.
    if (log.writer.count > 0) log.commit(() => {});
    if (done === true) {
      this.taking = undefined;
      this.takeNext();
    } else if (value === undefined) timers.after(0, () => this.goOn(() => this.slice(taking)));
    else void value.then(() => this.goOn(() => this.slice(taking)));
  }

  /** Takes in the rest of a large batch at once. */
  private hurry(taking: Taking<void>): void {
    this.pace.isHurried = true;
    this.parts.beginTurn();
    try {
      atOnce(taking);
    } finally {
      this.pace.isHurried = false;
      this.taking = undefined;
    }
    this.parts.timers.after(0, () => this.goOn(() => this.takeNext()));
  }

  /** `keys`: those of a large batch, to be found. */
  private *takingOf(batch: WholeBatch, keys: BatchKeys | undefined): Taking<void> {
    const { log, store } = this.parts;
    const refusal = yield* judgeBatch(this.parts, batch, this.reader, keys && { keys, pace: this.pace });
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
    let isJoined = log.failure === undefined && (yield* this.joinBatch(batch, isSliced ? keys : undefined));
    // Keys at work are not evicted: at once, each may go to make room for the next.
    if (!isJoined && isSliced && log.failure === undefined && store.evictsForJoins && !store.atWork.isAny) {
      isJoined = yield* this.joinBatch(batch, undefined);
    }
    if (!isJoined) {
      if (this.isTooLarge) {
        this.tellStarved(false);
        const error = `a value of ${this.fullBytes} bytes`;
        this.refuse(batch, { reason: 'too_large', error, deltas: 1 });
      } else this.starve(batch);
      return;
    }
    this.tries = 0;
    if (this.timesAnew === 0) this.tellStarved(false);
    this.nextNumber += 1;
  }

  private refuse(batch: WholeBatch, { reason, error, deltas }: Refusal): void {
    const { limits, nack, figures } = this.parts;
    figures.deltasRejected += deltas;
    this.hasRefused = true;
    const { batch: number } = batch.head;
    for (const dropped of [batch, ...this.behind]) {
      if (!isAnswer(dropped)) this.uncreditedBytes -= bytesOf(dropped);
    }
    this.behind = this.behind.filter(isAnswer);
    if (reason === 'too_large') {
      this.nackLarge(number, error);
      return;
    }
    if (reason === 'busy') {
      this.nackAnew(number, reason, error);
      return;
    }
    nack(nackOf({ batch: number, reason, error, ...(reason === 'skew' && { retry_after: limits.retryMs }) }));
    if (reason === 'forged') this.parts.onForked();
  }

  /** Has a batch for which there is no room wait; by and by it is to be made anew. */
  private starve(batch: WholeBatch): void {
    const { timers, limits, log } = this.parts;
    if (this.stopped) return;
    this.tellStarved(true);
    this.tries += 1;
    if (log.failure === undefined && this.tries > triesMax * 2 ** Math.min(this.timesAnew, doublingsMax)) {
      this.tries = 0;
      this.timesAnew += 1;
      this.refuse(batch, { reason: 'busy', error: 'no memory for what this peer sends', deltas: 0 });
      return;
    }
    this.starved = batch;
    this.cancelRetry = timers.after(limits.retryMs, () => this.retryStarved());
  }

  private tellStarved(isStarved: boolean): void {
    if (isStarved !== this.wasStarved) this.parts.onStarved(isStarved);
    this.wasStarved = isStarved;
  }

  /** All that was asked for anew has found room. */
  private endScarcity(): void {
    this.timesAnew = 0;
    this.tellStarved(false);
  }

  /** Tries again what did not fit. */
  private retryStarved(): void {
    const { starved } = this;
    if (starved === undefined) return;
    this.goOn(() => {
      if (this.tries % triesMax === 1) this.takeRemovals();
      this.starved = undefined;
      this.behind.unshift(starved);
      this.takeNext();
    });
  }

  /** Joins what of the scan behind the batch that waits for room may make some; it comes again in its turn. */
  private takeRemovals(): void {
    const { log, peer, store, beginTurn } = this.parts;
    beginTurn();
    if (store.atWork.isAny) return;
    const behind = this.behind.filter((batch) => !isAnswer(batch));
    const mayNot = (batch: WholeBatch): boolean =>
      !isOfScan(batch) || atOnce(judgeBatch(this.parts, batch, this.reader)) !== undefined;
    const end = behind.findIndex(mayNot);
    log.setSource(peer.nodeId);
    for (const batch of end < 0 ? behind : behind.slice(0, end)) {
      const { leftOut } = atOnce(this.joiner.join(batch, this.reader, { isFull: true }));
      this.noteSeen([]);
      this.noteLeftOut(leftOut);
    }
    this.commit();
  }

  /**
   * Joins and journals a batch, in slices where its `keys` are known; false where memory gave out: then it has to be
   * joined again.
   */
  private *joinBatch(batch: WholeBatch, keys: BatchKeys | undefined): Taking<boolean> {
    const { log, peer, figures } = this.parts;
    if (keys === undefined) log.setSource(peer.nodeId);
    const outcome =
      keys === undefined ? atOnce(this.joiner.join(batch, this.reader)) : yield* this.joinAtWork(batch, keys);
    this.fullBytes = outcome.fullBytes;
    this.noteSeen(outcome.frontiers);
    this.noteLeftOut(outcome.leftOut);
    if (outcome.isWhole) {
      const { frontiers, wants } = outcome;
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
    return outcome.isWhole;
  }

  /**
   * Joins a large batch while its keys are at work, and puts it into a run. What it says of itself is to be journaled
   * next.
   */
  private *joinAtWork(batch: WholeBatch, keys: BatchKeys): Taking<Outcome> {
    const { log, peer, store } = this.parts;
    const { taking } = this;
    store.atWork.begin(keys.names, true, () => {
      if (taking !== undefined) this.hurry(taking);
    });
    // What is written here meanwhile comes after it.
    if (store.clock.believes(keys.lastStamp)) store.clock.witness(keys.lastStamp);
    const run = log.runs.begin(true);
    const outcome = yield* this.joiner.join(batch, this.reader, {
      large: { slices: { keys, pace: this.pace }, run },
    });
    keys.tell(log.writer.onRecord);
    const isKept = this.pace.isHurried ? run.finish() === true : yield* finished(run);
    log.setSource(peer.nodeId);
    if (run.count === 0) run.discard();
    else if (isKept) this.place(run, keys);
    else run.spill(log.writer);
    return outcome;
  }

  /** The run counts from here on. */
  private place(run: DeltaRun, { changed, lastStamp }: BatchKeys): void {
    const { log, peer } = this.parts;
    const { db, key } = changed!;
    const [hi, lo] = [stampHi(lastStamp), stampLo(lastStamp)];
    run.place();
    log.writer.run(db, key, 0, key.length, peer.origin, hi, lo, run.number, run.count, RunFlag.mixed);
  }

  /** In the middle of a scan: remembers how far the peer's own stamps went, should the end never come. */
  private noteSeen(frontiers: readonly Frontier[]): void {
    const { peer, identity, store } = this.parts;
    const stamp = this.joiner.takePeerStamp();
    if (stamp === 0 || frontiers.some((f) => f.origin === peer.origin && f.stamp >= stamp)) return;
    const name = store.origins.name(peer.origin);
    if (stamp > (identity.seenOf(name)?.stamp ?? 0)) identity.noteSeen(name, { stamp, tag: peer.facts.tag });
  }

  /** What was left out is with the peer alone. */
  private noteLeftOut(stamps: Outcome['leftOut']): void {
    for (const [origin, stamp] of stamps) this.parts.ledger.lettingGo(origin, stamp);
  }

  /** The peer cannot have a key that was asked for. */
  wantRefused(number: number, error: string): void {
    this.wants.refused(number, error);
  }

  private joinAnswer(batch: WholeBatch): void {
    const number = batch.head.batch;
    const want = this.wants.get(number);
    const refusal = want && atOnce(judgeBatch(this.parts, batch, this.answerReader));
    if (want !== undefined && refusal === undefined && !this.joinWanted(batch, want)) {
      if (this.isTooLarge) {
        this.answerBytes -= bytesOf(batch);
        this.wants.refused(
          number,
          `a value of ${this.fullBytes} bytes is too large for this node`,
          tooLargeFactor,
        );
        return;
      }
      this.parts.timers.after(this.parts.limits.retryMs, () => {
        this.behind.unshift(batch);
        this.goOn(() => this.takeNext());
      });
      return;
    }
    this.answerBytes -= bytesOf(batch);
    if (want === undefined) return;
    if (refusal !== undefined) {
      this.refuseAnswer(number, refusal);
      return;
    }
    const waiting = this.wants.answered(number);
    for (const held of this.held) held.wants.delete(number);
    this.release();
    this.commit();
    for (const done of waiting) done(undefined);
  }

  private refuseAnswer(number: number, { reason, error, deltas }: Refusal): void {
    const { figures, nack, onForked } = this.parts;
    figures.deltasRejected += deltas;
    nack(nackOf({ want: number, reason, error }));
    if (reason === 'forged') onForked();
    else this.wants.askLater(number);
  }

  /** Joins the answer to a want; false where it does not fit in memory. */
  private joinWanted(batch: WholeBatch, want: Wanted): boolean {
    const { log, peer, store, isKeeper } = this.parts;
    log.setSource(peer.nodeId);
    const { isWhole, fullBytes } = atOnce(this.joiner.join(batch, this.answerReader, { isAnswer: true }));
    this.fullBytes = fullBytes;
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
        const before = ledger.vector.get(f.origin);
        const isNews = ledger.advance(f.origin, f.stamp, f.tag);
        identity.noteTag(name, f.tag, isNews ? before : undefined);
        if (f.stamp >= (identity.seenOf(name)?.stamp ?? 0)) identity.noteSeen(name, undefined);
      }
      peer.has(held.frontiers);
      peer.keeps(held.frontiers);
      if (held.cursorSeq !== undefined) {
        this.noteCursor(held.cursorSeq);
        this.lacks = undefined;
        if (this.timesAnew > 0 && this.starved === undefined) this.endScarcity();
      }
      if (held.endsScan) this.noteWhole();
      this.durables.push({ seq: log.seq + log.writer.count, number: held.number });
      this.credit(held);
    }
    if (this.wants.count >= this.parts.limits.wantsMax * wantedCreditFactor) return;
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
    this.credited = held.number;
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

  /**
   * To be called when more of the log is durable: tells the peer, once for all batches, together with what was
   * received.
   */
  tellDurable(): void {
    const { log, ack } = this.parts;
    let durable: number | undefined;
    while (this.durables.length > 0 && this.durables[0]!.seq <= log.durableSeq) {
      durable = this.durables.shift()!.number;
    }
    const received = this.credited;
    this.credited = undefined;
    if (!this.stopped && (received ?? durable) !== undefined) ack({ received, durable });
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
