// The sync of one node, whole: identity, uplinks to a hub and to peers, links from edges, conflicts, status. It sees to
// it that two nodes keep one link, whoever dialed. node.ts makes one and wires it to log, store and listeners; commands
// ask it. Everything that differs between a real node and a simulated one (time, connections, disk) is handed in.
import { msOfStamp } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { BatchWriters } from '../delta/batch-writers.ts';
import type { VersionVector } from '../delta/vector.ts';
import { cursorsLostNote } from '../store/ledger.ts';
import { BatchPacker } from './batch-packer.ts';
import { CloseCode } from './close-codes.ts';
import { ConflictLog } from './conflicts.ts';
import type { Entry } from './envelope.ts';
import { horizonNote, type NodeParts, recallHorizon, uplinkOriginNote } from './greeting.ts';
import { Hub, type PeerRow } from './hub.ts';
import type { Identity } from './identity.ts';
import { forgetKept, Keeping } from './keeping.ts';
import type { SyncLimits } from './limits.ts';
import type { Link, LinkFigures, LinkParts } from './link.ts';
import type { LinkTimes } from './link-machine.ts';
import { commitNotes } from './notes.ts';
import { type Peer, rowsOf } from './peer.ts';
import type { SyncConflict, SyncLedger, SyncLog, SyncStore, Timers } from './ports.ts';
import { lacksNote } from './receiver.ts';
import { Rest } from './rest.ts';
import { Rounds } from './rounds.ts';
import { SyncLag } from './sync-lag.ts';
import { type SyncPolicy, Uplink, type UplinkRow, type UplinkTarget } from './uplink.ts';

export type SyncStatusName = 'synced' | 'syncing' | 'pending' | 'offline' | 'disabled' | 'starved';

export type SyncEvent =
  | { readonly type: 'link:connecting' | 'link:connected' | 'link:disconnected'; readonly peer: string }
  | { readonly type: 'link:error'; readonly peer: string; readonly error: string }
  | { readonly type: 'sync:started' | 'sync:completed' }
  | { readonly type: 'sync:starved' | 'sync:fed'; readonly peer: string }
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
  /** Who is dialed: at most one of them the hub. */
  readonly uplinks: readonly UplinkTarget[];
  /** Whether links are accepted. */
  readonly listens: boolean;
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
  /** Since the oldest of them was written, ms; of those from before the start: since the start. */
  readonly lagMs: number;
  /** Over all links. */
  readonly bytesInFlight: number;
  /** ISO time; empty before the first. */
  readonly lastSync: string;
  readonly figures: LinkFigures;
  readonly reconnects: number;
  /** Syncs that ended with nothing pending, and syncs and links that ended in an error, of this process. */
  readonly completedSyncs: number;
  readonly failedSyncs: number;
  /** The stamp of the last write that this node has made or heard of. */
  readonly localStamp: number;
  readonly conflicts: number;
  readonly forks: number;
  /** The hub first, then the peers of the configuration. */
  readonly uplinks: readonly UplinkRow[];
  /** Links that others dialed. */
  readonly peers: readonly PeerRow[];
}

/** Quiet time after the last write before `opportunistic` pushes. */
const idleMs = 200;
const busyRetryMs = 10_000;
/** So long others wait while this node, having started over, takes a full copy itself. */
const copyPatienceMs = 600_000;

function closing(): FerriteError {
  return new FerriteError('CLOSED', 'the node is closing');
}

export class SyncEngine {
  readonly identity: Identity;
  readonly conflicts: ConflictLog;
  readonly hub: Hub;
  private readonly options: SyncOptions;
  private readonly uplinks: readonly Uplink[];
  /** Who keeps for good what this node evicts: its hub. */
  readonly keeper: Uplink | undefined;
  private readonly keeping: Keeping | undefined;
  private readonly rest: Rest | undefined;
  private readonly lag: SyncLag;
  private isQuiet = false;
  /** Own records of the log when there was one more last, and when that was. */
  private wroteSeq = -1;
  private wroteMs = 0;
  private lastSyncMs = 0;
  private wasPending = true;
  private completed = 0;
  private failed = 0;
  private startedOverMs: number;
  private cancelInterval: (() => void) | undefined;
  private cancelIdle: (() => void) | undefined;
  private stopped = false;

