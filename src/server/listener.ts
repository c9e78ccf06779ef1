// Accepts clients on a TCP port, and on a Unix socket where one is named, and keeps the table of them. One sweep
// timer serves all connections. Closing finishes the replies under way and ends every socket, up to a deadline.
// Knows no commands: what a request does is the executor's business.
import { chmod, lstat, unlink } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import type { ClientPort, Committer, Executor } from '../commands/executor.ts';
import { Session } from '../commands/session.ts';
import { regionBytesMost } from '../resp/reply-writer.ts';
import { createRequestBatch } from '../resp/request-args.ts';
import { defaultRequestLimits, type RequestLimits } from '../resp/request-decoder.ts';
import {
  Connection,
  type ConnectionContext,
  type ConnectionLimits,
  type TrafficCounters,
} from './connection.ts';
import { Endings } from './endings.ts';
import { readBufferBytes } from './read-into.ts';
import { SocketAddresses } from './socket-addresses.ts';
import { Turn } from './turn.ts';
import { ShortWrites } from './write-at-once.ts';

export interface ListenerOptions {
  readonly host: string;
  /** 0: any free port; undefined: none, there is the Unix socket only. */
  readonly port: number | undefined;
  readonly unixPath?: string | undefined;
  /** Permissions of that socket's file; undefined leaves it to the process's umask. */
  readonly unixMode?: number | undefined;
  readonly maxClients: number;
  readonly executor: Executor;
  readonly committer: Committer;
  readonly log: Log;
  /** Wall time in ms. */
  readonly nowMs: () => number;
  /** Makes a new session what it may be before anybody says who they are: not even authenticated at first. */
  readonly admit: (session: Session) => void;
  readonly requestLimits?: RequestLimits;
  /** Kept, so that whoever changes it changes the listener's. */
  readonly limits?: ConnectionLimits;
  readonly sweepEveryMs?: number;
  /** How long a connection is quiet before TCP asks whether its client is there; 0: never. */
  readonly keepAliveMs?: number;
}

export function defaultConnectionLimits(): ConnectionLimits {
  return {
    outputPauseBytes: 1024 * 1024,
    outputBytesMax: 1024 * 1024 * 1024,
    outputSoftBytes: 0,
    outputSoftMs: 0,
    pubsubBytesMax: 32 * 1024 * 1024,
    pubsubSoftBytes: 8 * 1024 * 1024,
    pubsubSoftMs: 60_000,
    clientsBytesMax: () => Number.POSITIVE_INFINITY,
    drainTimeoutMs: 60_000,
    idleTimeoutMs: 0,
    inputPauseBytes: 64 * 1024,
  };
}

const keepAliveMsDefault = 300_000;
const backlogMax = 511;
/** How long a client beyond maxclients may take to read its refusal, and how many may at a time. */
const refusedLingerMs = 1000;
const refusedMax = 128;
/** How long closing sockets wait for their clients' end before they are cut. */
const closeLingerMs = 250;

export class Listener {
  readonly counters: TrafficCounters = {
    connectionsTotal: 0,
    rejected: 0,
    evicted: 0,
    bytesIn: 0,
    bytesOut: 0,
  };
  /** These may change while the listener runs. */
  readonly limits: ConnectionLimits;
  readonly requestLimits: RequestLimits;
  maxClients: number;
  private readonly options: ListenerOptions;
  private readonly context: ConnectionContext;
  private readonly connections = new Map<number, Connection>();
  private readonly servers: Server[] = [];
  private readonly refused = new Set<Socket>();
  private sweepTimer: NodeJS.Timeout | undefined = undefined;
  private nextId = 1;
  private boundPort = 0;
  private closing = false;
  private whenEmpty: (() => void) | undefined = undefined;

  constructor(options: ListenerOptions) {
    this.options = options;
    this.maxClients = options.maxClients;
    this.limits = options.limits ?? defaultConnectionLimits();
    this.requestLimits = options.requestLimits ?? defaultRequestLimits();
    const { executor, committer, nowMs, log } = options;
    const turn = new Turn(executor, committer, nowMs, () => replyBytesMax(this.limits));
    executor.sendReplies = () => turn.flush();
    this.context = {
      turn,
      endings: new Endings(setImmediate),
      readBuffer: Buffer.allocUnsafeSlow(readBufferBytes),
      shortWrites: new ShortWrites(),
      executor,
      batch: createRequestBatch(),
      requestLimits: this.requestLimits,
      limits: this.limits,
      counters: this.counters,
      log,
      left: (connection) => executor.disconnected(connection),
      closed: (connection) => this.remove(connection),
    };
  }

  /** The port in use, once open. */
  get port(): number {
    return this.boundPort;
  }

  /** Those that are being closed count no more, though their sockets may linger. */
  get clientCount(): number {
    let count = 0;
    for (const { session } of this.connections.values()) if (!session.closing) count += 1;
    return count;
  }

  /** The connected clients, oldest first. */
  *clients(): IterableIterator<ClientPort> {
    for (const connection of this.connections.values()) if (!connection.session.closing) yield connection;
  }

  client(id: number): ClientPort | undefined {
    return this.connections.get(id);
  }

