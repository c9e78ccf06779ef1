// Sends a peer what it lacks: the journal's tail from its cursor where that will do, a scan of the store where not.
// It keeps what is in flight, how far the peer is durable, and goes back where the peer refused a batch. It knows the
// log, the store's scans and how to put bytes on a connection, and nothing of how the connection came about.
import { atOnce } from '../base/at-once.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { BatchWriters } from '../delta/batch-writers.ts';
import { VersionVector } from '../delta/vector.ts';
import { Answers } from './answers.ts';
import type { BatchPacker } from './batch-packer.ts';
import { nackOf, type Payload, unavailable } from './envelope.ts';
import { FrameFlag, type FrameHead, frameHeaderBytes, framesOf } from './frame.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import { logStart, type Position } from './notes.ts';
import { type Frontier, frontierKey, type Peer } from './peer.ts';
import type { SyncBlock, SyncLedger, SyncLog, SyncScan, SyncStore, Timers } from './ports.ts';
import type { Rest } from './rest.ts';
import { Shortfall } from './shortfall.ts';
import { Window } from './window.ts';

/** Bytes that may wait in the socket before the sender pauses. */
const socketBytesMax = 1024 * 1024;
/** A window takes in at most this many times the bytes of a batch before coalescing. */
const windowFactor = 4;
/** Who wait at the same time for the peer to have received what there is. */
const drainsMax = 1024;
/** So often the wait after a refused scan is doubled. */
const refusalsMax = 6;
/** A deadline that is further away is looked at again after so long. */
const deadlineWaitMsMax = 3_600_000;
/** Batches of up to this share of the writer's buffer are copied out of it, and it is used again. */
const copiedShareMax = 1 / 2;

/** What goes into the frames of a batch, behind the room for a header. */
interface Body {
  readonly buf: Buffer;
  /** How long the batch is, where it is packed; else 0. */
  readonly rawBytes: number;
  /** What it takes of the window. */
  readonly bytes: number;
}

export interface SendFigures {
  deltasSent: number;
  bytesSent: number;
  batchesSent: number;
  scans: number;
}

export interface SenderParts {
  readonly store: SyncStore;
  readonly log: SyncLog;
  readonly ledger: SyncLedger;
  readonly identity: Identity;
  readonly peer: Peer;
  readonly limits: SyncLimits;
  readonly packer: BatchPacker;
  readonly writers: BatchWriters;
  readonly timers: Timers;
  readonly figures: SendFigures;
  /** An origin that the peer had before it started over, and lacks what it made under. */
  readonly peerLacks: number | undefined;
  /** Where what this node does not hold whole is to be had; undefined where nobody has it, or it is the peer itself. */
  readonly rest: Rest | undefined;
  /** Whether pushing is allowed now (policy). */
  readonly mayPush: () => boolean;
  readonly send: (frame: Buffer) => void;
  readonly nack: (payload: Payload<'nack'>) => void;
  /** Bytes that wait in the socket. */
  readonly bufferedBytes: () => number;
  /** The peer has more durably, or nothing is pending any more. */
  readonly onProgress: () => void;
  readonly onError: (error: unknown) => void;
}

interface Batch {
  readonly number: number;
  /** Until it is sent. */
  frames: readonly Buffer[];
  /** Unpacked: what it takes of the peer's window. */
  readonly bytes: number;
  readonly deltas: number;
  readonly frontiers: readonly Frontier[];
  /** Where the peer is once it has this; undefined in the middle of a scan. */
  readonly after: Position | undefined;
  /** Where to begin again when the peer refuses it; undefined: with a scan. */
  readonly before: Position | undefined;
  /** The log's seq up to which it must be durable before this may be sent. */
  readonly holdSeq: number;
  received: boolean;
}

/** Work that is done at once but for what it yields, which is waited for. */
type Sending<T> = Generator<Promise<void>, T, void>;

function endOf(block: SyncBlock): number {
  return block.firstSeq + block.count;
}