  constructor(options: SyncOptions) {
    this.options = options;
    const { store, log, ledger, timers, limits, role, software, isDurable, identity } = options;
    this.identity = identity;
    this.startedOverMs = timers.steadyMs();
    this.lag = new SyncLag(log.ownSeq, timers.steadyMs());
    recallHorizon(store, ledger);
    this.conflicts = new ConflictLog(ledger, limits.conflictsMax);
    store.onConflict = (conflict) => {
      const id = this.conflicts.add(conflict, timers.nowMs());
      if (id !== undefined) options.onEvent?.({ type: 'conflict', id, conflict });
    };
    const packer = new BatchPacker();
    const writers = new BatchWriters(store.origins, limits.batchBytes + 65_536);
    const node: NodeParts = {
      store,
      log,
      ledger,
      identity,
      limits,
      packer,
      writers,
      rounds: new Rounds({ log, timers, limits }),
      timers,
      role,
      software,
      isDurable,
      relies: () => (this.keeping === undefined ? '' : this.keeping.relies),
    };
    const shared = this.linkParts(node);
    const isLeaf = !options.listens && options.uplinks.length === 1;
    // What others lack may have to pass through the log whole: that takes a disk.
    const hub = isLeaf || isDurable ? options.uplinks.find((u) => u.isHub) : undefined;
    const onRelies = (): void => this.reliesChanged();
    this.keeping = hub && new Keeping({ node, url: hub.url, isLeaf, onRelies });
    this.rest = hub && new Rest(() => this.keeper);
    if (hub === undefined) forgetKept(ledger);
    const forOthers = this.rest === undefined ? shared : { ...shared, rest: this.rest };
    this.hub = new Hub({
      connectionsMax: options.connectionsMax,
      busyRetryMs,
      closedFor: () => this.closedFor(),
      link: {
        ...forOthers,
        judgesSkew: true,
        isKeeper: false,
        mayPush: () => true,
        onLive: () => {},
        onProgress: () => this.progressed(),
      },
      onState: (link) => {
        const { phase, lastError: error } = link.state;
        if (phase === 'closed') options.logger.info('link down', { peer: link.peerId, error });
        this.stateChanged(link);
        this.settle();
      },
    });
    this.uplinks = options.uplinks.map(
      (target) =>
        new Uplink({
          target,
          policy: options.policy,
          isGiving: () => target === hub && this.keeping?.isGiving === true,
          isQuiet: () => this.isQuiet,
          link: {
            ...(target === hub ? shared : forOthers),
            isKeeper: target === hub,
            ...(target === hub && {
              hasLost: (peer) => this.keeping?.hasLost(peer) === true,
              onLost: (peer) => this.recede(peer),
              onPeer: (peer) => this.metHub(peer, isLeaf),
            }),
            onLive: () => options.onEvent?.({ type: 'sync:started' }),
          },
          onState: (uplink) => this.uplinkChanged(uplink),
          onProgress: (uplink) => {
            if (uplink.target === hub) this.noteGiven(uplink.link);
            this.progressed();
          },
        }),
    );
    this.keeper = this.uplinks.find((u) => u.target === hub);
  }

