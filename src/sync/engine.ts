// The sync of one node, whole: identity, uplink to a hub, links from edges, conflicts, policy, status. node.ts makes one
// and wires it to log, store and listeners; commands ask it. Everything that differs between a real node and a
// simulated one (time, connections, disk) is handed in.
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { ConflictLog } from './conflicts.ts';
import { horizonNote, type NodeParts, recallHorizon } from './greeting.ts';
import { Hub, type PeerRow } from './hub.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import { Link, type LinkFigures, type LinkParts, newFigures } from './link.ts';
import type { LinkTimes } from './link-machine.ts';
import { type Peer, rowsOf } from './peer.ts';
import type { SyncConflict, SyncLedger, SyncLog, SyncStore, Timers } from './ports.ts';
import type { Dial } from './transport.ts';

export type SyncPolicy = 'immediate' | 'periodic' | 'opportunistic' | 'never';
export type SyncStatusName = 'synced' | 'syncing' | 'pending' | 'offline' | 'disabled' | 'starved';

export type SyncEvent =
  | { readonly type: 'link:connecting' | 'link:connected' | 'link:disconnected'; readonly peer: string }
  | { readonly type: 'link:error'; readonly peer: string; readonly error: string }
  | { readonly type: 'sync:started' | 'sync:completed' }
  | { readonly type: 'delta:rejected'; readonly peer: string; readonly error: string }
  | { readonly type: 'conflict'; readonly id: number; readonly conflict: SyncConflict };

export interface SyncOptions {
  /** Begun: its start is recorded. */
  readonly identity: Identity;
  readonly role: 'edge' | 'hub';
  readonly software: string;
  readonly isDurable: boolean;
  readonly store: SyncStore;
  readonly log: SyncLog;
  readonly ledger: SyncLedger;
  /** How to reach the hub; undefined without one. */
  readonly dial?: Dial;
  /** The hub's address for people: without credentials. */
  readonly hubUrl?: string;
  readonly policy: SyncPolicy;
  readonly syncIntervalMs: number;
  readonly limits: SyncLimits;
  readonly times: LinkTimes;
  readonly connectionsMax: number;
  readonly timers: Timers;
  readonly logger: Log;
  readonly onEvent?: (event: SyncEvent) => void;
  /** A bug: the process is not to go on. */
  readonly onBug: (error: unknown) => void;
}

export interface SyncOutcome {
  readonly durationMs: number;
  readonly deltasSent: number;
  readonly deltasReceived: number;
}

export interface SyncStatus {
  readonly nodeId: string;
  readonly origin: string;
  readonly role: 'edge' | 'hub';
  readonly hubUrl: string;
  readonly policy: SyncPolicy;
  readonly syncStatus: SyncStatusName;
  readonly linkState: string;
  readonly lastError: string;
  /** Until the next try, ms; -1 where none is planned. */
  readonly nextRetryMs: number;
  readonly pendingOps: number;
  readonly bytesInFlight: number;
  /** ISO time; empty before the first. */
  readonly lastSync: string;
  readonly figures: LinkFigures;
  readonly reconnects: number;
  readonly conflicts: number;
  readonly forks: number;
  readonly peers: readonly PeerRow[];
}

/** Quiet time after the last write before `opportunistic` pushes. */
const idleMs = 200;
const syncTimeoutDefaultMs = 60_000;

export class SyncEngine {
  readonly identity: Identity;
  readonly conflicts: ConflictLog;
  readonly hub: Hub;
  private readonly options: SyncOptions;
  private readonly uplink: Link | undefined;
  private readonly uplinkFigures = newFigures();
  /** Pushing is allowed until nothing is pending: a sync was asked for, or the interval is over. */
  private pushing = false;
  private forced = 0;
  private isQuiet = false;
  private quietSeq = -1;
  private lastSyncMs = 0;
  private wasPending = true;
  private cancelInterval: (() => void) | undefined;
  private cancelIdle: (() => void) | undefined;
  private endDurable: (() => void) | undefined;
  private stopped = false;