  /** Listens. Throws FerriteError `LISTEN` where the address cannot be had. */
  async open(): Promise<void> {
    const { host, port, unixPath, unixMode, sweepEveryMs } = this.options;
    if (port !== undefined) {
      const tcp = await this.listen({ host, port, backlog: backlogMax }, `${host}:${port}`);
      const address = tcp.address();
      this.boundPort = address !== null && typeof address === 'object' ? address.port : 0;
    }
    if (unixPath !== undefined) {
      // A socket file that a killed process left behind refuses a new one.
      await removeSocket(unixPath);
      await this.listen({ path: unixPath, backlog: backlogMax }, unixPath);
      if (unixMode !== undefined) await chmod(unixPath, unixMode);
    }
    this.sweepTimer = setInterval(() => this.sweep(), sweepEveryMs ?? 1000).unref();
  }

  /** Looks at every connection for those that are idle or do not read. The timer calls it. */
  sweep(): void {
    const nowMs = this.options.nowMs();
    for (const connection of this.connections.values()) connection.sweep(nowMs);
    this.evict(this.limits.clientsBytesMax());
  }

  /** Drops connections, those in which most waits first, until no more than so many bytes wait in all of them. */
  private evict(bytesMax: number): void {
    const waiting = (one: Connection): number => one.inputBytes + one.outputBytes;
    let bytes = 0;
    for (const connection of this.connections.values()) bytes += waiting(connection);
    if (bytes <= bytesMax) return;
    const largest = [...this.connections.values()]
      .filter(({ session }) => !session.noEvict)
      .sort((a, b) => waiting(b) - waiting(a));
    for (const connection of largest) {
      if (bytes <= bytesMax) return;
      bytes -= waiting(connection);
      this.counters.evicted++;
      connection.drop('too much waits in all clients');
    }
  }

  /** Stops accepting, lets replies under way finish, ends every socket; what is left after `deadlineMs` is cut. */
  async close(deadlineMs = 5000): Promise<void> {
    if (this.closing) return;
    this.closing = true;
    clearInterval(this.sweepTimer);
    const stopped = this.servers.map((server) => new Promise<void>((done) => server.close(() => done())));
    for (const connection of this.connections.values()) connection.close('shutdown');
    for (const socket of this.refused) socket.destroy();
    const deadline = setTimeout(() => this.cut(() => true), deadlineMs);
    const linger = setInterval(() => this.cut((connection) => connection.hasEnded), closeLingerMs);
    if (this.connections.size > 0) await new Promise<void>((done) => (this.whenEmpty = done));
    clearTimeout(deadline);
    clearInterval(linger);
    await Promise.all(stopped);
  }

  private cut(which: (connection: Connection) => boolean): void {
    for (const connection of this.connections.values()) if (which(connection)) connection.destroy();
  }

  private async listen(at: { host?: string; port?: number; path?: string; backlog: number }, name: string) {
    const keepAliveInitialDelay = this.options.keepAliveMs ?? keepAliveMsDefault;
    const keepAlive = keepAliveInitialDelay > 0;
    const server = createServer(
      { allowHalfOpen: true, noDelay: true, keepAlive, keepAliveInitialDelay },
      (socket) => this.accept(socket, at.path),
    );
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => {
        reject(new FerriteError('LISTEN', `cannot listen on ${name}: ${error.message}`, error));
      });
      server.listen(at, resolve);
    });
    server.on('error', (error) => this.options.log.error('cannot accept', { error: error.message }));
    this.servers.push(server);
    return server;
  }

  private accept(accepted: Socket, unixPath: string | undefined): void {
    const { log, nowMs, admit } = this.options;
    this.counters.connectionsTotal++;
    if (this.connections.size >= this.maxClients || this.closing) {
      this.refuse(accepted);
      return;
    }
    const addresses = new SocketAddresses(unixPath);
    const session = new Session(this.nextId++, addresses, nowMs(), false);
    admit(session);
    const connection = new Connection(accepted, session, this.context);
    addresses.socket = connection.socket;
    this.connections.set(session.id, connection);
    if (log.level === 'debug') log.debug('connection accepted', { id: session.id, address: session.address });
  }

  private refuse(socket: Socket): void {
    this.counters.rejected++;
    socket.on('error', () => {});
    if (this.refused.size >= refusedMax) {
      socket.destroy();
      return;
    }
    this.refused.add(socket);
    socket.on('close', () => this.refused.delete(socket));
    socket.setTimeout(refusedLingerMs, () => socket.destroy());
    socket.on('end', () => socket.destroy());
    socket.resume();
    socket.end('-ERR max number of clients reached\r\n');
  }

  private remove(connection: Connection): void {
    this.connections.delete(connection.session.id);
    if (this.connections.size === 0) this.whenEmpty?.();
  }
}

/** What may not wait need not be written at all. */
function replyBytesMax({ outputBytesMax }: ConnectionLimits): number {
  return outputBytesMax === 0 ? regionBytesMost : Math.min(outputBytesMax, regionBytesMost);
}

/** Removes a socket's file, and no other: a path given by mistake must not cost anybody a file. */
async function removeSocket(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isSocket() === true) await unlink(path).catch(() => {});
}