  private linkParts(node: NodeParts) {
    const { options } = this;
    return {
      node,
      times: options.times,
      beginTurn: () => this.beginTurn(),
      onForked: (_link: Link, starts: readonly Entry[]) => this.fork(starts),
      onStartedOver: () => {
        options.logger.warn('behind what the peer remembers of deletes: starting over with a full copy');
        this.startedOverMs = options.timers.steadyMs();
        this.restartAll('this node starts over');
      },
      onRefused: (link: Link, error: string) => {
        options.logger.warn('peer refused', { peer: link.peerId, error });
        options.onEvent?.({ type: 'delta:rejected', peer: link.peerId, error });
      },
      onStarved: (link: Link, isStarved: boolean) => {
        const peer = link.peerId;
        const { failure: disk } = options.log;
        const why = disk === undefined ? 'no memory for' : 'the disk does not take';
        if (isStarved) options.logger.warn(`${why} what a peer sends: pulling pauses`, { peer, disk });
        else options.logger.info('what a peer sends is taken in again', { peer });
        options.onEvent?.({ type: isStarved ? 'sync:starved' : 'sync:fed', peer });
      },
      onTooLarge: (link: Link, error: string) => {
        const peer = link.peerId;
        options.logger.warn('too large for this node: of what a peer has all the rest is taken in', {
          peer,
          error,
          memory: options.store.limitBytes,
        });
        options.onEvent?.({ type: 'sync:starved', peer });
      },
      onBug: options.onBug,
    } satisfies Partial<LinkParts>;
  }

  private beginTurn(): void {
    const { store, timers } = this.options;
    store.nowMs = timers.nowMs();
    store.clock.observe(store.nowMs);
  }

  /** Whoever links while this node is not whole could bring back what was deleted: it waits for the full copy. */
  private closedFor(): string | undefined {
    const { ledger, timers } = this.options;
    const isLate = timers.steadyMs() - this.startedOverMs > copyPatienceMs;
    return ledger.notes.has(lacksNote) && !isLate ? 'this node takes a full copy itself' : undefined;
  }

  /** Begins to sync. */
  start(): void {
    const { policy, logger } = this.options;
    if (this.uplinks.length === 0) return;
    this.forgetUplinks();
    if (policy === 'never') return;
    const names = this.uplinks.map((u) => u.target.url).join(' ');
    logger.info('syncing', { with: names, policy });
    for (const uplink of this.uplinks) uplink.start();
    if (policy === 'periodic') this.nextInterval();
    if (policy === 'opportunistic') this.awaitQuiet();
  }

  /** Lets go of what was noted of addresses that are dialed no more. */
  private forgetUplinks(): void {
    const { ledger, log } = this.options;
    const kept = new Set(this.uplinks.map((u) => `${uplinkOriginNote}${u.target.url}`));
    for (const name of [...ledger.notes.keys()]) {
      if (name.startsWith(uplinkOriginNote) && !kept.has(name)) ledger.setNote(name, undefined);
    }
    log.commit(() => {});
  }

  /** A turn of clients was committed here. */
  written(): void {
    const { log, timers } = this.options;
    this.lag.note(log.ownSeq, timers.steadyMs());
    if (this.options.policy === 'opportunistic') this.awaitQuiet();
    this.recorded();
  }

  /**
   * Something was committed here, maybe by no client (what expires), or by whoever committed next: what may be pushed
   * now asks for early durability, since only that is shipped.
   */
  recorded(): void {
    const { log } = this.options;
    if (log.durableSeq >= log.newsSeq) return;
    const isWanted = this.hub.connections > 0 || this.uplinks.some((u) => u.isLive && u.mayPush());
    if (isWanted) log.requestSync();
  }

  /** Nobody waits for a sync any longer, and none begins: clients get their replies before the listener is closed. */
  endDemands(): void {
    this.stopped = true;
    for (const uplink of this.uplinks) uplink.endDemand();
  }

  /** Says goodbye to everybody; resolves when the connections are closed. */
  async stop(): Promise<void> {
    this.endDemands();
    this.options.store.atWork.hurry();
    this.keeping?.flush();
    this.cancelTimers();
    for (const uplink of this.uplinks) uplink.stop();
    this.hub.stop();
    const deadlineMs = this.options.timers.steadyMs() + this.options.times.closeTimeoutMs;
    while (this.isClosing() && this.options.timers.steadyMs() < deadlineMs) {
      await new Promise<void>((resolve) => this.options.timers.after(20, resolve));
    }
    this.abandon();
  }