  constructor(options: SyncOptions) {
    this.options = options;
    const { store, log, ledger, timers, limits, role, software, isDurable, identity } = options;
    this.identity = identity;
    recallHorizon(store, ledger);
    this.conflicts = new ConflictLog(ledger, limits.conflictsMax);
    store.onConflict = (conflict) => {
      const id = this.conflicts.add(conflict, timers.nowMs());
      options.onEvent?.({ type: 'conflict', id, conflict });
    };
    const node: NodeParts = { store, log, ledger, identity, limits, timers, role, software, isDurable };
    const shared = this.linkParts(node);
    this.hub = new Hub({
      connectionsMax: options.connectionsMax,
      busyRetryMs: 10_000,
      link: { ...shared, mayPush: () => true, onLive: () => {}, onProgress: () => {} },
      onState: (link) => this.stateChanged(link),
    });
    if (options.dial !== undefined) {
      this.uplink = new Link('dialer', {
        ...shared,
        dial: options.dial,
        figures: this.uplinkFigures,
        mayPush: () => this.mayPush(),
        onState: (link) => this.uplinkChanged(link),
        onLive: () => options.onEvent?.({ type: 'sync:started' }),
        onProgress: () => this.progressed(),
      });
    }
  }

  private linkParts(node: NodeParts) {
    const { options } = this;
    return {
      node,
      times: options.times,
      beginTurn: () => this.beginTurn(),
      onForked: (_link: Link, tags: readonly number[]) => this.fork(tags),
      onRefused: (link: Link, error: string) => {
        options.logger.warn('peer refused', { peer: link.peerId, error });
        options.onEvent?.({ type: 'delta:rejected', peer: link.peerId, error });
      },
      onBug: options.onBug,
    } satisfies Partial<LinkParts>;
  }

  private beginTurn(): void {
    const { store, timers } = this.options;
    store.nowMs = timers.nowMs();
    store.clock.observe(store.nowMs);
  }

  /** Begins to sync. */
  start(): void {
    const { policy, log, logger } = this.options;
    if (this.uplink === undefined) return;
    this.endDurable = log.onDurable(() => this.changedDurably());
    if (policy === 'never') return;
    logger.info('syncing', { hub: this.options.hubUrl, policy });
    this.uplink.start();
    if (policy === 'periodic') this.nextInterval();
  }

  /** Something was committed here: what may be pushed now asks for early durability, since only that is shipped. */
  written(): void {
    if (this.hub.connections > 0 || (this.uplink?.isLive === true && this.mayPush()))
      this.options.log.requestSync();
  }

  /** Says goodbye to everybody; resolves when the connections are closed. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.cancelInterval?.();
    this.cancelIdle?.();
    this.endDurable?.();
    this.uplink?.stop();
    this.hub.stop();
    const deadlineMs = this.options.timers.nowMs() + this.options.times.closeTimeoutMs;
    while (this.isClosing() && this.options.timers.nowMs() < deadlineMs) {
      await new Promise<void>((resolve) => this.options.timers.after(20, resolve));
    }
    this.abandon();
  }

  private isClosing(): boolean {
    return this.uplink?.state.phase === 'closing' || this.hub.connections > 0;
  }

  /** Ends everything at once, as a crash would. */
  abandon(): void {
    this.stopped = true;
    this.cancelInterval?.();
    this.cancelIdle?.();
    this.endDurable?.();
    this.uplink?.abandon();
    this.hub.abandon();
  }

  /**
   * Resolves when the hub has everything durably that was written before the call, and this node has joined what the
   * hub had. Rejects with FerriteError SYNC and the reason. `full`: both sides send all they have.
   */
  async sync(options: { readonly full?: boolean; readonly timeoutMs?: number } = {}): Promise<SyncOutcome> {
    const { uplink } = this;
    if (uplink === undefined) throw new FerriteError('SYNC', 'no hub is configured');
    if (this.stopped) throw new FerriteError('CLOSED', 'the node is closing');
    const { timers, policy } = this.options;
    const startedMs = timers.nowMs();
    const before = { ...this.uplinkFigures };
    this.forced += 1;
    try {
      await this.run(uplink, options.full === true, startedMs + (options.timeoutMs ?? syncTimeoutDefaultMs));
    } finally {
      this.forced -= 1;
      if (policy === 'never' && this.forced === 0) uplink.stop();
    }
    this.noteSynced();
    return {
      durationMs: timers.nowMs() - startedMs,
      deltasSent: this.uplinkFigures.deltasSent - before.deltasSent,
      deltasReceived: this.uplinkFigures.deltasReceived - before.deltasReceived,
    };
  }

