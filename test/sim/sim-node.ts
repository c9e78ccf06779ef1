// A simulated node: the real store, ledger and sync on a simulated disk, clock and network. It can be stopped, crash
// with the loss of what was not durable, and start again from its disk.
import { HybridClock } from '../../src/base/clock.ts';
import { CommandError } from '../../src/base/errors.ts';
import { silentLog } from '../../src/base/log.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { DeltaKind, isBookkeeping } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';
import { Ledger } from '../../src/store/ledger.ts';
import type { SliceSizes } from '../../src/store/slice-sizes.ts';
import { Store } from '../../src/store/store.ts';
import { SyncEngine } from '../../src/sync/engine.ts';
import { Identity } from '../../src/sync/identity.ts';
import { type SyncLimits, syncLimitsDefault } from '../../src/sync/limits.ts';
import { linkTimesDefault } from '../../src/sync/link-machine.ts';
import type { SyncBlock } from '../../src/sync/ports.ts';
import type { Dial } from '../../src/sync/transport.ts';
import type { SyncPolicy, UplinkTarget } from '../../src/sync/uplink.ts';
import { Rig, type RigClient } from '../commands/command-rig.ts';
import { visibleOf } from '../store/fleet.ts';
import type { Scheduler } from './scheduler.ts';
import { type Disk, SimLog } from './sim-log.ts';

export const buildMs = Date.UTC(2026, 0, 1);

export interface SimNodeOptions {
  readonly nodeId: string;
  readonly role: 'edge' | 'hub';
  /** The way to the hub. */
  readonly dial?: Dial;
  readonly peers?: readonly UplinkTarget[];
  readonly policy?: SyncPolicy;
  limits?: Partial<SyncLimits>;
  readonly keepRecords?: number;
  readonly pinnedRecords?: number;
  readonly memoryBytes?: number;
  /** Absent: the usual ones. */
  readonly sliceSizes?: SliceSizes | undefined;
  readonly lww?: boolean;
  /** Its hub keeps what it evicts. */
  readonly evicts?: boolean;
  /** By default it does, where it does not evict. */
  readonly listens?: boolean;
}

/** A request that a client has sent. */
interface Asked {
  readonly client: RigClient;
  readonly onReply: (reply: string) => void;
}

/** How often what happens by and by in a node that evicts is looked at, virtual ms. */
const tickMs = 20;

export class SimNode {
  readonly options: SimNodeOptions;
  readonly scheduler: Scheduler;
  disk: Disk;
  store!: Store;
  ledger!: Ledger;
  log!: SimLog;
  engine!: SyncEngine;
  private rig!: Rig;
  private client!: RigClient;
  isUp = false;
  conflicts = 0;
  /** Own increments by the seq that they were journaled at: what a crash may take. */
  increments: { readonly seq: number; readonly key: string; readonly by: number }[] = [];
  private run = 0;
  private wasPutBack = false;
  private asked: Asked[] = [];

  constructor(options: SimNodeOptions, scheduler: Scheduler, disk: Disk) {
    this.options = options;
    this.scheduler = scheduler;
    this.disk = disk;
  }

  /** Starts from the disk. */
  start(): void {
    const { options, scheduler } = this;
    this.run += 1;
    const { run } = this;
    const timers = scheduler.timersFor(() => this.run !== run);
    const random32 = (): number => Math.floor(scheduler.random() * 2 ** 32);
    const origins = new Origins();
    const clock = new HybridClock(buildMs);
    this.store = new Store({
      memoryBytes: options.memoryBytes ?? 1024 * 1024,
      origins,
      clock,
      hashSeed: [random32(), random32()],
      random: scheduler.random,
      sliceSizes: options.sliceSizes,
    });
    this.store.lww = options.lww ?? false;
    this.store.keepDead();
    this.store.nowMs = scheduler.nowMs;
    this.ledger = new Ledger();
    this.recover(origins);
    this.log = new SimLog(this.disk, origins, timers, () => 1 + scheduler.random() * 40);
    this.log.keepRecords = options.keepRecords ?? 0;
    this.log.pinnedRecords = options.pinnedRecords ?? 0;
    this.rig = new Rig({ store: this.store });
    this.client = this.rig.connect();
    this.store.recorder = this.log.writer;
    this.store.runs = this.log.runs;
    this.ledger.recorder = this.log.writer;
    const { nodeId } = options;
    const identity = new Identity({
      nodeId,
      store: this.store,
      log: this.log,
      ledger: this.ledger,
      random32,
    });
    this.store.clock.observe(scheduler.nowMs);
    identity.begin();
    this.log.commit(() => {});
    this.engine = new SyncEngine({
      identity,
      role: options.role,
      software: 'sim',
      isDurable: true,
      store: this.store,
      log: this.log,
      ledger: this.ledger,
      uplinks: [
        ...(options.dial ? [{ url: 'sim://hub', isHub: true, dial: options.dial }] : []),
        ...(options.peers ?? []),
      ],
      listens: options.listens ?? options.evicts !== true,
      policy: options.policy ?? 'immediate',
      syncIntervalMs: 3000,
      limits: {
        ...syncLimitsDefault,
        batchBytes: 2048,
        windowBytes: 8192,
        slicedBytes: 200,
        sliceRecords: 3,
        linksPerMs: 0.1,
        ...options.limits,
      },
      times: linkTimesDefault,
      connectionsMax: 100,
      timers,
      logger: silentLog,
      onEvent: (event) => {
        if (event.type === 'conflict') this.conflicts += 1;
      },
      onBug: (error) => {
        throw error;
      },
    });
    this.isUp = true;
    this.engine.start();
    this.asked = [];
    const { keeper } = this.engine;
    const evicts = options.evicts === true && keeper !== undefined;
    if (evicts) {
      this.store.eviction.kept = () => this.engine.keptByHub();
      this.store.eviction.lettingGo = () => this.engine.lettingGo();
      this.store.eviction.isAwaited = (keyspace, key) => this.engine.awaits(keyspace, key);
      this.store.eviction.policy = 'allkeys-random';
      this.rig.services.unheldKeys.begin(keeper);
    }
    // What waits for keys, and what is done in slices, goes on though nobody asks.
    if (!evicts && options.sliceSizes === undefined) return;
    const tick = (): void => {
      this.command(() => this.rig.timers.advance(tickMs));
      timers.after(tickMs, tick);
    };
    timers.after(tickMs, tick);
  }