  private cancelTimers(): void {
    this.cancelInterval?.();
    this.cancelIdle?.();
    this.keeping?.stop();
  }

  private isClosing(): boolean {
    return this.uplinks.some((u) => u.link.state.phase === 'closing') || this.hub.connections > 0;
  }

  /** Ends everything at once, as a crash would. */
  abandon(): void {
    this.stopped = true;
    this.cancelTimers();
    for (const uplink of this.uplinks) uplink.abandon();
    this.hub.abandon();
  }

  /** Whose state is this node's: the hub where there is one, else all peers. */
  private get targets(): readonly Uplink[] {
    const hubs = this.uplinks.filter((u) => u.target.isHub);
    return hubs.length > 0 ? hubs : this.uplinks;
  }

  /**
   * Resolves when the hub (where there is none: each peer) has everything durably that was written before the call, and
   * this node has joined what it had. Rejects with FerriteError SYNC and the reason. `full`: both sides send all they
   * have.
   */
  async sync(options: { readonly full?: boolean; readonly timeoutMs?: number } = {}): Promise<SyncOutcome> {
    const { targets } = this;
    if (targets.length === 0) throw new FerriteError('SYNC', 'no hub is configured');
    if (this.stopped) throw closing();
    const { completed, failed } = this;
    try {
      const outcome = await this.syncTargets(options);
      if (this.completed === completed) this.completed += 1;
      return outcome;
    } catch (error) {
      // A link that broke meanwhile has been counted.
      if (this.failed === failed) this.failed += 1;
      throw error;
    }
  }

  private async syncTargets(options: {
    readonly full?: boolean;
    readonly timeoutMs?: number;
  }): Promise<SyncOutcome> {
    const { targets } = this;
    const { timers } = this.options;
    const startedMs = timers.steadyMs();
    const before = this.totals();
    const all = Promise.allSettled(targets.map((u) => u.sync(options.full === true)));
    const ends = await this.inTime(all, options.timeoutMs);
    const failures = ends.flatMap((end) => (end.status === 'rejected' ? [end.reason] : []));
    if (failures.length > 0) {
      if (this.stopped) throw closing();
      const reasons = failures.map((reason) => (reason instanceof Error ? reason.message : String(reason)));
      throw new FerriteError('SYNC', reasons.join('; '));
    }
    this.lastSyncMs = timers.nowMs();
    const after = this.totals();
    return {
      durationMs: timers.steadyMs() - startedMs,
      deltasSent: after.deltasSent - before.deltasSent,
      deltasReceived: after.deltasReceived - before.deltasReceived,
    };
  }

  /** Rejects with FerriteError SYNC after `timeoutMs`; what is waited for goes on. */
  private async inTime<T>(waited: Promise<T>, timeoutMs: number | undefined): Promise<T> {
    if (timeoutMs === undefined) return waited;
    let cancel = (): void => {};
    const late = new Promise<never>((_, reject) => {
      const error = new FerriteError('SYNC', `not done after ${timeoutMs} ms`);
      cancel = this.options.timers.after(timeoutMs, () => reject(error));
    });
    try {
      return await Promise.race([waited, late]);
    } finally {
      cancel();
    }
  }

  private nextInterval(): void {
    const { timers, syncIntervalMs } = this.options;
    this.cancelInterval = timers.after(Math.max(100, syncIntervalMs), () => {
      for (const uplink of this.uplinks) uplink.push();
      this.progressed();
      this.nextInterval();
    });
  }

  /** `opportunistic` pushes once nothing has been written for a while. */
  private awaitQuiet(): void {
    const { timers, log } = this.options;
    if (log.ownSeq === this.wroteSeq) return;
    this.wroteSeq = log.ownSeq;
    this.isQuiet = false;
    this.wroteMs = timers.steadyMs();
    if (this.cancelIdle !== undefined) return;
    const look = (): void => {
      const leftMs = this.wroteMs + idleMs - timers.steadyMs();
      this.cancelIdle = leftMs > 0 ? timers.after(leftMs, look) : undefined;
      if (leftMs > 0) return;
      this.isQuiet = true;
      for (const uplink of this.uplinks) uplink.push();
    };
    this.cancelIdle = timers.after(idleMs, look);
  }