  private async run(uplink: Link, full: boolean, deadlineMs: number): Promise<void> {
    const { log, timers } = this.options;
    const goalSeq = log.seq + log.writer.count;
    uplink.kick();
    const isLive = (): boolean => uplink.isLive && uplink.sender !== undefined;
    await this.until(
      () => isLive() || uplink.state.phase === 'idle' || uplink.state.phase === 'waiting',
      deadlineMs,
    );
    if (!isLive()) throw new FerriteError('SYNC', uplink.state.lastError ?? 'the hub cannot be reached');
    if (full) uplink.sender?.resync();
    const started = timers.nowMs();
    let answer: { readonly error: string | undefined } | undefined;
    uplink.request(full ? 'resync' : 'drain', (error) => {
      answer = { error };
    });
    uplink.sender?.pump();
    const hasAll = (): boolean => (uplink.sender?.durable?.seq ?? -1) >= goalSeq;
    await this.until(() => (answer !== undefined && hasAll()) || !isLive(), deadlineMs);
    if (!isLive() || answer?.error !== undefined) {
      throw new FerriteError('SYNC', uplink.state.lastError ?? answer?.error ?? 'the link went down');
    }
    if (answer === undefined || !hasAll()) {
      throw new FerriteError('SYNC', `not done after ${timers.nowMs() - started} ms`);
    }
  }

  private async until(condition: () => boolean, deadlineMs: number): Promise<void> {
    const { timers } = this.options;
    while (!condition() && timers.nowMs() < deadlineMs) {
      await new Promise<void>((resolve) => timers.after(5, resolve));
    }
  }

  private mayPush(): boolean {
    const { policy } = this.options;
    if (this.forced > 0 || policy === 'immediate') return true;
    if (policy === 'periodic') return this.pushing;
    return (
      policy === 'opportunistic' && (this.isQuiet || this.pendingOps() >= this.options.limits.batchDeltas)
    );
  }

  private nextInterval(): void {
    const { timers, syncIntervalMs } = this.options;
    this.cancelInterval = timers.after(Math.max(100, syncIntervalMs), () => {
      this.pushing = true;
      this.uplink?.sender?.pump();
      this.progressed();
      this.nextInterval();
    });
  }

  /** More of the log is durable: `opportunistic` waits for a quiet moment. */
  private changedDurably(): void {
    const { policy, log, timers } = this.options;
    if (policy !== 'opportunistic' || log.ownSeq === this.quietSeq) return;
    this.quietSeq = log.ownSeq;
    this.isQuiet = false;
    this.cancelIdle?.();
    this.cancelIdle = timers.after(idleMs, () => {
      this.isQuiet = true;
      this.uplink?.sender?.pump();
    });
  }

  private progressed(): void {
    const pending = this.pendingOps();
    if (pending > 0) {
      this.wasPending = true;
      return;
    }
    this.pushing = false;
    if (this.wasPending && this.uplink?.isLive === true) {
      this.wasPending = false;
      this.options.onEvent?.({ type: 'sync:completed' });
    }
    this.noteSynced();
  }

  private noteSynced(): void {
    if (this.uplink?.isLive === true) this.lastSyncMs = this.options.timers.nowMs();
  }

  /** Own records that the hub does not have durably; 0 without a hub. */
  pendingOps(): number {
    const { uplink } = this;
    if (uplink === undefined) return 0;
    const { log } = this.options;
    if (uplink.sender?.durable !== undefined) return uplink.sender.pendingOps;
    return Math.max(0, log.ownSeq - this.acknowledged(uplink));
  }

  /** Own records that the hub had when that was last noted. */
  private acknowledged(uplink: Link): number {
    if (uplink.peerId !== '') return uplink.notedAcknowledged().ownSeq;
    const { ledger, log } = this.options;
    for (const [name, value] of ledger.notes) {
      const [journal, , ownSeq] = value.split(',');
      if (name.startsWith('acked:') && journal === log.id) return Number(ownSeq);
    }
    return 0;
  }

  private fork(tags: readonly number[]): void {
    this.beginTurn();
    this.options.logger.warn('history forked: going on in a new epoch', { was: this.identity.originName });
    this.identity.fork(tags);
    this.hub.restartAll('this node forked');
  }

