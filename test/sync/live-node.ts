// A node for tests and benches with real sockets and time: real store and sync, the journal's tail in memory.
import { randomInt } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HybridClock } from '../../src/base/clock.ts';
import { createLog, silentLog } from '../../src/base/log.ts';
import { Origins } from '../../src/delta/origins.ts';
import type { DeltaLog } from '../../src/journal/delta-log.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { Store } from '../../src/store/store.ts';
import { SyncEngine, type SyncEvent } from '../../src/sync/engine.ts';
import { Identity } from '../../src/sync/identity.ts';
import { type SyncLimits, syncLimitsDefault } from '../../src/sync/limits.ts';
import { type LinkTimes, linkTimesDefault } from '../../src/sync/link-machine.ts';
import { systemTimers } from '../../src/sync/ports.ts';
import { Tokens } from '../../src/sync/tokens.ts';
import type { SyncPolicy, UplinkTarget } from '../../src/sync/uplink.ts';
import { dialPeer } from '../../src/sync/ws-dial.ts';
import { WsHub } from '../../src/sync/ws-hub.ts';

export interface LiveNodeOptions {
  readonly nodeId: string;
  readonly hubUrl?: string;
  readonly peers?: readonly string[];
  readonly role?: 'edge' | 'hub';
  readonly token?: string;
  readonly policy?: SyncPolicy;
  readonly limits?: Partial<SyncLimits>;
  readonly memoryBytes?: number;
  readonly connectionsMax?: number;
  readonly times?: Partial<LinkTimes>;
  /** Makes the journal; in memory by default. */
  readonly journal?: (origins: Origins, store: Store, ledger: Ledger) => DeltaLog;
}

export class LiveNode {
  readonly store: Store;
  readonly ledger = new Ledger();
  readonly log: DeltaLog;
  readonly engine: SyncEngine;
  readonly events: SyncEvent[] = [];
  /** What it has logged. */
  readonly lines: string[] = [];

  constructor(options: LiveNodeOptions) {
    const origins = new Origins();
    this.store = new Store({
      memoryBytes: options.memoryBytes ?? 8 * 1024 * 1024,
      origins,
      clock: new HybridClock(Date.UTC(2026, 0, 1)),
      hashSeed: [randomInt(2 ** 32), randomInt(2 ** 32)],
      random: Math.random,
    });
    const { store, ledger } = this;
    store.keepDead();
    ledger.repairs = store;
    this.log =
      options.journal?.(origins, store, ledger) ??
      new MemoryJournal({ origins, tailBytesMax: 64 * 1024 * 1024 });
    ledger.repairs = undefined;
    const { log } = this;
    store.recorder = log.writer;
    ledger.recorder = log.writer;
    this.beginTurn();
    const identity = new Identity({ nodeId: options.nodeId, store, log, ledger });
    identity.begin();
    log.commit(() => {});
    const { hubUrl, nodeId, token } = options;
    const target = (url: string, isHub: boolean): UplinkTarget => ({
      url,
      isHub,
      dial: dialPeer({
        url,
        nodeId,
        connectTimeoutMs: 2000,
        ...(token === undefined ? {} : { token }),
      }),
    });
    const hubs = hubUrl === undefined ? [] : [target(hubUrl, true)];
    const peers = (options.peers ?? []).map((url) => target(url, false));
    this.engine = new SyncEngine({
      identity,
      role: options.role ?? (hubUrl === undefined ? 'hub' : 'edge'),
      software: 'test',
      isDurable: false,
      store,
      log,
      ledger,
      uplinks: [...hubs, ...peers],
      listens: true,
      policy: options.policy ?? 'immediate',
      syncIntervalMs: 1000,
      limits: { ...syncLimitsDefault, ...options.limits },
      times: {
        ...linkTimesDefault,
        reconnectInitialMs: 20,
        reconnectMaxMs: 200,
        closeTimeoutMs: 500,
        ...options.times,
      },
      connectionsMax: options.connectionsMax ?? 10,
      timers: systemTimers,
      logger: createLog('info', (line) => this.lines.push(line), Date.now),
      onEvent: (event) => this.events.push(event),
      onBug: (error) => {
        throw error;
      },
    });
    this.engine.start();
  }

  beginTurn(): void {
    this.store.nowMs = Date.now();
    this.store.clock.observe(this.store.nowMs);
  }

  set(key: string, value: string): void {
    this.beginTurn();
    const [k, v] = [Buffer.from(key), Buffer.from(value)];
    this.store.strings.set(this.store.keyspace(0), k, 0, k.length, v, 0, v.length, 0);
    this.log.commit(() => {});
  }

  incr(key: string): void {
    this.beginTurn();
    const k = Buffer.from(key);
    this.store.strings.count(this.store.keyspace(0), k, 0, k.length, 1);
    this.log.commit(() => {});
  }

  get(key: string): string | undefined {
    const k = Buffer.from(key);
    const ks = this.store.keyspace(0);
    const at = this.store.find(ks, this.store.hash.of(k, 0, k.length), k, 0, k.length);
    return at === 0 ? undefined : this.store.strings.copy(at).toString();
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    await this.log.close();
  }
}

export interface LiveHub {
  readonly node: LiveNode;
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** A hub that listens on loopback; `port` 0 = any free one. */
export async function liveHub(tokens: readonly string[] = [], port = 0, given?: LiveNode): Promise<LiveHub> {
  const node = given ?? new LiveNode({ nodeId: 'hub' });
  const ws = new WsHub({
    path: '/edge/ws',
    tokens: new Tokens(tokens),
    hub: node.engine.hub,
    logger: silentLog,
  });
  const server: Server = createServer((_request, response) => {
    response.statusCode = 404;
    response.end();
  });
  server.on('upgrade', (request, socket, head) => ws.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const bound = (server.address() as AddressInfo).port;
  return {
    node,
    port: bound,
    url: `ws://127.0.0.1:${bound}/edge/ws`,
    stop: async () => {
      await node.stop();
      ws.close();
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