  private recover(origins: Origins): void {
    const { store, ledger, disk } = this;
    const reader = new BatchReader(origins);
    ledger.repairs = store;
    let own = 0;
    const tellOwn = (): void => {
      if (own > 0) ledger.witnessOwn(own);
      own = 0;
    };
    const join = (block: SyncBlock, reader: BatchReader): void => {
      reader.open(block.buf, block.start, block.end);
      while (reader.next()) {
        if (reader.kind === DeltaKind.run) {
          const inner = new BatchReader(origins);
          for (const part of disk.runs.get(reader.runNumber) ?? []) join(part, inner);
          continue;
        }
        if (isBookkeeping(reader.kind)) {
          tellOwn();
          ledger.apply(reader);
          continue;
        }
        if (reader.origin === ledger.ownOrigin && reader.stamp > own) own = reader.stamp;
        store.join(reader, undefined, true);
      }
    };
    for (const block of disk.blocks) {
      join(block, reader);
      store.endBlock();
    }
    tellOwn();
    for (const stamp of ledger.stamps()) if (store.clock.believes(stamp)) store.clock.witness(stamp);
    ledger.repairs = undefined;
  }

  /** Runs a command as the server would: sets the time, runs, commits. */
  command(run: (store: Store) => void): void {
    if (!this.isUp) return;
    this.store.nowMs = this.scheduler.nowMs;
    this.store.clock.observe(this.store.nowMs);
    try {
      run(this.store);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
    this.hear();
    this.log.commit(() => {});
    this.engine.written();
  }

  /** Passes on the replies that have come, before what they acknowledge is committed. */
  private hear(): void {
    this.asked = this.asked.filter(({ client, onReply }) => {
      const reply = client.lateNow();
      if (reply !== '') onReply(reply);
      return reply === '';
    });
  }

  /** Runs a command as a client of its own would send it, which may have to wait for its reply. */
  ask(db: number, args: readonly string[], onReply: (reply: string) => void = () => {}): void {
    const client = this.rig.connect();
    this.command(() => {
      this.rig.nowMs = this.scheduler.nowMs;
      this.rig.dispatch.beginTurn();
      client.session.db = db;
      const reply = client.send(...args);
      if (reply === '') this.asked.push({ client, onReply });
      else onReply(reply);
      this.rig.timers.endTurn();
    });
    this.rig.clients.length = 0;
  }

  /** Keys that came back from the hub since the start. */
  get fetched(): number {
    return this.rig.services.unheldKeys.fetched;
  }

  /** Whether a key, named as in `visible`, is held whole. */
  holds(name: string): boolean {
    const key = Buffer.from(name.slice(name.indexOf(':') + 1), 'latin1');
    const { store } = this;
    const ks = store.keyspaces[Number(name.slice(0, name.indexOf(':')))]!;
    return store.unheld.find(ks, store.hash.of(key, 0, key.length), key, 0, key.length) === undefined;
  }

  /** Lets go of some keys that the hub keeps. */
  evict(): void {
    this.command((s) => s.eviction.relieve(0));
  }

  /**
   * Adds by a command that may have to wait or be refused; `onDone` where it was done, and `increments` then has it as
   * `key`.
   */
  askToIncr(args: readonly string[], key: string, by: number, onDone: () => void): void {
    this.ask(0, args, (reply) => {
      if (!reply.startsWith(':')) return;
      this.increments.push({ seq: this.log.seq + this.log.writer.count - 1, key, by });
      onDone();
    });
  }

  /** Runs a command as a client would send it; an error reply is as good as any. */
  send(db: number, ...args: readonly string[]): string {
    let reply = '';
    this.command(() => {
      this.rig.nowMs = this.scheduler.nowMs;
      this.rig.dispatch.beginTurn();
      this.client.session.db = db;
      reply = this.client.send(...args);
      this.rig.timers.endTurn();
    });
    return reply;
  }

  set(key: string, value: string, ttlMs = 0): void {
    const [k, v] = [Buffer.from(key), Buffer.from(value)];
    const deadlineMs = ttlMs === 0 ? 0 : Math.floor(this.scheduler.nowMs + ttlMs);
    this.command((s) => s.strings.set(s.keyspace(0), k, 0, k.length, v, 0, v.length, deadlineMs));
  }

  append(key: string, value: string): void {
    const [k, v] = [Buffer.from(key), Buffer.from(value)];
    this.command((s) => {
      const ks = s.keyspace(0);
      const at = s.find(ks, s.hash.of(k, 0, k.length), k, 0, k.length);
      const length = at === 0 ? 0 : s.strings.length(at);
      s.strings.patch(ks, k, 0, k.length, length, v, 0, v.length);
    });
  }

  del(key: string): void {
    const k = Buffer.from(key);
    this.command((s) => s.remove(s.keyspace(0), k, 0, k.length));
  }

  expire(key: string, ttlMs: number): void {
    const k = Buffer.from(key);
    this.command((s) => {
      const ks = s.keyspace(0);
      const hash = s.hash.of(k, 0, k.length);
      const at = s.find(ks, hash, k, 0, k.length);
      if (at !== 0) s.expireAt(ks, hash, at, Math.floor(this.scheduler.nowMs + ttlMs));
    });
  }

  /** What COPY and RENAME do. */
  ship(from: string, to: string, moves: boolean): void {
    const [k, t] = [Buffer.from(from), Buffer.from(to)];
    this.command((s) => {
      const ks = s.keyspace(0);
      const at = s.find(ks, s.hash.of(k, 0, k.length), k, 0, k.length);
      if (at === 0 || from === to) return;
      s.ship(at, ks, t, 0, t.length);
      if (moves) s.remove(ks, k, 0, k.length);
    });
  }

  incrByFloat(key: string, by: string): void {
    const k = Buffer.from(key);
    this.command((s) => s.strings.countDecimal(s.keyspace(0), k, 0, k.length, by));
  }

  /** What the background does now and then. */
  purge(): void {
    this.command((s) => s.expireSlice(100));
  }

  incr(key: string, by: number): void {
    if (!this.isUp) return;
    const k = Buffer.from(key);
    this.increments.push({ seq: this.log.seq + this.log.writer.count, key, by });
    this.command((s) => s.strings.count(s.keyspace(0), k, 0, k.length, by));
  }

  /** The string under a key with its deadline. Reads by the way, as nobody does: it purges and commits nothing. */
  get(key: string): string | undefined {
    const k = Buffer.from(key);
    const { store } = this;
    store.nowMs = this.scheduler.nowMs;
    const at = store.keyspace(0).entryOf(store.hash.of(k, 0, k.length), k, 0, k.length);
    if (at === 0 || store.isExpired(at)) return undefined;
    const deadline = store.entries.hasExpiry(at) ? store.entries.deadline(at) : 0;
    return `${store.strings.copy(at).toString()}@${deadline}`;
  }

  /** All that clients see, by keyspace and key. */
  visible(): Record<string, string> {
    // Fields past their deadline are counted until they are purged.
    this.command((store) => {
      while (store.fieldExpiry.slice(10_000));
    });
    this.store.nowMs = this.scheduler.nowMs;
    return visibleOf(this.store);
  }

  /** Puts its disk back to an earlier state, and starts it. A crash takes nothing from here on of what it counted. */
  putBack(disk: Disk): void {
    this.crash(false);
    this.disk = disk;
    this.increments = [];
    this.wasPutBack = true;
    this.start();
  }

  /**
   * Whether it was put back and has met nobody since: a copy of what it makes then is of a past that its peers know
   * under another name (SPEC, "What a crash does").
   */
  isAstray(): boolean {
    const { hub } = this.engine;
    if (this.isUp && (hub.live().length > 0 || this.engine.status().linkState === 'live'))
      this.wasPutBack = false;
    return this.wasPutBack;
  }

  /** The process dies; with `powerLoss`, what was not durable dies with it. */
  crash(powerLoss: boolean): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.run += 1;
    this.engine.abandon();
    if (powerLoss) {
      this.disk.blocks.length = this.disk.durable;
      const { seq } = this.log;
      this.increments = this.increments.filter((i) => i.seq < seq);
    } else this.disk.durable = this.disk.blocks.length;
  }
}