export class Sender {
  /** How far the peer has this node's log durably; undefined until a scan is through. */
  durable: Position | undefined;
  /** The last batch that the peer has received. */
  receivedNumber = 0;
  private readonly parts: SenderParts;
  /** While a batch is made. */
  private lent: BatchWriter | undefined;
  private readonly answers: Answers;
  private readonly inFlight: Batch[] = [];
  private inFlightBytes = 0;
  private nextNumber = 1;
  /** Where the tail is read on; while `scan` is set, where it will be. */
  private position: Position;
  private scan: SyncScan | undefined;
  private scanFrontiers = new Map<number, Frontier>();
  /** What the scan leaves out; undefined: nothing. */
  private scanCovered: VersionVector | undefined;
  /** Keys evicted when the scan began. */
  private scanEvicted = 0;
  /**
   * What was not here for the scan passes through the log: the scan goes on there, and ends at `seq`, once that is
   * known.
   */
  private passing: { seq: number | undefined; cancel: () => void } | undefined;
  /** What the peer is too small for. */
  private readonly shortfall = new Shortfall();
  private readonly reader: BatchReader;
  /** Refusals since the last scan, or place in the log, was acknowledged. */
  private refusals = 0;
  private held: Batch | undefined;
  /** Something waits for the peer to receive what it was sent. */
  private isFull = false;
  private pumping = false;
  private again = false;
  private stopped = false;
  private cancelRetry: (() => void) | undefined;
  private cancelRescan: (() => void) | undefined;
  private cancelDeadline: (() => void) | undefined;
  private readonly drains: { readonly seq: number; readonly done: (error: string | undefined) => void }[] =
    [];
  /** What was read of the log; the next one to go into a window. */
  private blocks: readonly SyncBlock[] = [];
  private blockAt = 0;

  /** `cursor`: a sound place in the log up to which the peer has it; undefined: none is known. */
  constructor(parts: SenderParts, cursor: Position | undefined) {
    this.parts = parts;
    this.reader = new BatchReader(parts.store.origins);
    this.answers = new Answers({
      ...parts,
      framesOf: (writer, want) =>
        framesOfBody(atOnce(this.bodyOf(writer)), { flags: FrameFlag.answer, batch: want, cursorSeq: 0 }),
      put: (frame) => this.put(frame),
      refuse: (want, error) => parts.nack(nackOf({ want, reason: unavailable, error })),
      bytesMax: () => this.shortfall.recordBytesMax,
      hasRoom: () => parts.bufferedBytes() <= socketBytesMax,
    });
    this.position = cursor ?? { seq: 0, ownSeq: 0 };
    this.durable = cursor;
    if (cursor === undefined) this.beginScan(this.covered());
    else parts.log.retain(this.pinName, cursor.seq);
  }

  /** What a scan leaves out. */
  private covered(): VersionVector {
    const covered = this.parts.peer.vector.clone();
    if (this.parts.peerLacks !== undefined) covered.retract(this.parts.peerLacks, undefined);
    return covered;
  }

  private get writer(): BatchWriter {
    this.lent ??= this.parts.writers.lend();
    return this.lent;
  }

  private giveBack(): void {
    if (this.lent !== undefined) this.parts.writers.giveBack(this.lent);
    this.lent = undefined;
  }

  private get pinName(): string {
    return `link:${this.parts.peer.nodeId}`;
  }

  /** Own records that the peer does not have durably. */
  get pendingOps(): number {
    return this.parts.identity.recordsFrom(this.durable ?? logStart);
  }

  /** Records of the log, whoever made them, that the peer does not have durably. */
  get backlog(): number {
    return Math.max(0, this.parts.log.seq - (this.durable?.seq ?? 0));
  }

  /** Whether the peer has all that the log holds, durable here or not yet. */
  get isDone(): boolean {
    return this.inFlight.length === 0 && this.hasReceived(this.parts.log.seq);
  }

  /** Why the peer is sent all but something, in words; undefined where it is sent all. */
  get leftOut(): string | undefined {
    return this.shortfall.text;
  }

  get isScanning(): boolean {
    return this.scan !== undefined || this.passing !== undefined;
  }

  get bytesInFlight(): number {
    return this.inFlightBytes;
  }

  /** Bytes of batches that were sent over this link, or those before it, and wait in the socket no more. */
  get leftBytes(): number {
    return this.parts.figures.bytesSent - this.parts.bufferedBytes();
  }