  private progressed(): void {
    if (this.targets.length === 0) return;
    this.lagMs();
    if (this.pendingOps() > 0) {
      this.wasPending = true;
      return;
    }
    if (!this.targets.every((u) => u.isLive)) return;
    this.lastSyncMs = this.options.timers.nowMs();
    if (!this.wasPending) return;
    this.wasPending = false;
    this.completed += 1;
    this.options.onEvent?.({ type: 'sync:completed' });
  }

  /** Own records that the hub, or the peer that is furthest behind, does not have durably; 0 without either. */
  pendingOps(): number {
    return Math.max(0, ...this.targets.map((u) => u.pendingOps()));
  }

  /** Since the oldest own record was written that the hub does not have durably, ms; 0 where it has all. */
  private lagMs(): number {
    const { log, timers } = this.options;
    this.lag.note(log.ownSeq, timers.steadyMs());
    return this.lag.lagMs(log.ownSeq - this.pendingOps(), timers.steadyMs());
  }

  /** All links that there are, each once: where a node dialed this one, that link stands in for an uplink. */
  private get links(): ReadonlySet<Link> {
    return new Set([...this.uplinks.map((u) => u.current), ...this.hub.live()]);
  }

  private fork(starts: readonly Entry[]): void {
    this.beginTurn();
    this.options.logger.warn('history forked: going on in a new epoch', { was: this.identity.originName });
    const since = this.identity.fork(starts);
    if (since !== undefined) {
      const { logger } = this.options;
      logger.warn('increments since the fork may be counted wrongly', {
        since: new Date(msOfStamp(since)).toISOString(),
      });
    }
    this.restartAll('this node forked');
  }

  /** The hub has lost what it had, and this node what it had let go of because of that. */
  private recede(hub: Peer): void {
    this.beginTurn();
    const { logger } = this.options;
    logger.warn('the hub has lost what it had: this node takes back what it said to have', {
      hub: hub.nodeId,
    });
    this.keeping?.recede(hub);
    this.restartAll('this node recedes');
  }

  /** Once the hub has durably all that the log had when they met, a node that has receded can ask it again. */
  private noteGiven({ sender, peer }: Link): void {
    if (this.keeping === undefined || peer?.isGreetingKept !== true) return;
    if ((sender?.durable?.seq ?? 0) < peer.sinceSeq) return;
    const wasGiving = this.keeping.isGiving;
    this.keeping.given(peer);
    if (wasGiving) this.rest?.resume();
  }

  /** This node has another origin now: every connection begins anew. */
  private restartAll(error: string): void {
    this.hub.restartAll(error);
    for (const { link } of this.uplinks) link.restart(CloseCode.anew, error);
  }

  /**
   * Two nodes keep one link. Where each dialed the other, the one that the node with the lesser id dialed stays; where
   * two addresses lead to one node, the listener has kept the newer. Uplinks that have another link for their node
   * rest.
   */
  private settle(): void {
    if (this.stopped) return;
    for (const uplink of this.uplinks) uplink.standInBy(this.standInFor(uplink));
  }

  private standInFor(uplink: Uplink): Link | undefined {
    const { peerId, link } = uplink;
    if (peerId === '') return undefined;
    const accepted = this.hub.liveWith(peerId);
    if (accepted !== undefined && (!link.isLive || this.identity.nodeId > peerId)) return accepted;
    if (link.isLive) return undefined;
    return this.uplinks.find((u) => u !== uplink && u.peerId === peerId && u.link.isLive)?.link;
  }

