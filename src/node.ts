// A node: store, journal, commands, clients and sync put together, and the library's way to use one without a network.
// Everything that the parts need of one another meets here, through interfaces; program.ts starts one from a configuration.
import type { RequestListener, Server } from 'node:http';
import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { CommandError, FerriteError } from './base/errors.ts';
import { type Log, silentLog } from './base/log.ts';
import { forgetViews } from './base/runs.ts';
import { version } from './base/version.generated.ts';
import { Dispatch } from './commands/dispatch.ts';
import type { Committer } from './commands/executor.ts';
import type { Host } from './commands/services.ts';
import { loadConfig, machineMemoryBytes } from './config/load-config.ts';
import type { Config } from './config/schema.ts';
import type { Setting } from './config/setting.ts';
import { systemProbes } from './monitor/probes.ts';
import { ResourceSampler } from './monitor/sampler.ts';
import { Background } from './node/background.ts';
import { systemHost } from './node/host.ts';
import { type Argument, LocalClient } from './node/local-client.ts';
import { createEdgeView } from './node/node-edge.ts';
import { createNodeHandler, startHttp } from './node/node-http.ts';
import { createServices, type NodeServices } from './node/node-services.ts';
import { NodeSync } from './node/node-sync.ts';
import { openReplica, type Replica } from './node/replica.ts';
import type { Reply } from './resp/reply-reader.ts';
import { defaultRequestLimits } from './resp/request-decoder.ts';
import type { ConnectionLimits } from './server/connection.ts';
import { defaultConnectionLimits, Listener } from './server/listener.ts';
import type { SyncEvent, SyncOutcome } from './sync/engine.ts';

export { CommandError, FerriteError } from './base/errors.ts';
export type { Log } from './base/log.ts';
export type { Argument } from './node/local-client.ts';
export type { Reply } from './resp/reply-reader.ts';
export type { SyncEvent } from './sync/engine.ts';

/** How an embedded node differs from the defaults. It has no port and no disk unless these are named. */
export interface EdgeNodeOptions {
  readonly nodeId?: string;
  readonly mode?: 'edge' | 'hub';
  /** TCP port for Redis clients; 0 = any free one. Absent: no listening port. */
  readonly port?: number;
  readonly bind?: string;
  /** Directory of journal and snapshots. Absent: memory only. */
  readonly dir?: string;
  /** Bytes, or text such as `64mb`. */
  readonly memoryLimit?: number | string;
  readonly hubUrl?: string;
  readonly token?: string;
  readonly syncPolicy?: 'immediate' | 'periodic' | 'opportunistic' | 'never';
  /** Text such as `30s`. */
  readonly syncInterval?: string;
  readonly conflictResolution?: 'crdt' | 'lww';
  readonly preset?: 'minimal' | 'iot' | 'mobile' | 'standard' | 'full';
  /** Any other configuration key, as text: `{ 'sync.heartbeat_interval': '10s' }`. */
  readonly settings?: Readonly<Record<string, string>>;
  readonly log?: Log;
  /** Told of links, syncs, conflicts and refusals as they come. */
  readonly onSyncEvent?: (event: SyncEvent) => void;
}

/** What program.ts hands over where the configuration is loaded already. */
export interface ConfiguredNode {
  readonly config: Config;
  readonly configFile: string;
  readonly log: Log;
  /** Listen for Redis clients. */
  readonly listen: boolean;
  /** A command asked for the end of the process. */
  readonly onShutdown?: (options: { now: boolean }) => Promise<void>;
  readonly onSyncEvent?: ((event: SyncEvent) => void) | undefined;
}

export interface SetOptions {
  /** Milliseconds to live. */
  readonly px?: number;
  /** Seconds to live. */
  readonly ex?: number;
  /** Only where the key is absent, or only where it exists. */
  readonly if?: 'absent' | 'exists';
}

const closeDeadlineMs = 5000;
const sampleIntervalMs = 30_000;