  /** Whether everything below `seq` has been taken in by the peer, but for what it is too small for. */
  private hasReceived(seq: number): boolean {
    if (this.isScanning || this.held !== undefined || this.position.seq < seq) return false;
    return this.inFlight.every((b) => b.received);
  }

  /**
   * Calls `done` once the peer has received everything that the log holds now, or with an error, all that it can take;
   * false where too many wait for that.
   */
  drain(done: (error: string | undefined) => void): boolean {
    const { log } = this.parts;
    if (this.drains.length >= drainsMax) return false;
    this.drains.push({ seq: log.seq, done });
    log.requestSync();
    this.settle();
    this.pump();
    return true;
  }

  /** Sends everything anew, whatever the peer has: EDGE.SYNC FULL. */
  resync(): void {
    // The peer awaits the number of a batch that was made and not sent.
    if (this.held !== undefined) this.nextNumber = this.held.number;
    this.held = undefined;
    this.beginScan(undefined);
    this.pump();
  }

  stop(): void {
    this.stopped = true;
    this.answers.stop();
    this.cancelRetry?.();
    this.cancelRescan?.();
    this.cancelDeadline?.();
    this.scan = undefined;
    this.endPassing();
    this.blocks = [];
  }

  /** The peer has received a batch. */
  received(number: number): void {
    this.receivedNumber = Math.max(this.receivedNumber, number);
    for (const batch of this.inFlight) {
      if (batch.number > number || batch.received) continue;
      batch.received = true;
      this.inFlightBytes -= batch.bytes;
      this.parts.peer.has(batch.frontiers);
    }
    this.settle();
    // What has come into the log since is told in the next round.
    if (this.isFull) this.pump();
  }

  /** The peer has everything up to a batch durably. */
  acknowledged(number: number): void {
    const { identity, store, log, peer } = this.parts;
    this.received(number);
    while (this.inFlight.length > 0 && this.inFlight[0]!.number <= number) {
      const batch = this.inFlight.shift()!;
      if (batch.after !== undefined) {
        this.durable = batch.after;
        this.refusals = 0;
      }
      for (const f of batch.frontiers) if (f.origin === store.self) identity.noteKnown(f.stamp);
      peer.keeps(batch.frontiers);
    }
    peer.keepsGreeting();
    if (this.shortfall.isAny) log.retain(this.pinName, this.position.seq);
    else if (this.durable !== undefined) log.retain(this.pinName, this.durable.seq);
    this.catchUp();
    this.parts.onProgress();
  }

  /**
   * The peer refuses a batch for now: it is made again after `retryAfterMs`, and all that followed it. A batch of a
   * scan brings the whole scan with it, so after each refusal in a row that waits twice as long. `recordBytesMax`: it
   * was too large for the peer, which takes so much at most; then the store is scanned too, in slices and without what
   * is larger.
   */
  refused(number: number, retryAfterMs: number, recordBytesMax?: number): void {
    const at = this.inFlight.findIndex((b) => b.number === number);
    if (at < 0) return;
    const dropped = this.inFlight.splice(at);
    for (const batch of dropped) if (!batch.received) this.inFlightBytes -= batch.bytes;
    this.held = undefined;
    this.blocks = [];
    this.nextNumber = number;
    const { before } = dropped[0]!;
    let waitMs = retryAfterMs;
    if (recordBytesMax !== undefined) this.shortfall.learn(recordBytesMax);
    if (before === undefined || recordBytesMax !== undefined) {
      this.beginScan(this.covered());
      waitMs = this.scanDelayMs(retryAfterMs);
    } else {
      this.scan = undefined;
      this.endPassing();
      this.position = before;
    }
    this.cancelRetry?.();
    this.cancelRetry = this.parts.timers.after(waitMs, () => {
      this.cancelRetry = undefined;
      this.pump();
    });
  }

  /** Before the store is scanned again: each time in a row twice as long. */
  private scanDelayMs(firstMs: number): number {
    const delayMs = firstMs * 2 ** this.refusals;
    this.refusals = Math.min(this.refusals + 1, refusalsMax);
    return delayMs;
  }