  private uplinkChanged(link: Link): void {
    const { phase } = link.state;
    const { onEvent, hubUrl } = this.options;
    if (phase === 'connecting') onEvent?.({ type: 'link:connecting', peer: hubUrl ?? '' });
    if (phase === 'waiting' || phase === 'idle') {
      this.wasPending = true;
      const error = link.state.lastError;
      if (error !== undefined) onEvent?.({ type: 'link:error', peer: hubUrl ?? '', error });
      this.options.logger.info('link down', { hub: hubUrl, error, retry_ms: this.nextRetryMs() });
    }
    this.stateChanged(link);
  }

  private stateChanged(link: Link): void {
    const { phase } = link.state;
    const { onEvent, logger } = this.options;
    if (phase === 'live') {
      logger.info('link up', { peer: link.peerId });
      onEvent?.({ type: 'link:connected', peer: link.peerId });
    }
    if (phase === 'closing' || phase === 'closed') {
      onEvent?.({ type: 'link:disconnected', peer: link.peerId });
    }
  }

  private nextRetryMs(): number {
    const state = this.uplink?.state;
    if (state === undefined || state.phase !== 'waiting') return -1;
    return Math.max(0, state.wakeMs - this.options.timers.nowMs());
  }

  private statusName(): SyncStatusName {
    const { uplink } = this;
    if (uplink === undefined) return this.options.role === 'hub' ? 'synced' : 'disabled';
    if (uplink.receiver?.starved !== undefined) return 'starved';
    if (!uplink.isLive) return this.options.policy === 'never' ? 'disabled' : 'offline';
    if (uplink.sender?.isScanning === true) return 'syncing';
    if (this.pendingOps() === 0) return 'synced';
    return this.mayPush() ? 'syncing' : 'pending';
  }

  status(): SyncStatus {
    const { options, uplink } = this;
    const figures = this.hub.totals();
    for (const name of Object.keys(figures) as (keyof LinkFigures)[])
      figures[name] += this.uplinkFigures[name];
    return {
      nodeId: this.identity.nodeId,
      origin: this.identity.originName,
      role: options.role,
      hubUrl: options.hubUrl ?? '',
      policy: options.policy,
      syncStatus: this.statusName(),
      linkState: uplink?.state.phase ?? 'none',
      lastError: uplink?.state.lastError ?? '',
      nextRetryMs: this.nextRetryMs(),
      pendingOps: this.pendingOps(),
      bytesInFlight: uplink?.sender?.bytesInFlight ?? 0,
      lastSync: this.lastSyncMs === 0 ? '' : new Date(this.lastSyncMs).toISOString(),
      figures,
      reconnects: Math.max(0, this.uplinkFigures.connects - 1),
      conflicts: this.conflicts.count,
      forks: this.identity.forks,
      peers: this.hub.rows(options.log.seq),
    };
  }

  /**
   * Whether this dot is complete here and at every peer that ever was: then a tombstone of it serves nobody. A peer that
   * is not connected now is taken to lack everything.
   */
  seenByAll(origin: number, stamp: number): boolean {
    const { ledger, store } = this.options;
    const isHere = origin === store.self || ledger.vector.covers(origin, stamp);
    return isHere && this.livePeers().every((peer) => peer?.vector.covers(origin, stamp) === true);
  }

  /** Keeps the store's horizon with the data: to be called when tombstones went. */
  noteHorizon(): void {
    const { ledger, store, log } = this.options;
    log.setSource('');
    ledger.setNote(horizonNote, JSON.stringify(rowsOf(store.horizon, store.origins, [])));
    log.commit(() => {});
  }

  /** By all peers noted, each as it is connected now, or undefined. */
  private livePeers(): (Peer | undefined)[] {
    const live = new Map<string, Peer>();
    for (const link of [this.uplink, ...this.hub.live()]) if (link?.peer) live.set(link.peerId, link.peer);
    const names = [...this.options.ledger.notes.keys()].filter((name) => name.startsWith('cursor:'));
    return names.map((name) => live.get(name.slice('cursor:'.length)));
  }

  /** The version vector: stamp by origin name. */
  clock(): ReadonlyMap<string, number> {
    const { ledger, store } = this.options;
    const entries = [...ledger.vector.entries()].map(([o, e]) => [store.origins.name(o), e.stamp] as const);
    return new Map([...entries, [this.identity.originName, store.clock.last()]]);
  }
}
