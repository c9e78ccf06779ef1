// A node without sockets or disk for the tests of commands: a store, services that say nothing, dispatch, and clients
// that hand over arguments and get replies back, as bytes or parsed. Time stands still until `advance`.

import { HybridClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { CommandTable } from '../../src/commands/command-table.ts';
import { Dispatch } from '../../src/commands/dispatch.ts';
import type { ClientPort, RequestArgs } from '../../src/commands/executor.ts';
import { commandList } from '../../src/commands/list.generated.ts';
import type { Services } from '../../src/commands/services.ts';
import { Session } from '../../src/commands/session.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import type { DeltaLog } from '../../src/journal/delta-log.ts';
import { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { growArguments } from '../../src/resp/request-args.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { Store } from '../../src/store/store.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';

export const buildMs = Date.UTC(2026, 0, 1);

export type Argument = string | number | Uint8Array;

export interface NodeOptions {
  readonly memoryBytes?: number;
  /** In place of a store of its own. */
  readonly store?: Store;
  readonly journal?: DeltaLog;
  readonly services?: Partial<Services>;
  readonly nowMs?: number;
}

class FakeClient implements ClientPort {
  readonly session: Session;
  readonly inputBytes = 0;
  readonly outputBytes = 0;
  closedFor: string | undefined;

  constructor(id: number, nowMs: number) {
    this.session = new Session(id, '127.0.0.1:50000', '127.0.0.1:6379', nowMs, true);
  }

  defer(): never {
    throw new Error('this client cannot wait');
  }

  close(reason: string): void {
    this.closedFor = reason;
  }
}

function newStore(memoryBytes: number): Store {
  const origins = new Origins();
  let state = 1;
  const store = new Store({
    memoryBytes,
    origins,
    clock: new HybridClock(buildMs),
    hashSeed: [7, 11],
    random: () => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 4294967296;
    },
  });
  store.self = origins.intern('test/00000001');
  store.recorder = new BatchWriter(origins);
  return store;
}

function fakeServices(store: Store, options: NodeOptions): Services {
  return {
    store,
    ledger: new Ledger(),
    journal: options.journal,
    log: silentLog,
    stats: { startedAtMs: buildMs, commands: 0, hits: 0, misses: 0, errors: new Map(), peakBytes: 0 },
    clients: {
      all: () => [],
      connected: 1,
      connectionsTotal: 1,
      rejectedTotal: 0,
      bytesIn: 0,
      bytesOut: 0,
      maxClients: 10,
    },
    parameters: { entries: () => [], set: () => 'nothing can be set here', has: () => false },
    table: new CommandTable(commandList),
    version: '0.0.0',
    runId: '0'.repeat(40),
    tcpPort: 0,
    configFile: '',
    role: 'edge',
    syncing: false,
    allowFlush: false,
    writeRefusal: () => undefined,
    checkPassword: () => true,
    passwordSet: false,
    shutdown: () => Promise.resolve(),
    sleep: () => {},
    ...options.services,
  };
}

export class CommandNode {
  readonly store: Store;
  readonly services: Services;
  readonly client: FakeClient;
  nowMs: number;
  private readonly dispatch: Dispatch;
  private readonly reply = new ReplyWriter();
  private readonly args: RequestArgs;

  constructor(options: NodeOptions = {}) {
    this.store = options.store ?? newStore(options.memoryBytes ?? 8 * 1024 * 1024);
    this.services = fakeServices(this.store, options);
    this.nowMs = options.nowMs ?? buildMs + 1000;
    this.client = new FakeClient(1, this.nowMs);
    this.dispatch = new Dispatch({
      services: this.services,
      nowMs: () => this.nowMs,
      monotonicMs: () => 0,
    });
    this.args = { buf: Buffer.alloc(0), argc: 0, offsets: new Int32Array(16), lengths: new Int32Array(16) };
  }

  advance(ms: number): void {
    this.nowMs += ms;
  }

  /** Runs one command, each argument a value of its own, and returns the bytes of its reply. */
  bytes(...args: Argument[]): Buffer {
    const parts = args.map((a) => (a instanceof Uint8Array ? a : Buffer.from(String(a), 'latin1')));
    growArguments(this.args, parts.length);
    let offset = 0;
    parts.forEach((part, i) => {
      this.args.offsets[i] = offset;
      this.args.lengths[i] = part.length;
      offset += part.length;
    });
    this.args.buf = Buffer.concat(parts);
    this.args.argc = parts.length;
    this.dispatch.beginTurn();
    this.reply.protocol = this.client.session.protocol;
    this.reply.open();
    this.dispatch.execute(this.client, this.args, this.reply);
    const bytes = Buffer.from(this.reply.buf.subarray(this.reply.start, this.reply.pos));
    this.reply.reset(1 << 20);
    return bytes;
  }

  /** Runs one command, each argument a value of its own, and returns its parsed reply. */
  call(...args: Argument[]): Reply {
    const bytes = this.bytes(...args);
    const parsed = parseReply(bytes, 0);
    if (parsed === undefined || parsed.end !== bytes.length) throw new Error(`not one reply: ${bytes}`);
    return parsed.value;
  }

  /** Runs one command written as words, `""` for an empty one; an error reply comes back as its text behind a minus. */
  run(line: string): Reply {
    const reply = this.call(...line.split(' ').map((word) => (word === '""' ? '' : word)));
    return reply instanceof ReplyError ? `-${reply.message}` : reply;
  }
}