  /**
   * Sees to a scan where what was left out may fit by now, for only that can tell: something was said of it, or it has
   * expired.
   */
  private awaitFit(): void {
    const { shortfall, isScanning } = this;
    if (!shortfall.isAny || isScanning) return;
    const { timers } = this.parts;
    const leftMs = shortfall.deadlineMs - timers.nowMs();
    this.cancelDeadline?.();
    if (shortfall.mayFit || leftMs <= 0) this.rescanLater();
    else if (leftMs < Number.POSITIVE_INFINITY)
      this.cancelDeadline = timers.after(Math.min(leftMs, deadlineWaitMsMax), () => this.awaitFit());
  }

  private rescanLater(): void {
    const { timers, limits } = this.parts;
    if (this.cancelRescan !== undefined) return;
    this.cancelRescan = timers.after(this.scanDelayMs(limits.retryMs), () => {
      this.cancelRescan = undefined;
      if (!this.shortfall.isAny || this.isScanning) return;
      // As `resync` does.
      if (this.held !== undefined) this.nextNumber = this.held.number;
      this.held = undefined;
      this.beginScan(this.covered());
      this.pump();
    });
  }

  /** Answers a want with all that is known of the key. Throws FerriteError LINK_PROTOCOL where too many are open. */
  answer(want: number, db: number, key: Buffer): void {
    this.answers.ask(want, db, key);
  }

  /** To be called when more of the log is durable: clients wait for answers, which wait for no round. */
  sendAnswers(): void {
    this.answers.send();
  }

  /**
   * Sends what it may; to be called whenever something changed that could allow more. A node has many links: what can
   * be done without waiting is, so that what it takes for one link is done with before the next begins.
   */
  pump(): void {
    this.answers.send();
    this.again = true;
    if (this.pumping || this.stopped) return;
    this.pumping = true;
    this.goOn(this.sending());
  }

  private goOn(sending: Sending<void>): void {
    try {
      const { done, value } = sending.next();
      if (done === true) return;
      value.then(
        () => this.goOn(sending),
        (error: unknown) => this.fail(sending, error),
      );
    } catch (error) {
      this.parts.onError(error);
    }
  }

  private fail(sending: Sending<void>, error: unknown): void {
    sending.return();
    this.parts.onError(error);
  }

  private *sending(): Sending<void> {
    try {
      while (this.again && !this.stopped) {
        this.again = false;
        yield* this.sendWhilePossible();
      }
    } finally {
      this.giveBack();
      // In the same turn as the last look at `again`: a call in between would be lost.
      this.pumping = false;
    }
    this.settle();
  }

  private *sendWhilePossible(): Sending<void> {
    while (this.maySend()) {
      const batch = yield* this.nextBatch();
      if (this.stopped || batch === undefined || !this.trySend(batch)) return;
    }
  }

  private maySend(): boolean {
    const { peer, mayPush, bufferedBytes } = this.parts;
    if (this.stopped || this.cancelRetry !== undefined || !mayPush()) return false;
    if (bufferedBytes() > socketBytesMax) return false;
    this.isFull = this.inFlightBytes > 0 && this.inFlightBytes >= peer.facts.windowBytes;
    return !this.isFull;
  }

  private *nextBatch(): Sending<Batch | undefined> {
    if (this.held !== undefined) return this.held;
    if (this.scan === undefined) return this.isAtNotes ? this.passNotes() : yield* this.tailBatch();
    const { atWork } = this.parts.store;
    if (!atWork.isAny) return this.scanBatch(this.scan);
    atWork.whenFree(() => this.pump());
    return undefined;
  }

  private get isAtNotes(): boolean {
    return this.passing === undefined && this.position.seq >= this.parts.log.newsSeq;
  }

  /** Whatever one link has noted, all others pass over it, so that has to cost them next to nothing. */
  private passNotes(): undefined {
    const { log } = this.parts;
    const { durableSeq: seq } = log;
    if (seq > this.position.seq) {
      this.position = { seq, ownSeq: log.ownSeq };
      this.catchUp();
    }
    if (seq < log.seq) log.requestSync();
  }

