// The sync of this node: the engine with its uplink, the listener for edges on hubs, and what commands, metrics and
// health see of both. Configuration becomes limits and times here and nowhere else.
import { readFileSync } from 'node:fs';
import type { IncomingMessage, RequestListener, Server } from 'node:http';
import { bareUrl } from '../base/bare-url.ts';
import { FerriteError } from '../base/errors.ts';
import { late } from '../base/late.ts';
import type { Log } from '../base/log.ts';
import { version } from '../base/version.generated.ts';
import type { SyncSummary } from '../commands/services.ts';
import type { Config } from '../config/schema.ts';
import { httpConnectionsMax, httpLimits } from '../http/request-handler.ts';
import { authorityProblems } from '../sync/authorities.ts';
import { SyncEngine, type SyncEvent } from '../sync/engine.ts';
import { unsettledMax } from '../sync/hub.ts';
import { type SyncLimits, syncLimitsDefault } from '../sync/limits.ts';
import { type LinkTimes, linkTimesDefault } from '../sync/link-machine.ts';
import { systemTimers } from '../sync/ports.ts';
import { Tokens } from '../sync/tokens.ts';
import type { UplinkTarget } from '../sync/uplink.ts';
import { dialPeer } from '../sync/ws-dial.ts';
import { WsHub } from '../sync/ws-hub.ts';
import type { Replica } from './replica.ts';

const http = late<typeof import('node:http')>('node:http');
const tls = late<typeof import('node:tls')>('node:tls');

function limitsOf(config: Config): SyncLimits {
  return {
    ...syncLimitsDefault,
    batchDeltas: config['sync.batch_deltas'],
    batchBytes: config['sync.batch_bytes'],
    windowBytes: config['sync.window_bytes'],
    offlineQueueSize: config['edge.offline_queue_size'],
    maxClockSkewMs: config['sync.max_clock_skew'],
    conflictsMax: config['sync.conflict_log_size'],
    packs: config['sync.compression'] === 'lz4',
  };
}

function timesOf(config: Config): LinkTimes {
  return {
    ...linkTimesDefault,
    connectTimeoutMs: config['sync.connect_timeout'],
    handshakeTimeoutMs: config['sync.handshake_timeout'],
    heartbeatIntervalMs: config['sync.heartbeat_interval'],
    deadPeerTimeoutMs: config['sync.dead_peer_timeout'],
    reconnectInitialMs: config['sync.reconnect_initial_delay'],
    reconnectMaxMs: config['sync.reconnect_max_delay'],
    reconnectMultiplier: config['sync.reconnect_multiplier'],
    reconnectAttempts: config['sync.reconnect_max_attempts'],
  };
}

/** Whether this node accepts links. */
export function acceptsEdges(config: Config): boolean {
  return config['edge.enabled'] && (config['edge.mode'] === 'hub' || config['edge.listen']);
}

/**
 * The authorities of NODE_EXTRA_CA_CERTS, which Node leaves out where others are named. It warns of a file that is
 * none.
 */
function extraAuthorities(): readonly string[] {
  const { NODE_EXTRA_CA_CERTS: path } = process.env;
  if (path === undefined || path === '') return [];
  try {
    return [readFileSync(path, 'utf8')];
  } catch {
    return [];
  }
}

/**
 * Whom TLS trusts: the usual authorities and those of `sync.ca`. Throws FerriteError CONFIG for a file that is none.
 */
function authoritiesOf(config: Config): readonly string[] | undefined {
  const path = config['sync.ca'];
  if (path === undefined) return undefined;
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (error) {
    throw new FerriteError('CONFIG', `sync.ca: ${error instanceof Error ? error.message : error}`, error);
  }
  const problems = authorityProblems(path, pem);
  if (problems.length > 0) throw new FerriteError('CONFIG', problems.join('\n'));
  return [...tls().rootCertificates, ...extraAuthorities(), pem];
}

/** Who is dialed: the hub and the peers. */
function uplinksOf(config: Config, nodeId: string): UplinkTarget[] {
  const token = config['edge.token'];
  const ca = authoritiesOf(config);
  const target = (url: string, isHub: boolean): UplinkTarget => ({
    url: bareUrl(url),
    isHub,
    dial: dialPeer({
      url,
      nodeId,
      connectTimeoutMs: config['sync.connect_timeout'],
      ...(token === undefined ? {} : { token }),
      ...(ca === undefined ? {} : { ca }),
    }),
  });
  const hubUrl = config['edge.hub_url'];
  const hubs = hubUrl === undefined ? [] : [target(hubUrl, true)];
  return [...hubs, ...config['edge.peers'].map((url) => target(url, false))];
}

export interface NodeSyncParts {
  readonly config: Config;
  readonly log: Log;
  readonly replica: Replica;
  /** Answers what is no link: health and metrics. */
  readonly onRequest: RequestListener;
  readonly onEvent: (event: SyncEvent) => void;
  readonly onBug: (error: unknown) => void;
}

