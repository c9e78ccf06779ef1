// A node for the tests of commands: a real store, journal in memory, dispatch and parameters, no socket, no timer. Its
// clients send whole requests and get the reply as it would be on the wire.
import { type Log, silentLog } from '../../src/base/log.ts';
import { AclLog } from '../../src/commands/acl/acl-log.ts';
import { Catalog } from '../../src/commands/acl/catalog.ts';
import { Users } from '../../src/commands/acl/users.ts';
import type { CommandSpec } from '../../src/commands/command.ts';
import { CommandTable } from '../../src/commands/command-table.ts';
import { Dispatch } from '../../src/commands/dispatch.ts';
import { type ClientPort, ExecuteResult, type RequestArgs } from '../../src/commands/executor.ts';
import { createInterplay } from '../../src/commands/interplay.ts';
import { LatencyMonitor } from '../../src/commands/latency-monitor.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import { ParameterTable } from '../../src/commands/parameter-table.ts';
import { redisParameters } from '../../src/commands/redis-parameters.ts';
import type { Clients, Host, Services, Stats, SyncSummary } from '../../src/commands/services.ts';
import { Session } from '../../src/commands/session.ts';
import { SlowLog } from '../../src/commands/slow-log.ts';
import type { Timers } from '../../src/commands/timers.ts';
import { TrafficRates } from '../../src/commands/traffic-rates.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { copyRecord } from '../../src/delta/copy-record.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { defaultRequestLimits } from '../../src/resp/request-decoder.ts';
import { Ledger } from '../../src/store/ledger.ts';
import type { SliceSizes } from '../../src/store/slice-sizes.ts';
import type { Store } from '../../src/store/store.ts';
import { buildMs, newStore } from '../store/new-store.ts';
import { StubEdgeView } from './stub-edge-view.ts';

export interface RigOptions {
  /** In place of a store of its own. */
  readonly store?: Store;
  readonly memoryBytes?: number;
  /** Absent: the usual ones. */
  readonly sliceSizes?: SliceSizes;
  readonly password?: string;
  /** There is a file of users, with this in it. */
  readonly aclText?: string;
  readonly persistent?: boolean;
  readonly sync?: SyncSummary;
  readonly log?: Log;
  /** Beyond those that there are. */
  readonly commands?: readonly CommandSpec[];
}

/**
 * The table of all commands: to make one takes longer than most tests, so that rigs share it, and the catalog of it.
 */
const commandTable = new CommandTable(commandList);
const commandCatalog = new Catalog(commandTable);

export class Rig {
  readonly edge = new StubEdgeView();
  readonly store: Store;
  readonly journal: MemoryJournal;
  readonly table: CommandTable;
  readonly users: Users;
  readonly aclLog = new AclLog();
  /** What the file of the users holds; undefined where there is none. */
  aclText: string | undefined;
  readonly services: Services;
  readonly dispatch: Dispatch;
  readonly clients: RigClient[] = [];
  readonly connectionLimits = {
    outputBytesMax: 256 * 1024 * 1024,
    outputSoftBytes: 0,
    outputSoftMs: 0,
    pubsubBytesMax: 32 * 1024 * 1024,
    pubsubSoftBytes: 8 * 1024 * 1024,
    pubsubSoftMs: 60_000,
    clientsBytesMax: () => Number.POSITIVE_INFINITY,
    idleTimeoutMs: 0,
  };
  readonly requestLimits = defaultRequestLimits();
  readonly fsync: { appendfsync: 'always' | 'everysec' | 'no' } = { appendfsync: 'everysec' };
  readonly rates = new TrafficRates();
  readonly shutdowns: { now: boolean }[] = [];
  readonly slept: number[] = [];
  /** What CONFIG REWRITE wrote. */
  readonly rewritten: Record<string, string>[] = [];
  /** What a shutdown fails with. */
  shutdownError: Error | undefined;
  refusal: string | undefined;
  readonly timers = new RigTimers();
  nowMs = buildMs;
  /** What each reading of the monotonic clock takes. */
  readingMs = 0;
  private readMs = 0;
  private nextId = 1;

  constructor(options: RigOptions = {}) {
    this.store = options.store ?? newStore('rig', options.memoryBytes, options.sliceSizes);
    const { origins } = this.store;
    this.journal = new MemoryJournal({ origins, tailBytesMax: 1024 * 1024, nowMs: () => this.nowMs });
    this.store.recorder = this.journal.writer;
    this.store.runs = this.journal.runs;
    const { commands } = options;
    const isOwn = commands !== undefined;
    this.table = isOwn ? new CommandTable([...commandList, ...commands]) : commandTable;
    this.table.resetFigures();
    this.users = new Users(isOwn ? new Catalog(this.table) : commandCatalog, options.password);
    this.aclText = options.aclText;
    this.services = this.createServices(options);
    this.dispatch = new Dispatch({
      services: this.services,
      nowMs: () => this.nowMs,
      monotonicMs: () => {
        this.readMs += this.readingMs;
        return this.nowMs - buildMs + this.readMs;
      },
    });
    this.dispatch.beginTurn();
  }