  private trySend(batch: Batch): boolean {
    const { log, peer, figures } = this.parts;
    this.held = batch;
    if (log.durableSeq < batch.holdSeq) {
      // What was recorded when the batch was made may be nobody else's to commit: a read that purged a key.
      if (log.seq < batch.holdSeq) log.commit(() => {});
      log.requestSync();
      return false;
    }
    this.isFull = this.inFlightBytes > 0 && this.inFlightBytes + batch.bytes > peer.facts.windowBytes;
    if (this.isFull) return false;
    this.held = undefined;
    this.inFlight.push(batch);
    this.inFlightBytes += batch.bytes;
    figures.deltasSent += batch.deltas;
    figures.batchesSent += 1;
    for (const frame of batch.frames) this.put(frame);
    batch.frames = [];
    return true;
  }

  private put(frame: Buffer): void {
    this.parts.figures.bytesSent += frame.length;
    this.parts.send(frame);
  }

  private beginScan(covered: VersionVector | undefined): void {
    const { store, ledger, log, peer, identity, figures, rest } = this.parts;
    log.setSource('');
    ledger.advance(store.self, store.clock.last(), identity.tag);
    log.commit(() => {});
    log.requestSync();
    figures.scans += 1;
    this.shortfall.clear();
    this.blocks = [];
    this.endPassing();
    this.scanCovered = covered;
    this.scanEvicted = store.evictedCount;
    this.scanFrontiers.clear();
    for (const [origin, entry] of ledger.vector.entries()) {
      // What others made may be among what is not held here any more.
      if (rest === undefined && !store.holdsAll && origin !== store.self) continue;
      const known = peer.vector.stampOf(origin);
      if (entry.stamp <= known) continue;
      const entries =
        origin === store.self
          ? identity.ownEntries(known, entry.stamp)
          : identity.entriesOf(store.origins.name(origin), known, entry);
      this.noteScanned(entries.map((e) => ({ origin, ...e })));
    }
    this.position = { seq: log.seq, ownSeq: log.ownSeq };
    log.retain(this.pinName, log.seq);
    this.scan = store.scan(covered);
  }

  private scanBatch(scan: SyncScan): Batch {
    const { log, limits } = this.parts;
    const { writer } = this;
    writer.reset(frameHeaderBytes);
    const { recordBytesMax } = this.shortfall;
    const hasMore = scan.next(writer, Math.min(limits.batchBytes, recordBytesMax), recordBytesMax);
    this.shortfall.sift(writer, frameHeaderBytes, this.reader);
    const deltas = writer.count;
    if (!hasMore) this.scan = undefined;
    if (!hasMore && !this.beginPassing()) return this.endScan(Math.max(log.seq, this.storeSeq()), deltas);
    return this.partOf(deltas, this.storeSeq());
  }

  /** The batch being made, without a word on how far it goes. */
  private partOf(deltas: number, holdSeq: number, body?: Body): Batch {
    return this.batchOf(deltas, [], FrameFlag.scan, undefined, undefined, holdSeq, body);
  }

  /**
   * Where some keys were not here for the scan, or may not have been: has them pass through the log, from the place in
   * it at which the scan began. Asked for at the scan's end, so that whatever is here when it comes was scanned, or is
   * in the log.
   */
  private beginPassing(): boolean {
    const { store, rest, log } = this.parts;
    if (rest === undefined || (store.holdsAll && store.evictedCount === this.scanEvicted)) return false;
    const passing: NonNullable<Sender['passing']> = { seq: undefined, cancel: () => {} };
    this.passing = passing;
    passing.cancel = rest.pass(() => {
      if (this.passing !== passing) return;
      passing.seq = log.seq + log.writer.count;
      log.requestSync();
      this.pump();
    });
    return true;
  }

  private endPassing(): void {
    this.passing?.cancel();
    this.passing = undefined;
  }

  /** Ends the batch being made, the last of a scan. */
  private endScan(holdSeq: number, deltas: number): Batch {
    if (this.shortfall.isAny) {
      this.awaitFit();
      return this.partOf(deltas, holdSeq);
    }
    const frontiers = [...this.scanFrontiers.values()];
    this.scanFrontiers.clear();
    this.scanCovered = undefined;
    for (const f of frontiers) this.writer.frontier(f.origin, f.stamp, f.tag);
    return this.batchOf(deltas, frontiers, FrameFlag.scan, this.position, undefined, holdSeq);
  }

