// A node: store, journal, commands, clients and sync put together, and the library's way to use one without a network.
// Everything that the parts need of one another meets here, through interfaces; program.ts starts one from a
// configuration.
import type { RequestListener, Server } from 'node:http';
import { totalmem } from 'node:os';
import { performance } from 'node:perf_hooks';
import { FerriteError } from './base/errors.ts';
import { type Log, silentLog } from './base/log.ts';
import { isLoopback } from './base/loopback.ts';
import { forgetViews } from './base/runs.ts';
import { version } from './base/version.generated.ts';
import { Dispatch } from './commands/dispatch.ts';
import type { Committer } from './commands/executor.ts';
import type { Host } from './commands/services.ts';
import { resolveKey } from './config/layer.ts';
import { loadConfig, machineMemoryBytes } from './config/load-config.ts';
import type { Config, ConfigKey } from './config/schema.ts';
import type { Setting } from './config/setting.ts';
import { suggest } from './config/suggest.ts';
import { systemProbes } from './monitor/probes.ts';
import { ResourceSampler } from './monitor/sampler.ts';
import { Background } from './node/background.ts';
import { namedVariable, systemHost } from './node/host.ts';
import { type Argument, LocalClient, unattended } from './node/local-client.ts';
import { createEdgeView } from './node/node-edge.ts';
import { createNodeHandler, startHttp } from './node/node-http.ts';
import { createServices, type NodeServices } from './node/node-services.ts';
import { NodeSync } from './node/node-sync.ts';
import { openReplica, type Replica } from './node/replica.ts';
import type { DecodedReply, ReadText } from './resp/decode-reply.ts';
import { defaultRequestLimits } from './resp/request-decoder.ts';
import type { ConnectionLimits } from './server/connection.ts';
import { defaultConnectionLimits, Listener } from './server/listener.ts';
import type { SliceSizes } from './store/slice-sizes.ts';
import type { SyncEvent, SyncOutcome } from './sync/engine.ts';

export { CommandError, FerriteError } from './base/errors.ts';
export { createLog, type Log, type LogFields, type LogLevel } from './base/log.ts';
export type { Argument } from './node/local-client.ts';
export type { SyncEvent, SyncOutcome } from './sync/engine.ts';

/**
 * A reply with texts as strings. Integers that a number cannot hold exactly are bigints; errors stand in arrays only.
 */
export type Reply = DecodedReply<string>;
/** A reply with texts as the bytes that they are. */
export type BytesReply = DecodedReply<Buffer>;

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
  /** Listen for Redis clients on `server.port` too, and not only on a Unix socket where one is named. */
  readonly listenTcp: boolean;
  /** Absent: the usual ones. Tests see slices of very little. */
  readonly sliceSizes?: SliceSizes;
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

const asText: ReadText<string> = (bytes) => bytes.toString();
const asBytes: ReadText<Buffer> = (bytes) => Buffer.from(bytes);

/** The options that are configuration keys by another name. */
const keyOfOption = {
  nodeId: 'edge.node_id',
  mode: 'edge.mode',
  port: 'server.port',
  bind: 'server.bind',
  dir: 'persistence.dir',
  memoryLimit: 'edge.resources.memory_limit',
  hubUrl: 'edge.hub_url',
  token: 'edge.token',
  syncPolicy: 'edge.sync_policy',
  syncInterval: 'edge.sync_interval',
  conflictResolution: 'edge.conflict_resolution',
  preset: 'edge.preset',
} as const satisfies Readonly<Record<Exclude<keyof EdgeNodeOptions, OtherOption>, ConfigKey>>;

type OtherOption = 'settings' | 'log' | 'onSyncEvent';
const otherOptions: readonly OtherOption[] = ['settings', 'log', 'onSyncEvent'];

function textOf(options: EdgeNodeOptions, option: string): string | undefined {
  const value = Object.entries(options).find(([name]) => name === option)?.[1];
  return value === undefined ? undefined : String(value);
}

/** For those whom no compiler tells: an option that is misspelled would be one that has no effect. */
function refuseUnknown(options: EdgeNodeOptions): void {
  const names = [...Object.keys(keyOfOption), ...otherOptions];
  for (const name of Object.keys(options)) {
    if (names.includes(name)) continue;
    const near = suggest(name, names);
    const hint = near === undefined ? '' : `, did you mean ${near}?`;
    throw new FerriteError('CONFIG', `options: ${name}: unknown option${hint}`);
  }
}