function configured(options: EdgeNodeOptions): ConfiguredNode {
  const named: readonly (readonly [string, string | undefined])[] = [
    ['edge.node_id', options.nodeId],
    ['edge.mode', options.mode],
    ['server.port', options.port?.toString()],
    ['server.bind', options.bind],
    ['persistence.dir', options.dir],
    ['edge.resources.memory_limit', options.memoryLimit?.toString()],
    ['edge.hub_url', options.hubUrl],
    ['edge.token', options.token],
    ['edge.sync_policy', options.syncPolicy],
    ['edge.sync_interval', options.syncInterval],
    ['edge.conflict_resolution', options.conflictResolution],
    ['edge.preset', options.preset],
    ['persistence.enabled', options.dir === undefined ? 'false' : undefined],
    ...Object.entries(options.settings ?? {}),
  ];
  const settings = named.flatMap(([key, text]): Setting[] =>
    text === undefined ? [] : [{ key, given: { text }, where: 'options' }],
  );
  const machineBytes = machineMemoryBytes(totalmem(), process.constrainedMemory());
  const { config } = loadConfig({ settings, machineMemoryBytes: machineBytes });
  const { log = silentLog, port, onSyncEvent } = options;
  return { config, configFile: '', log, listen: port !== undefined, onSyncEvent };
}

/** Permissions of a file from octal digits. */
function modeOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** Whether only this machine can reach the address. */
function isLoopback(address: string): boolean {
  return address === 'localhost' || address === '::1' || address.startsWith('127.');
}

const outputBytesMin = 64 * 1024 * 1024;

function connectionLimitsOf(config: Config): ConnectionLimits {
  const pubsubBytesMax = config['server.pubsub_output_buffer_limit'];
  const memoryBytes = config['edge.resources.memory_limit'];
  return {
    ...defaultConnectionLimits(),
    outputBytesMax: config['server.client_output_buffer_limit'] ?? Math.max(outputBytesMin, memoryBytes),
    pubsubBytesMax,
    pubsubSoftBytes: Math.floor(pubsubBytesMax / 4),
    drainTimeoutMs: config['server.drain_timeout'],
    idleTimeoutMs: config['server.timeout'],
  };
}

function isConfigured(options: EdgeNodeOptions | ConfiguredNode): options is ConfiguredNode {
  return 'config' in options;
}

interface Running {
  readonly replica: Replica;
  readonly services: NodeServices;
  readonly dispatch: Dispatch;
  readonly background: Background;
  readonly local: LocalClient;
  readonly listener: Listener | undefined;
  readonly sync: NodeSync | undefined;
  readonly sampler: ResourceSampler;
  readonly handler: RequestListener;
  http: Server | undefined;
}

export class EdgeNode {
  private readonly given: ConfiguredNode;
  private readonly host: Host = systemHost();
  private running: Running | undefined;
  private closing: Promise<void> | undefined;

  /** Throws FerriteError CONFIG for options that are none. */
  constructor(options: EdgeNodeOptions | ConfiguredNode = {}) {
    this.given = isConfigured(options) ? options : configured(options);
  }