  private noteScanned(frontiers: readonly Frontier[]): void {
    for (const f of frontiers) {
      const key = frontierKey(f);
      if (f.stamp > (this.scanFrontiers.get(key)?.stamp ?? 0)) this.scanFrontiers.set(key, f);
    }
  }

  /** The seq up to which the log holds what the store shows now. */
  private storeSeq(): number {
    const { log } = this.parts;
    return log.seq + log.writer.count;
  }

  private *tailBatch(): Sending<Batch | undefined> {
    const { log, limits, store, peer, identity, ledger } = this.parts;
    const { passing } = this;
    const before = this.position;
    if (passing?.seq !== undefined && before.seq >= passing.seq) {
      this.passing = undefined;
      this.writer.reset(frameHeaderBytes);
      return this.endScan(before.seq, 0);
    }
    const covered = passing === undefined ? peer.vector : (this.scanCovered ?? new VersionVector());
    const { shortfall } = this;
    const window = new Window(store.origins, store.self, shortfall, this.reader);
    let { seq, ownSeq } = before;
    let rawBytes = 0;
    while (rawBytes < limits.batchBytes * windowFactor) {
      if (window.bytes >= limits.batchBytes || window.deltas >= limits.batchDeltas) break;
      const block = yield* this.nextBlock(seq);
      if (this.stopped || this.scan !== undefined || this.position !== before) return undefined;
      if (block === undefined) break;
      window.add(block, peer, covered);
      rawBytes += block.end - block.start;
      for (const run of window.runs) {
        const bytes = yield* this.addRun(window, run, block.source, before, covered);
        if (bytes === undefined) return undefined;
        rawBytes += bytes;
      }
      seq = endOf(block);
      ownSeq += block.ownCount;
    }
    if (seq === before.seq) {
      if (log.durableSeq < log.seq) log.requestSync();
      return undefined;
    }
    if (window.lastOwnStamp > 0 && identity.tagOf(window.lastOwnStamp) === identity.tag) {
      ledger.witnessOwn(window.lastOwnStamp);
    }
    const { writer } = this;
    writer.reset(frameHeaderBytes);
    const emitKey = (w: BatchWriter, db: number, key: Uint8Array): boolean =>
      store.holds(db, key) && !store.atWork.has(db, key, 0, key.length) && store.emitKey(w, db, key);
    const ownEntries = (known: number, stamp: number) => identity.ownEntries(known, stamp);
    this.awaitFit();
    const isPart = passing !== undefined || shortfall.isAny;
    const written = yield* this.inTurns(window.write(writer, emitKey, ownEntries, !isPart), before);
    if (written === undefined) return undefined;
    const isEmpty = writer.count === 0;
    const body = yield* this.inTurns(this.bodyOf(writer), before);
    if (body === undefined) return undefined;
    const { deltas, frontiers, showsStore } = written;
    // Where the count began may be an estimate; where nothing but notes follows it is known.
    const after = { seq, ownSeq: seq >= log.newsSeq ? log.ownSeq : ownSeq };
    this.position = after;
    if (passing !== undefined) this.noteScanned(frontiers);
    if (isEmpty) {
      this.giveBack();
      this.catchUp();
      this.again = true;
      return undefined;
    }
    const holdSeq = showsStore ? this.storeSeq() : seq;
    return isPart
      ? this.partOf(deltas, holdSeq, body)
      : this.batchOf(deltas, frontiers, 0, after, before, holdSeq, body);
  }

  /** Does all of something, and lets others have their turn in between; undefined where it makes no sense any more. */
  private *inTurns<T>(steps: Generator<void, T, void>, before: Position): Sending<T | undefined> {
    let step = steps.next();
    while (step.done !== true) {
      yield this.othersTurn();
      if (this.stopped || this.scan !== undefined || this.position !== before) return undefined;
      step = steps.next();
    }
    return step.value;
  }

  /** Lets everything else that waits have its turn. */
  private othersTurn(): Promise<void> {
    return new Promise((resolve) => {
      this.parts.timers.after(0, resolve);
    });
  }