function configured(options: EdgeNodeOptions): ConfiguredNode {
  const { log = silentLog } = options;
  const others = Object.entries(options.settings ?? {});
  const keys = new Set(others.map(([key]) => resolveKey(key)));
  if (keys.has('log.level')) {
    throw new FerriteError('CONFIG', 'options: log.level: has no effect here, allowed: the level of `log`');
  }
  const isOnDisk = options.dir !== undefined || keys.has('persistence.dir');
  const tokenVariable = others.find(([key]) => resolveKey(key) === 'edge.token_env')?.[1];
  refuseUnknown(options);
  const named: readonly (readonly [string, string | undefined])[] = [
    ...Object.entries(keyOfOption).map(([option, key]) => [key, textOf(options, option)] as const),
    ['persistence.enabled', String(isOnDisk)],
    ...others,
  ];
  const settings = named.flatMap(([key, text]): Setting[] =>
    text === undefined ? [] : [{ key, given: { text }, where: 'options' }],
  );
  const machineBytes = machineMemoryBytes(totalmem(), process.constrainedMemory());
  const { config, warnings } = loadConfig({
    settings,
    machineMemoryBytes: machineBytes,
    // Nothing else of the environment is the library's business.
    env: namedVariable(tokenVariable),
  });
  for (const warning of warnings) log.warn('configuration', { warning });
  const listenTcp = options.port !== undefined || keys.has('server.port');
  return { config, configFile: '', log, listenTcp, onSyncEvent: options.onSyncEvent };
}