  /** Ends the turn and lets time pass; a new turn begins. */
  advance(ms: number): void {
    this.journal.commit(() => {});
    this.nowMs += ms;
    this.dispatch.beginTurn();
    this.timers.advance(ms);
  }

  connect(address = `127.0.0.1:${50_000 + this.nextId}`): RigClient {
    const id = this.nextId++;
    const session = new Session(id, { remote: address, local: '127.0.0.1:6379' }, this.nowMs, false);
    this.users.admitAsDefault(session);
    const client = new RigClient(this, session);
    this.clients.push(client);
    return client;
  }

  /** Joins a put of another node, as the sync does. */
  joinPut(key: string, value: string): void {
    const { store, journal } = this;
    const peer = store.origins.intern('peer/00000001');
    const writer = new BatchWriter(store.origins);
    const [k, v] = [Buffer.from(key), Buffer.from(value)];
    const { id } = store.keyspace(0);
    writer.put(id, k, 0, k.length, peer, store.clock.hi + 1, 0, v, 0, v.length, true, 0, 0, 0, 0);
    const reader = new BatchReader(store.origins);
    reader.open(writer.buf, 0, writer.pos);
    journal.setSource('peer');
    while (reader.next()) {
      store.join(reader, undefined);
      copyRecord(reader, journal.writer);
    }
    journal.setSource('');
  }

  private createServices(options: RigOptions): Services {
    const rig = this;
    const interplay = createInterplay(this.store, this.timers, () => this.journal.source !== '');
    const clients: Clients = {
      all: () => rig.clients.filter((client) => !client.closed),
      get connected() {
        return rig.clients.filter((client) => !client.closed).length;
      },
      connectionsTotal: 7,
      rejectedTotal: 1,
      evictedTotal: 0,
      bytesIn: 1000,
      bytesOut: 2000,
      maxClients: 10_000,
      resetTotals: () => {},
    };
    const stats: Stats = {
      startedAtMs: buildMs,
      commands: 0,
      hits: 0,
      misses: 0,
      errors: new Map(),
      peakBytes: 0,
    };
    const host: Host = {
      pid: 42,
      os: 'Linux 6.1.0 x86_64',
      archBits: 64,
      nodeVersion: '20.20.0',
      executable: '/usr/bin/node',
      totalMemoryBytes: 8 * 1024 ** 3,
      clientsThatFit: (wanted) => Math.min(wanted, 20_000),
      rssBytes: () => 50 * 1024 * 1024,
      cpu: () => ({ userUsec: 1_500_000, systemUsec: 250_000 }),
    };
    const slowLog = new SlowLog();
    const latency = new LatencyMonitor();
    const parameters = new ParameterTable(
      redisParameters({
        store: this.store,
        access: { isReadOnly: false },
        clients,
        host,
        requestLimits: this.requestLimits,
        connectionLimits: this.connectionLimits,
        events: interplay.events,
        tracking: interplay.tracking,
        slowLog,
        latency,
        log: { ...silentLog, level: 'info' },
        users: this.users,
        aclLog: this.aclLog,
        aclFile: '',
        journal: options.persistent === true ? this.fsync : undefined,
        databases: 16,
        bind: '127.0.0.1',
        dir: '/data',
        tcpKeepAliveMs: 300_000,
        port: () => 6379,
      }),
    );
    return {
      ...interplay,
      store: this.store,
      ledger: new Ledger(),
      journal: this.journal,
      log: options.log ?? silentLog,
      stats,
      clients,
      parameters,
      slowLog,
      latency,
      table: rig.table,
      host,
      rates: this.rates,
      requestLimits: this.requestLimits,
      edge: rig.edge,
      sync: options.sync,
      version: '0.1.0',
      databases: 16,
      persistent: options.persistent === true,
      runId: '0123456789abcdef0123456789abcdef01234567',
      tcpPort: 6379,
      configFile: '/etc/ferrite.toml',
      rewriteConfig: (changes) => rig.rewritten.push(Object.fromEntries(changes)),
      role: 'edge',
      syncing: options.sync !== undefined,
      allowFlush: false,
      writeRefusal: () => rig.refusal,
      users: rig.users,
      aclLog: rig.aclLog,
      aclFile:
        options.aclText === undefined
          ? undefined
          : {
              path: '/etc/users.acl',
              read: () => {
                if (rig.aclText === undefined) throw new Error('no such file');
                return rig.aclText;
              },
              write: (text) => {
                rig.aclText = text;
              },
            },
      shutdown: async (how) => {
        rig.shutdowns.push(how);
        if (rig.shutdownError !== undefined) throw rig.shutdownError;
      },
      sleep: (ms) => rig.slept.push(ms),
    };
  }
}

