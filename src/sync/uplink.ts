// One address that this node dials, its hub's or a peer's: the link, when it pushes (policy), what is pending for it,
// and a sync on demand. Where the node at that address has a live link with this one already, the uplink rests and that
// link stands in for it. It knows no other uplinks and no sockets: the engine decides who stands in, `dial` connects.
import { FerriteError } from '../base/errors.ts';
import { nodeIdOf } from '../delta/origins.ts';
import { uplinkOriginNote } from './greeting.ts';
import { Link, type LinkParts, newFigures } from './link.ts';
import { hasGivenUp } from './link-machine.ts';
import { notedPosition, type Position } from './notes.ts';
import type { Dial } from './transport.ts';
import type { FetchDone } from './wants.ts';

export type SyncPolicy = 'immediate' | 'periodic' | 'opportunistic' | 'never';

/** So long a sync on demand waits while nothing moves. */
const patienceMs = 60_000;

export interface UplinkTarget {
  /** The address for people: without credentials. No two uplinks have the same. */
  readonly url: string;
  /** The hub, not a peer: its clock is not judged, and EDGE.SYNC waits for it. */
  readonly isHub: boolean;
  readonly dial: Dial;
}

export interface UplinkParts {
  readonly target: UplinkTarget;
  readonly policy: SyncPolicy;
  /** The hub is to be given what it has lost before it is asked for anything. */
  readonly isGiving: () => boolean;
  /** Nothing was written for a while: `opportunistic` may push. */
  readonly isQuiet: () => boolean;
  readonly link: Omit<
    LinkParts,
    'dial' | 'url' | 'judgesSkew' | 'figures' | 'mayPush' | 'onState' | 'onProgress'
  >;
  readonly onState: (uplink: Uplink) => void;
  readonly onProgress: (uplink: Uplink) => void;
}

/** What EDGE.STATUS shows of an uplink. */
export interface UplinkRow {
  readonly url: string;
  readonly isHub: boolean;
  /** Who was met there last; empty where nobody was. */
  readonly nodeId: string;
  readonly state: string;
  /** The link is one that the other node dialed, or that goes to the same node by another address. */
  readonly isStoodInFor: boolean;
  readonly pendingOps: number;
  readonly lastError: string;
  /** Until the next try, ms; -1 where none is planned. */
  readonly nextRetryMs: number;
}

export class Uplink {
  readonly target: UplinkTarget;
  readonly link: Link;
  readonly figures = newFigures();
  private readonly parts: UplinkParts;
  /** Pushing is allowed until nothing is pending: the interval is over. */
  private pushing = false;
  /** The sync on demand that runs now: it does not reject. */
  private running: Promise<void> | undefined;
  /** The one after it: of all who asked meanwhile. */
  private next: { full: boolean; readonly done: Promise<void> } | undefined;
  private standIn: Link | undefined;
  private isStopped = false;

  constructor(parts: UplinkParts) {
    this.parts = parts;
    this.target = parts.target;
    const { dial, url, isHub } = parts.target;
    this.link = new Link('dialer', {
      ...parts.link,
      dial,
      url,
      judgesSkew: !isHub,
      figures: this.figures,
      mayPush: () => this.mayPush(),
      onState: () => parts.onState(this),
      onProgress: () => {
        this.pushing &&= this.link.sender?.isDone === false;
        parts.onProgress(this);
      },
    });
  }

  start(): void {
    if (this.parts.policy !== 'never' && this.standIn === undefined) this.link.start();
  }

  /** Ends the sync on demand that runs. */
  endDemand(): void {
    this.isStopped = true;
  }

  /** Ends the link for good, and the sync on demand that runs. */
  stop(): void {
    this.endDemand();
    this.link.stop();
  }

  /** As `stop`, at once. */
  abandon(): void {
    this.isStopped = true;
    this.link.abandon();
  }

  /** `other` is the link that stands in from now on; undefined: this uplink dials itself. */
  standInBy(other: Link | undefined): void {
    if (other === this.standIn) return;
    this.standIn = other;
    if (other !== undefined) this.link.stop();
    else if (this.isForced) this.link.kick();
    else this.start();
  }

  /** The link with the node at this address. */
  get current(): Link {
    return this.standIn ?? this.link;
  }

  get isLive(): boolean {
    return this.current.isLive;
  }