  private uplinkChanged(uplink: Uplink): void {
    const { phase, lastError: error } = uplink.link.state;
    const { onEvent, logger } = this.options;
    const peer = uplink.target.url;
    if (phase === 'connecting') onEvent?.({ type: 'link:connecting', peer });
    if (phase === 'waiting' || phase === 'idle') {
      this.wasPending = true;
      if (error !== undefined && (phase === 'waiting' || uplink.hasGivenUp)) this.failed += 1;
      if (error !== undefined) onEvent?.({ type: 'link:error', peer, error });
      logger.info('link down', { to: peer, error, retry_ms: uplink.nextRetryMs() });
    }
    this.stateChanged(uplink.link);
    this.settle();
    this.rest?.resume();
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

  /** Nobody is dialed any more, though somebody should be: all tries are used up. */
  get hasGivenUp(): boolean {
    const { targets } = this;
    return targets.length > 0 && targets.every((u) => u.hasGivenUp);
  }

  private statusName(): SyncStatusName {
    const { targets } = this;
    const { role, listens, policy } = this.options;
    if (this.hub.live().some((link) => link.receiver?.isStarved)) return 'starved';
    if (targets.length === 0) return role === 'hub' || listens ? 'synced' : 'disabled';
    const live = targets.filter((u) => u.isLive);
    if (live.some((u) => u.current.receiver?.isStarved)) return 'starved';
    if (live.length === 0) return policy === 'never' ? 'disabled' : 'offline';
    if (live.some((u) => u.current.sender?.isScanning === true)) return 'syncing';
    if (this.pendingOps() === 0) return live.length === targets.length ? 'synced' : 'offline';
    return live.some((u) => u.pendingOps() > 0 && u.mayPush()) ? 'syncing' : 'pending';
  }

  /** Figures of all links there have been. */
  private totals(): LinkFigures {
    const sum = this.hub.totals();
    for (const { figures } of this.uplinks) {
      for (const name of Object.keys(sum) as (keyof LinkFigures)[]) sum[name] += figures[name];
    }
    return sum;
  }

  /** Of those that this node dials, or else what it or an edge cannot take. */
  private lastError(): string {
    const ofUplinks = this.targets.map((u) => u.row().lastError).find((error) => error !== '');
    if (ofUplinks !== undefined) return ofUplinks;
    const lacking = this.hub.live().find((link) => link.shortfall !== undefined);
    return lacking === undefined ? '' : `${lacking.peerId}: ${lacking.shortfall}`;
  }

  status(): SyncStatus {
    const { options, targets, uplinks } = this;
    const main = targets.find((u) => u.isLive) ?? targets[0];
    const retries = targets.map((u) => u.nextRetryMs()).filter((ms) => ms >= 0);
    return {
      nodeId: this.identity.nodeId,
      origin: this.identity.originName,
      role: options.role,
      hubUrl: uplinks.find((u) => u.target.isHub)?.target.url ?? '',
      policy: options.policy,
      syncStatus: this.statusName(),
      linkState: main?.current.state.phase ?? 'none',
      lastError: this.lastError(),
      nextRetryMs: retries.length === 0 ? -1 : Math.min(...retries),
      pendingOps: this.pendingOps(),
      lagMs: this.lagMs(),
      bytesInFlight: [...this.links].reduce((sum, link) => sum + (link.sender?.bytesInFlight ?? 0), 0),
      lastSync: this.lastSyncMs === 0 ? '' : new Date(this.lastSyncMs).toISOString(),
      figures: this.totals(),
      reconnects: uplinks.reduce((sum, u) => sum + Math.max(0, u.figures.connects - 1), 0),
      completedSyncs: this.completed,
      failedSyncs: this.failed,
      localStamp: options.store.clock.last(),
      conflicts: this.conflicts.count,
      forks: this.identity.forks,
      uplinks: uplinks.map((u) => u.row()),
      peers: this.hub.rows(options.log.seq),
    };
  }

  /**
   * Whether a node without a keeper may let go of what it has at this dot: every peer that ever was has it (one that is
   * not linked now is taken to lack everything, and so is one that is not remembered any more), and one of them will
   * not let go of it because this node has it. That one relies on nobody and has a lesser id: so the least of those
   * that have it keeps it.
   */
  mayForget(origin: number, stamp: number): boolean {
    const { ledger } = this.options;
    if (this.uplinks.some((u) => u.target.isHub) || ledger.notes.has(cursorsLostNote)) return false;
    const linked = new Map<string, Peer | undefined>();
    for (const link of this.links) {
      linked.set(`cursor:${link.peerId}`, link.peer);
    }
    const known = [...ledger.notes.keys()].filter((name) => name.startsWith('cursor:'));
    const isKept = known.every((name) => linked.get(name)?.kept.covers(origin, stamp) === true);
    const { nodeId } = this.identity;
    const stays = (p: Peer | undefined): boolean => p?.facts.relies === '' && p.nodeId < nodeId;
    return isKept && (known.length === 0 || known.some((name) => stays(linked.get(name))));
  }

  /** Whether each node that was ever linked is so now, by its id. */
  knownPeers(): ReadonlyMap<string, boolean> {
    const linked = new Set([...this.links].filter((link) => link.isLive).map((link) => link.peerId));
    return new Map(this.options.ledger.knownPeers.map((nodeId) => [nodeId, linked.has(nodeId)]));
  }

  /**
   * Takes a node that is away for one that was never met, so that nothing is held back any more which it may lack: see
   * mayForget. Returns whether it was known.
   */
  forgetPeer(nodeId: string): boolean {
    const { ledger, log } = this.options;
    let isKnown = false;
    commitNotes(log, () => {
      isKnown = ledger.forgetPeer(nodeId);
    });
    return isKnown;
  }

  /** What the hub has durably, as far as was last known; undefined where nothing is. */
  keptByHub(): VersionVector | undefined {
    return this.keeping?.kept;
  }

  /** To be called before something goes that the hub has. */
  lettingGo(): void {
    this.keeping?.lettingGo();
  }

  /** What this node may evict by its place among others, in words. */
  evictable(): string {
    const { keeping, uplinks } = this;
    if (keeping?.kept !== undefined) return 'keys of all types that the hub has';
    if (keeping !== undefined) {
      const isMet = this.keeper?.link.lastPeer !== undefined;
      return isMet
        ? 'nothing: on whom the hub relies is not known, or it is this node'
        : 'nothing: the hub has not been met';
    }
    if (uplinks.some((u) => u.target.isHub)) {
      return 'nothing: others may link to this node, and without a disk it cannot pass on what it lacks';
    }
    if (this.options.ledger.notes.has(cursorsLostNote)) {
      return 'nothing: there were more peers than are remembered, and what they have is not known';
    }
    return 'strings that all peers have (EDGE.PEERS), one with a lesser node id among them: there is no hub that keeps the rest';
  }

  /** Whether a key was asked for from the hub, and is not here yet. */
  awaits(keyspace: number, key: Buffer): boolean {
    return this.keeper?.link.receiver?.awaits(keyspace, key) === true;
  }

  private metHub(peer: Peer, isLeaf: boolean): void {
    this.keeping?.met(peer);
    if (isLeaf || this.keeping?.relies !== undefined) return;
    const { logger } = this.options;
    logger.warn('what may be evicted', { evicts: this.evictable(), hub: peer.nodeId });
  }

  /** Those whose hub this node is must know on whom it relies: their links begin anew. */
  private reliesChanged(): void {
    this.hub.restartAll('whom this node relies on has changed');
  }

  /** Keeps the store's horizon with the data: to be called when tombstones went. */
  noteHorizon(): void {
    const { ledger, store, log } = this.options;
    log.setSource('');
    ledger.setNote(horizonNote, JSON.stringify(rowsOf(store.horizon, store.origins, [])));
    log.commit(() => {});
  }

  /** The version vector: stamp by origin name. */
  clock(): ReadonlyMap<string, number> {
    const { ledger, store } = this.options;
    const entries = [...ledger.vector.entries()].map(([o, e]) => [store.origins.name(o), e.stamp] as const);
    return new Map([...entries, [this.identity.originName, store.clock.last()]]);
  }
}