  /**
   * Takes in the blocks of a run, which came from where the record that names it did. Returns its bytes, or undefined
   * where sending from `before` on makes no sense any more.
   */
  private *addRun(
    window: Window,
    number: number,
    source: string,
    before: Position,
    covered: VersionVector,
  ): Sending<number | undefined> {
    const { log, peer } = this.parts;
    let blocks: SyncBlock[] | undefined;
    yield log.readRun(number).then((read) => {
      blocks = read;
    });
    if (this.stopped || this.scan !== undefined || this.position !== before) return undefined;
    if (blocks === undefined) {
      this.beginScan(this.covered());
      this.again = true;
      return undefined;
    }
    let bytes = 0;
    for (const block of blocks) {
      window.add({ ...block, source }, peer, covered, true);
      bytes += block.end - block.start;
      yield this.othersTurn();
      if (this.stopped || this.scan !== undefined || this.position !== before) return undefined;
    }
    return bytes;
  }

  /** The durable block at `seq`; undefined at the end, and where a scan had to begin in its place. */
  private *nextBlock(seq: number): Sending<SyncBlock | undefined> {
    const { log, limits } = this.parts;
    const { blocks } = this;
    while (this.blockAt < blocks.length && endOf(blocks[this.blockAt]!) <= seq) this.blockAt += 1;
    const next = blocks[this.blockAt];
    // What was being read while the peer refused a batch begins behind the place that is gone back to.
    if (next !== undefined && next.firstSeq <= seq) return next;
    this.blocks = [];
    this.blockAt = 0;
    if (seq >= log.durableSeq) return undefined;
    const reading = log.read(seq, limits.batchBytes * windowFactor);
    if (reading === undefined) {
      this.beginScan(this.covered());
      this.again = true;
      return undefined;
    }
    if (reading instanceof Promise) {
      yield reading.then((read) => {
        this.blocks = read;
      });
    } else this.blocks = reading;
    return this.blocks[0];
  }

  /** Where nothing is in flight, what was read and held nothing for the peer is as good as acknowledged. */
  private catchUp(): void {
    if (this.inFlight.length > 0 || this.isScanning || this.held !== undefined) return;
    if (this.shortfall.isAny) return;
    if (this.durable === this.position) return;
    this.durable = this.position;
    this.parts.onProgress();
  }

  private batchOf(
    deltas: number,
    frontiers: readonly Frontier[],
    flags: number,
    after: Position | undefined,
    before: Position | undefined,
    holdSeq: number,
    body: Body = atOnce(this.bodyOf(this.writer)),
  ): Batch {
    const number = this.nextNumber++;
    const cursor = after === undefined ? 0 : FrameFlag.cursor;
    const { bytes } = body;
    const frames = framesOfBody(body, {
      flags: flags | cursor,
      batch: number,
      cursorSeq: after?.seq ?? 0,
    });
    this.giveBack();
    return { number, frames, bytes, deltas, frontiers, after, before, holdSeq, received: false };
  }

  /** What the frames of what was written hold: packed, where that makes it smaller and the peer unpacks. */
  private *bodyOf(writer: BatchWriter): Generator<void, Body, void> {
    const { packer, peer, limits } = this.parts;
    const bytes = writer.pos;
    const packed = peer.facts.unpacks && limits.packs ? yield* packer.packing(writer.buf, bytes) : undefined;
    if (packed !== undefined) return { buf: packed, rawBytes: bytes - frameHeaderBytes, bytes };
    const isCopied = bytes <= writer.buf.length * copiedShareMax;
    const buf = isCopied ? Buffer.from(writer.buf.subarray(0, bytes)) : writer.take(0);
    return { buf: buf.subarray(0, bytes), rawBytes: 0, bytes };
  }

  private settle(): void {
    for (let i = this.drains.length - 1; i >= 0; i--) {
      const drain = this.drains[i]!;
      if (!this.hasReceived(drain.seq)) continue;
      this.drains.splice(i, 1);
      drain.done(this.leftOut);
    }
  }
}

function framesOfBody({ buf, rawBytes }: Body, head: Omit<FrameHead, 'rawBytes'>): Buffer[] {
  return framesOf(buf, buf.length, { ...head, rawBytes });
}