  /** Whether `fetch` has somebody to ask. */
  get isReachable(): boolean {
    return this.standIn === undefined && this.isReady && !this.parts.isGiving();
  }

  /**
   * Asks for all of a key of a keyspace; `done` gets undefined when it is here, or why it is not. Returns how to give
   * it up.
   */
  fetch(keyspace: number, key: Buffer, done: FetchDone): () => void {
    const { receiver } = this.link;
    if (receiver !== undefined) return receiver.fetch(keyspace, key, done);
    done('the hub cannot be reached');
    return () => {};
  }

  /** Whether data may flow: the link is live and has not just been torn down in this turn. */
  private get isReady(): boolean {
    return this.current.isLive && this.current.sender !== undefined;
  }

  /** Dials no more by itself, though it should: its tries are used up. */
  get hasGivenUp(): boolean {
    return this.parts.policy !== 'never' && this.standIn === undefined && hasGivenUp(this.link.state);
  }

  get peerId(): string {
    return this.link.peerId;
  }

  mayPush(): boolean {
    const { policy, link, isQuiet, isGiving } = this.parts;
    if (this.isForced || policy === 'immediate' || isGiving()) return true;
    if (policy === 'periodic') return this.pushing;
    if (policy !== 'opportunistic') return false;
    return isQuiet() || (this.link.sender?.backlog ?? 0) >= link.node.limits.batchDeltas;
  }

  /** The interval of `periodic` is over, or it is quiet: pushes what is pending. */
  push(): void {
    const { sender } = this.current;
    this.pushing = sender?.isDone === false;
    if (this.pushing) this.parts.link.node.log.requestSync();
    sender?.pump();
  }

  /** Own records that the node there does not have durably. */
  pendingOps(): number {
    const { sender } = this.current;
    if (sender?.durable !== undefined) return sender.pendingOps;
    return this.parts.link.node.identity.recordsFrom(this.acknowledged());
  }

  /** How far the node there had this log when that was last noted. */
  private acknowledged(): Position {
    const { node } = this.parts.link;
    const origin = node.ledger.notes.get(`${uplinkOriginNote}${this.target.url}`);
    const peerId = this.peerId !== '' || origin === undefined ? this.peerId : nodeIdOf(origin);
    return notedPosition(node, peerId);
  }

  private get isForced(): boolean {
    return this.running !== undefined || this.next !== undefined;
  }

  /**
   * Resolves when the node there has everything durably that was written before the call, and this node has joined what
   * it had. Rejects with FerriteError SYNC and the reason, also where a batch is refused or nothing has moved for a
   * minute. `full`: both sides send all they have. Who asks while another sync runs shares the next one.
   */
  sync(full: boolean): Promise<void> {
    if (this.next !== undefined) {
      this.next.full ||= full;
      return this.next.done;
    }
    if (this.running === undefined) return this.begin(full);
    const begin = (): Promise<void> => {
      this.next = undefined;
      return this.begin(next.full);
    };
    const next = { full, done: this.running.then(begin) };
    this.next = next;
    return next.done;
  }

  private begin(full: boolean): Promise<void> {
    const done = this.run(full).finally(() => {
      this.running = undefined;
      const { receiver } = this.link;
      if (receiver !== undefined) receiver.takesAll = false;
      if (this.parts.policy === 'never' && this.next === undefined) this.link.stop();
    });
    this.running = done.catch(() => {});
    return done;
  }

  private async run(full: boolean): Promise<void> {
    const { log } = this.parts.link.node;
    const goalSeq = log.seq + log.writer.count;
    await this.dialNow();
    const { current } = this;
    if (!this.isReady) throw this.failure('it cannot be reached');
    current.refusal = undefined;
    const refill = full && current === this.link ? this.beginRefill() : undefined;
    if (full) current.sender?.resync();
    let answer: { readonly error: string | undefined; readonly last: number } | undefined;
    current.request(full ? 'resync' : 'drain', (error) => {
      answer = { error, last: current.receiver?.lastNumber ?? 0 };
    });
    current.sender?.pump();
    const isGiven = (): boolean => (current.sender?.durable?.seq ?? -1) >= goalSeq;
    const isJoined = (): boolean => answer !== undefined && current.receiver?.hasTaken(answer.last) === true;
    const isOver = (): boolean =>
      (answer?.error ?? current.refusal ?? current.sender?.leftOut) !== undefined || !current.isLive;
    await this.until(() => isGiven() || isOver(), this.outward(current));
    if (isGiven()) await this.until(() => isJoined() || isOver(), this.inward(current));
    // Another link may take this one's place meanwhile: then all is asked of that.
    if (this.current !== current) {
      await this.run(full);
      return;
    }
    if (!current.isLive || answer?.error !== undefined) {
      throw this.failure(answer?.error ?? 'the link went down');
    }
    const refusal = current.refusal ?? current.sender?.leftOut;
    if (refusal !== undefined) throw this.failure(refusal);
    const noRoom = current.receiver?.noRoom;
    if (noRoom !== undefined) throw this.failure(noRoom);
    if (!isJoined() || !isGiven()) throw this.failure(`nothing has moved for ${patienceMs} ms`);
    refill?.();
  }