export class NodeSync {
  readonly engine: SyncEngine;
  private readonly parts: NodeSyncParts;
  private readonly server: Server | undefined;
  private readonly wsHub: WsHub | undefined;
  private boundPort = 0;

  /** Undefined where nobody syncs: there is no journal to sync from, or sync is off. */
  static create(parts: NodeSyncParts): NodeSync | undefined {
    const { journal, identity } = parts.replica;
    if (journal === undefined || identity === undefined || !parts.config['edge.enabled']) return undefined;
    return new NodeSync(parts, journal, identity);
  }

  private constructor(
    parts: NodeSyncParts,
    journal: NonNullable<Replica['journal']>,
    identity: NonNullable<Replica['identity']>,
  ) {
    this.parts = parts;
    const { config, log, replica } = parts;
    this.engine = new SyncEngine({
      identity,
      role: config['edge.mode'],
      software: `ferrite-ts ${version}`,
      isDurable: replica.fileJournal !== undefined,
      store: replica.store,
      log: journal,
      ledger: replica.ledger,
      uplinks: uplinksOf(config, replica.nodeId),
      listens: acceptsEdges(config),
      policy: config['edge.sync_policy'],
      syncIntervalMs: config['edge.sync_interval'],
      limits: limitsOf(config),
      times: timesOf(config),
      connectionsMax: config['hub.max_connections'],
      timers: systemTimers,
      logger: log,
      onEvent: parts.onEvent,
      onBug: parts.onBug,
    });
    if (!acceptsEdges(config)) return;
    const tokens = new Tokens(config['hub.tokens']);
    const wsHub = new WsHub({ path: config['hub.path'], tokens, hub: this.engine.hub, logger: log });
    const server = http().createServer(httpLimits, parts.onRequest);
    // Beside the edges: who asks for health and metrics, and who is yet to be refused.
    server.maxConnections = config['hub.max_connections'] + unsettledMax + httpConnectionsMax;
    server.timeout = httpLimits.requestTimeout;
    server.on('upgrade', (request, socket, head) => {
      if (asksForWebSocket(request)) wsHub.handleUpgrade(request, socket, head);
      else answerWithoutUpgrade(request, parts.onRequest);
    });
    server.on('clientError', (_error, socket) => socket.destroy());
    this.wsHub = wsHub;
    this.server = server;
  }

  /** Listens for edges where it should, and begins to sync. Throws FerriteError LISTEN. */
  async start(): Promise<void> {
    const { server } = this;
    if (server !== undefined) {
      const { config, log } = this.parts;
      this.boundPort = await listen(server, config['hub.bind'], config['hub.port']);
      log.info('Ready to accept edges', { url: this.endpoint() });
    }
    this.engine.start();
  }

  /** The port for edges, 0 where there is none. */
  get port(): number {
    return this.boundPort;
  }

  /** The WebSocket address for edges, or undefined where none are accepted. */
  endpoint(): string | undefined {
    if (this.server === undefined) return undefined;
    const { config } = this.parts;
    const told = config['hub.endpoint'];
    if (told !== undefined) return told;
    const bind = config['hub.bind'];
    return `ws://${bind.includes(':') ? `[${bind}]` : bind}:${this.boundPort}${config['hub.path']}`;
  }

  summary(): SyncSummary {
    const status = this.engine.status();
    const lastSyncMs = status.lastSync === '' ? 0 : Date.parse(status.lastSync);
    return { status: status.syncStatus, pendingOps: status.pendingOps, lastSyncMs };
  }

  async stop(): Promise<void> {
    await this.engine.stop();
    this.wsHub?.close();
    const { server } = this;
    if (server === undefined || this.boundPort === 0) return;
    await new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  }
}

function asksForWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}

/**
 * Answers who would also speak another protocol (Java's HTTP client, `curl --http2`: h2c), as RFC 9110, section 7.8,
 * has it, with the one that it has spoken. node:http has let go of the socket by then.
 */
function answerWithoutUpgrade(request: IncomingMessage, onRequest: RequestListener): void {
  const { socket } = request;
  const response = new (http().ServerResponse)(request);
  response.shouldKeepAlive = false;
  socket.on('error', () => socket.destroy());
  socket.setTimeout(httpLimits.requestTimeout, () => socket.destroy());
  response.on('finish', () => socket.destroySoon());
  response.assignSocket(socket);
  onRequest(request, response);
}

/** Listens; resolves with the port. Rejects with FerriteError LISTEN. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(new FerriteError('LISTEN', `cannot listen on ${host}:${port}: ${error.message}`, error));
    };
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      server.on('error', () => {});
      const address = server.address();
      resolve(address !== null && typeof address === 'object' ? address.port : port);
    });
  });
}