  /** Recovers the data, then serves and syncs as configured. Throws FerriteError with the reason where it cannot. */
  async open(): Promise<void> {
    if (this.running !== undefined) throw new FerriteError('CLOSED', 'this node is open already');
    const { config, log } = this.given;
    const replica = openReplica(config, log, Date.now);
    let running: Running;
    try {
      running = this.assemble(replica);
    } catch (error) {
      // Its lock would refuse the next attempt.
      await replica.journal?.close();
      throw error;
    }
    this.running = running;
    running.background.start();
    running.sampler.start();
    try {
      await this.serve(running);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Puts the parts together; none of them has begun anything. Throws FerriteError for files that cannot be used. */
  private assemble(replica: Replica): Running {
    const { config, log, configFile } = this.given;
    const nowMs = Date.now;
    const monotonicMs = (): number => performance.now();
    const requestLimits = defaultRequestLimits();
    requestLimits.bulkBytesMax = config['server.proto_max_bulk_len'];
    requestLimits.requestBytesMax = config['server.client_query_buffer_limit'];
    const connectionLimits = connectionLimitsOf(config);
    let listener: Listener | undefined;
    let sync: NodeSync | undefined;
    const sampler = this.createSampler(config, replica);
    const services: NodeServices = createServices({
      config,
      configFile,
      log,
      host: this.host,
      version,
      replica,
      requestLimits,
      connectionLimits,
      listener: () => listener,
      sync: () => sync,
      edge: (shown) => createEdgeView({ ...shown, config, replica, sampler, sync: () => sync, nowMs }),
      shutdown: this.given.onShutdown ?? (() => this.close()),
      nowMs,
    });
    const dispatch = new Dispatch({ services, nowMs, monotonicMs });
    const { journal } = replica;
    const committer: Committer = {
      get pendingBytes() {
        return journal === undefined ? 0 : journal.openBytes;
      },
      commit: (done) => {
        if (journal === undefined) done();
        else {
          journal.commit(done);
          sync?.engine.written();
        }
      },
    };
    if (this.given.listen) {
      listener = new Listener({
        host: config['server.bind'],
        port: config['server.port'],
        unixPath: config['server.unixsocket'],
        unixMode: modeOf(config['server.unixsocketperm']),
        maxClients: config['server.maxclients'],
        executor: dispatch,
        committer,
        log,
        nowMs,
        admit: (session) => services.users.admitAsDefault(session),
        requestLimits,
        limits: connectionLimits,
        keepAliveMs: config['server.tcp_keepalive'],
      });
    }
    const background = new Background({
      config,
      store: replica.store,
      journal: replica.journal,
      stats: services.stats,
      rates: services.rates,
      nowMs,
      monotonicMs,
      latency: services.latency,
      traffic: () => services.clients,
      onDropped: () => sync?.engine.noteHorizon(),
    });
    const handler = createNodeHandler({ services: () => services, sync: () => sync });
    sync = NodeSync.create({
      config,
      log,
      replica,
      onRequest: handler,
      onEvent: (event) => this.given.onSyncEvent?.(event),
      onBug: (error) => {
        setImmediate(() => {
          throw error;
        });
      },
    });
    const engine = sync?.engine;
    if (engine !== undefined) {
      const { eviction } = replica.store;
      eviction.isAcknowledged = (origin, stamp) => engine.mayForget(origin, stamp);
      if (engine.keeper !== undefined) {
        eviction.kept = () => engine.keptByHub();
        eviction.isAwaited = (keyspace, key) => engine.awaits(keyspace, key);
        services.unheldKeys.begin(engine.keeper);
      } else if (eviction.policy !== 'noeviction') {
        log.warn('not every key can be evicted here', { evicts: engine.evictable() });
      }
    }
    const local = new LocalClient(dispatch, committer, nowMs());
    const http: Server | undefined = undefined;
    return { replica, services, dispatch, background, local, listener, sync, sampler, handler, http };
  }

  /** Opens the ports. */
  private async serve(running: Running): Promise<void> {
    running.http = await startHttp(this.given.config, running.handler);
    await running.listener?.open();
    if (running.listener !== undefined) this.warnOfOpenness(running.services);
    await running.sync?.start();
  }

  private warnOfOpenness({ users, log }: NodeServices): void {
    const bind = this.given.config['server.bind'];
    if (users.isOpen && !isLoopback(bind)) {
      log.warn('other machines can connect without a password: see server.requirepass or server.aclfile', {
        bind,
      });
    }
  }

  private createSampler(config: Config, { store, journal, fileJournal }: Replica): ResourceSampler {
    return new ResourceSampler({
      probes: systemProbes,
      dir: fileJournal === undefined ? undefined : config['persistence.dir'],
      intervalMs: sampleIntervalMs,
      figures: () => ({
        storeUsedBytes: store.usedBytes,
        storeLimitBytes: store.limitBytes,
        journalBytes: journal?.storedBytes ?? 0,
        storageLimitBytes: config['edge.resources.storage_limit'],
      }),
      nowMs: Date.now,
      schedule: (run, delayMs) => {
        const timer = setTimeout(run, delayMs);
        timer.unref();
        return () => clearTimeout(timer);
      },
    });
  }

  /** The port for Redis clients, 0 where there is none. */
  get port(): number {
    return this.running?.listener?.port ?? 0;
  }

  get nodeId(): string {
    return this.live.replica.nodeId;
  }

  private get live(): Running {
    if (this.running === undefined) throw new FerriteError('CLOSED', 'this node is not open');
    return this.running;
  }

  /**
   * Runs any command that replies at once and returns its reply. Throws CommandError with Redis's words for an error.
   * What it wrote is in the store at once and, with a disk, in the system's hands at the end of this turn.
   */
  command(...args: readonly Argument[]): Reply {
    return this.live.local.run(args).reply;
  }

  /** Runs any command and resolves with its reply when what it wrote is as durable as configured. */
  execute(...args: readonly Argument[]): Promise<Reply> {
    return this.live.local.runLater(args);
  }

  /** Sets a string. Throws at once where it is refused; resolves when it is as durable as configured. */
  set(key: Argument, value: Argument, options: SetOptions = {}): Promise<boolean> {
    const args: Argument[] = ['set', key, value];
    if (options.px !== undefined) args.push('px', options.px);
    else if (options.ex !== undefined) args.push('ex', options.ex);
    if (options.if !== undefined) args.push(options.if === 'absent' ? 'nx' : 'xx');
    return this.write(args, (reply) => reply !== null);
  }

  /** The value as text, or undefined; of a key that was evicted to the hub undefined too: `execute('get', key)` fetches it. */
  get(key: Argument): string | undefined {
    const reply = this.command('get', key);
    return typeof reply === 'string' ? reply : undefined;
  }

  /** Removes keys; resolves with how many there were. */
  del(...keys: readonly Argument[]): Promise<number> {
    return this.write(['del', ...keys], Number);
  }

  /** Adds an integer; resolves with the sum. */
  incrBy(key: Argument, by = 1): Promise<number> {
    return this.write(['incrby', key, by], Number);
  }

  /** Lets a key live for so many milliseconds; resolves with whether it exists. */
  expire(key: Argument, ms: number): Promise<boolean> {
    return this.write(['pexpire', key, ms], (reply) => reply === 1);
  }

  exists(key: Argument): boolean {
    return this.command('exists', key) === 1;
  }

  /**
   * Resolves when the hub has everything durably that was written before, and this node has what the hub had. Rejects
   * with FerriteError SYNC and the reason where that cannot be.
   */
  sync(options: { readonly full?: boolean; readonly timeoutMs?: number } = {}): Promise<SyncOutcome> {
    const { sync } = this.live;
    if (sync === undefined) return Promise.reject(new FerriteError('SYNC', 'no hub is configured'));
    return sync.engine.sync(options);
  }

  /** What EDGE.STATUS shows. */
  status(): Readonly<Record<string, string | number>> {
    return Object.fromEntries(this.live.services.edge.status());
  }

  /** The WebSocket address for edges, or undefined where none are accepted. */
  get endpoint(): string | undefined {
    return this.live.sync?.endpoint();
  }

  private write<T>(args: readonly Argument[], read: (reply: Reply) => T): Promise<T> {
    try {
      const { reply, committed } = this.live.local.run(args);
      const value = read(reply);
      return committed === undefined ? Promise.resolve(value) : committed.then(() => value);
    } catch (error) {
      // What was evicted can be had, but not at once.
      const isEvicted = error instanceof CommandError && error.message.startsWith('EVICTED ');
      if (!isEvicted) throw error;
      return this.live.local.runLater(args).then(read);
    }
  }

  /** Stops serving, makes everything durable and lets go of the disk. May be called more than once. */
  close(): Promise<void> {
    this.closing ??= this.stop().finally(() => {
      this.running = undefined;
      this.closing = undefined;
    });
    return this.closing;
  }

  private async stop(): Promise<void> {
    const running = this.running;
    if (running === undefined) return;
    running.background.stop();
    running.sampler.stop();
    await running.listener?.close(closeDeadlineMs);
    await running.sync?.stop();
    running.http?.closeAllConnections();
    running.http?.close();
    // What this turn wrote through the library is committed at its end.
    await new Promise(setImmediate);
    try {
      await running.replica.journal?.close();
    } finally {
      forgetViews();
    }
  }
}