  /** Dials, after what closes now is closed, and waits for what comes of it: also where the hub asks to come later. */
  private async dialNow(): Promise<void> {
    const atOnce = (): number => 0;
    if (this.standIn === undefined) {
      await this.until(() => this.link.state.phase !== 'closing', atOnce);
      if (!this.isStopped) this.link.kick();
    }
    await this.until(() => this.isReady || this.isDown, atOnce);
  }

  /** Whether there is no link, and none is begun or to be let in later. */
  private get isDown(): boolean {
    const { phase, isHeldOff } = this.current.state;
    return phase === 'idle' || (phase === 'waiting' && !isHeldOff);
  }

  /**
   * From now on what the hub sends is joined whether or not its key is held whole. What is returned is to be called
   * when all of it is in: then everything is held whole, unless more was evicted meanwhile.
   */
  private beginRefill(): () => void {
    const { store } = this.parts.link.node;
    const { receiver } = this.link;
    const { evictedCount } = store;
    if (receiver !== undefined) receiver.takesAll = true;
    return () => {
      if (this.parts.link.isKeeper && store.evictedCount === evictedCount) store.holdAll();
    };
  }

  private failure(otherwise: string): FerriteError {
    return new FerriteError('SYNC', `${this.target.url}: ${this.current.state.lastError ?? otherwise}`);
  }

  /** Waits for a condition, as long as `moved` rises now and then. */
  private async until(condition: () => boolean, moved: () => number): Promise<void> {
    const { timers } = this.parts.link.node;
    let most = moved();
    let sinceMs = timers.steadyMs();
    while (!this.isStopped && !condition() && timers.steadyMs() - sinceMs < patienceMs) {
      await new Promise<void>((resolve) => timers.after(5, resolve));
      const now = moved();
      if (now <= most) continue;
      most = now;
      sinceMs = timers.steadyMs();
    }
  }

  /**
   * Rises while what was written here leaves, or is acknowledged. What comes meanwhile counts up to a window: so much
   * may stand before an acknowledgement, and more says nothing of this side's.
   */
  private outward(link: Link): () => number {
    const { windowBytes } = this.parts.link.node.limits;
    let [moved, most, cameMost] = [0, Number.NEGATIVE_INFINITY, 0];
    return () => {
      const { sender, figures } = link;
      const went = (sender?.receivedNumber ?? 0) + (sender?.durable?.seq ?? 0) + (sender?.leftBytes ?? 0);
      if (went > most) {
        most = went;
        moved += figures.bytesReceived - cameMost + 1;
        cameMost = figures.bytesReceived;
      }
      return moved + Math.min(windowBytes, figures.bytesReceived - cameMost);
    };
  }

  /** Rises while something comes, or is joined. */
  private inward(link: Link): () => number {
    let [moved, last] = [0, ''];
    return () => {
      const now = [link.receiver?.lastNumber, link.receiver?.heldCount, link.figures.bytesReceived].join();
      if (now !== last) moved += 1;
      last = now;
      return moved;
    };
  }

  nextRetryMs(): number {
    const { state } = this.link;
    if (state.phase !== 'waiting') return -1;
    return Math.max(0, state.wakeMs - this.parts.link.node.timers.steadyMs());
  }

  row(): UplinkRow {
    const { state } = this.current;
    return {
      url: this.target.url,
      isHub: this.target.isHub,
      nodeId: this.peerId,
      state: state.phase,
      isStoodInFor: this.standIn !== undefined,
      pendingOps: this.pendingOps(),
      lastError: state.lastError ?? this.current.shortfall ?? '',
      nextRetryMs: this.nextRetryMs(),
    };
  }
}