/** Timers that go off as the rig's time passes, and turns that end when a test says so. */
export class RigTimers implements Timers {
  private nowMs = 0;
  private readonly due = new Set<{ readonly atMs: number; readonly run: () => void }>();
  private ends: (() => void)[] = [];

  after(delayMs: number, run: () => void): () => void {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.due.add(timer);
    return () => this.due.delete(timer);
  }

  soon(run: () => void): void {
    this.ends.push(run);
  }

  /** Ends the turn. */
  endTurn(): void {
    for (const run of this.ends.splice(0)) run();
  }

  advance(ms: number): void {
    this.endTurn();
    this.nowMs += ms;
    for (const timer of [...this.due].sort((a, b) => a.atMs - b.atMs)) {
      if (timer.atMs > this.nowMs || !this.due.delete(timer)) continue;
      timer.run();
    }
  }
}

export class RigClient implements ClientPort {
  readonly session: Session;
  inputBytes = 0;
  outputBytes = 0;
  closed = false;
  hasLeft = false;
  /** What the last request was executed as. */
  result: ExecuteResult = ExecuteResult.read;
  private readonly rig: Rig;
  private readonly reply = new ReplyWriter(1024);
  private late = '';
  /** What was pushed and not yet taken. */
  private pushes: Buffer[] = [];

  constructor(rig: Rig, session: Session) {
    this.rig = rig;
    this.session = session;
  }

  /** Executes one request; its reply as on the wire, '' while it is still to come. */
  send(...args: (string | Uint8Array)[]): string {
    return this.sendBytes(...args).toString('utf8');
  }

  /** The same, as bytes. */
  sendBytes(...args: (string | Uint8Array)[]): Buffer {
    return this.execute(requestOf(args));
  }

  /** Executes a request; its reply as bytes. */
  execute(request: RequestArgs): Buffer {
    const { reply, session } = this;
    reply.reset(1024 * 1024);
    reply.open();
    reply.protocol = session.protocol;
    this.result = this.rig.dispatch.execute(this, request, reply);
    return Buffer.from(reply.buf.subarray(reply.start, reply.pos));
  }

  /** The reply that had been deferred, once it has come. */
  async later(): Promise<string> {
    for (let i = 0; i < 100 && this.late === ''; i++) await new Promise((done) => setImmediate(done));
    const text = this.late;
    this.late = '';
    return text;
  }

  /** The reply that had been deferred, '' while it has not come. */
  lateNow(): string {
    const text = this.late;
    this.late = '';
    return text;
  }

  defer(): { resume(write: (reply: ReplyWriter) => void): void; readonly gone: boolean } {
    this.session.blocked = true;
    const client = this;
    return {
      get gone() {
        return client.closed;
      },
      resume: (write) => {
        this.session.blocked = false;
        const reply = new ReplyWriter(1024);
        reply.protocol = this.session.protocol;
        write(reply);
        this.late = reply.buf.toString('utf8', reply.start, reply.pos);
      },
    };
  }

  push(bytes: Buffer): void {
    this.pushes.push(bytes);
  }

  /** What was pushed since the last look, as on the wire. */
  pushed(): string {
    return this.pushedBytes().toString('utf8');
  }

  pushedBytes(): Buffer {
    const bytes = Buffer.concat(this.pushes);
    this.pushes = [];
    return bytes;
  }

  close(): void {
    this.closed = true;
    this.session.closing = true;
  }

  kill(): void {
    this.close();
  }
}

/** A request of texts in an encoding and bytes, copied once. */
export function requestOf(
  words: readonly (string | Uint8Array)[],
  encoding: 'utf8' | 'latin1' = 'utf8',
): RequestArgs {
  const offsets = new Int32Array(words.length);
  const lengths = new Int32Array(words.length);
  let size = 0;
  for (const [i, word] of words.entries()) {
    offsets[i] = size;
    lengths[i] = typeof word === 'string' ? Buffer.byteLength(word, encoding) : word.length;
    size += lengths[i]!;
  }
  const buf = Buffer.allocUnsafe(size);
  for (const [i, word] of words.entries()) {
    if (typeof word === 'string') buf.write(word, offsets[i]!, encoding);
    else buf.set(word, offsets[i]);
  }
  return { buf, argc: words.length, offsets, lengths, isLasting: false };
}

/** A bulk string as on the wire. */
export function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}

/** The text of a bulk or verbatim string as on the wire. */
export function textOf(reply: string): string {
  const body = reply.slice(reply.indexOf('\r\n') + 2, -2);
  return reply.startsWith('=') ? body.slice(4) : body;
}