/** Permissions of a file from octal digits. */
function modeOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
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
  /** The opening that no close() has undone yet. */
  private opened: Promise<void> | undefined;
  /** The last close(): the next open() begins when it has ended. */
  private closed: Promise<void> = Promise.resolve();

  /** Throws FerriteError CONFIG for options that are none. */
  constructor(options: EdgeNodeOptions | ConfiguredNode = {}) {
    this.given = isConfigured(options) ? options : configured(options);
  }

  /**
   * Recovers the data, then serves and syncs as configured, once a close() under way has ended. Rejects with
   * FerriteError and the reason where it cannot.
   */
  open(): Promise<void> {
    if (this.opened !== undefined) {
      return Promise.reject(new FerriteError('CLOSED', 'this node is open already'));
    }
    const start = (): Promise<void> => this.start();
    const opened = this.closed.then(start, start);
    this.opened = opened;
    return opened.catch((error: unknown) => {
      if (this.opened === opened) this.opened = undefined;
      throw error;
    });
  }

  private async start(): Promise<void> {
    const { config, log, sliceSizes } = this.given;
    const replica = openReplica(config, log, Date.now, sliceSizes);
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
      await this.stop();
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
    if (this.given.listenTcp || config['server.unixsocket'] !== undefined) {
      listener = new Listener({
        host: config['server.bind'],
        port: this.given.listenTcp ? config['server.port'] : undefined,
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
      stats: services.stats,
      rates: services.rates,
      nowMs,
      monotonicMs,
      latency: services.latency,
      traffic: () => services.clients,
      onDropped: () => sync?.engine.noteHorizon(),
      commit: () => {
        journal?.commit(() => {});
        sync?.engine.recorded();
      },
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
        eviction.lettingGo = () => engine.lettingGo();
        eviction.isAwaited = (keyspace, key) => engine.awaits(keyspace, key);
        services.unheldKeys.begin(engine.keeper);
      } else if (eviction.policy !== 'noeviction') {
        log.warn('not every key can be evicted here', { evicts: engine.evictable() });
      }
    }
    const local = new LocalClient(dispatch, committer, nowMs);
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
    if (users.isOpen && bind !== 'localhost' && !isLoopback(bind)) {
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
      steadyMs: () => performance.now(),
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
    // Also while it is being opened to be closed.
    return (this.running ?? this.live).replica.nodeId;
  }

  private get live(): Running {
    if (this.running === undefined || this.opened === undefined) {
      throw new FerriteError('CLOSED', 'this node is not open');
    }
    return this.running;
  }

  /**
   * Runs any command that replies at once and returns its reply. Throws CommandError with Redis's words for an error,
   * and where the reply comes later, as for all commands under CLIENT PAUSE. What it wrote is in the store at once and,
   * with a disk, in the system's hands at the end of this turn.
   */
  command(...args: readonly Argument[]): Reply {
    return this.live.local.run(args, asText);
  }

  /** As `command`, with texts as bytes: for values that are no UTF-8. */
  commandBytes(...args: readonly Argument[]): BytesReply {
    return this.live.local.run(args, asBytes);
  }

  /**
   * Runs any command and resolves with its reply when what it wrote is as durable as configured. Rejects with
   * CommandError in Redis's words, with FerriteError JOURNAL_IO where the disk failed, CLOSED where the node closes
   * before the reply. As with all that this class promises but open() and close(), nothing happens where nobody waits
   * for the rejection.
   */
  execute(...args: readonly Argument[]): Promise<Reply> {
    return this.later(({ local }) => local.runLater(args, asText));
  }

  /** As `execute`, with texts as bytes. */
  executeBytes(...args: readonly Argument[]): Promise<BytesReply> {
    return this.later(({ local }) => local.runLater(args, asBytes));
  }

  /**
   * Runs commands as one group, as MULTI and EXEC do: here, on disk and on every other node all of it is seen or none.
   * Resolves with their replies; a command that failed has its CommandError there. Rejects, with nothing done, where
   * one is not well-formed. The database is 0 unless SELECT is the first of them.
   */
  transaction(commands: readonly (readonly Argument[])[]): Promise<Reply[]> {
    return this.later(async ({ local }) => {
      const replies = await local.transact(commands, asText);
      return Array.isArray(replies) ? replies : [];
    });
  }

  /** Sets a string. Rejects where it is refused; resolves when it is as durable as configured. */
  set(key: Argument, value: Argument, options: SetOptions = {}): Promise<boolean> {
    const args: Argument[] = ['set', key, value];
    if (options.px !== undefined) args.push('px', options.px);
    if (options.ex !== undefined) args.push('ex', options.ex);
    if (options.if !== undefined) args.push(options.if === 'absent' ? 'nx' : 'xx');
    return this.write(args, (reply) => reply !== null);
  }

  /**
   * The value as text, or undefined; of a key that was evicted to the hub undefined too: `execute('get', key)` fetches
   * it.
   */
  get(key: Argument): string | undefined {
    const reply = this.command('get', key);
    return typeof reply === 'string' ? reply : undefined;
  }

  /** The value as the bytes that were set, or undefined: as `get`. */
  getBytes(key: Argument): Buffer | undefined {
    const reply = this.commandBytes('get', key);
    return Buffer.isBuffer(reply) ? reply : undefined;
  }

  /** Removes keys; resolves with how many there were. */
  del(...keys: readonly Argument[]): Promise<number> {
    return this.write(['del', ...keys], Number);
  }

  /** Adds an integer; resolves with the sum, rounded beyond 2^53: `execute('incrby', key, by)` has all its digits. */
  incrBy(key: Argument, by: number | bigint = 1): Promise<number> {
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
    return this.later(async ({ sync }) => {
      if (sync === undefined) throw new FerriteError('SYNC', 'no hub is configured');
      return sync.engine.sync(options);
    });
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
    return this.later(({ local }) => local.runLater(args, asText).then(read));
  }

  /** Begins at once; what is wrong becomes a rejection, also that the node is closed. */
  private later<T>(run: (running: Running) => Promise<T>): Promise<T> {
    try {
      return unattended(run(this.live));
    } catch (error) {
      return unattended(Promise.reject(error));
    }
  }

  /**
   * Stops serving, makes everything durable and lets go of the disk; a node that is being opened is closed when it is
   * open. From now on nothing is taken (FerriteError CLOSED). May be called more than once.
   */
  close(): Promise<void> {
    const { opened } = this;
    if (opened === undefined) return this.closed;
    this.opened = undefined;
    const closed = opened.then(
      () => this.stop(),
      () => {},
    );
    this.closed = closed;
    return closed.catch((error: unknown) => {
      // It is closed all the same.
      if (this.closed === closed) this.closed = Promise.resolve();
      throw error;
    });
  }

  private async stop(): Promise<void> {
    const { running } = this;
    if (running === undefined) return;
    this.running = undefined;
    running.background.stop();
    running.sampler.stop();
    running.sync?.engine.endDemands();
    await running.listener?.close(closeDeadlineMs);
    await running.sync?.stop();
    running.http?.closeAllConnections();
    running.http?.close();
    // What this turn wrote through the library is committed at its end.
    await new Promise(setImmediate);
    try {
      await running.replica.journal?.close();
    } finally {
      running.local.stop(new FerriteError('CLOSED', 'the node was closed before the reply came'));
      forgetViews();
    }
  }
}
