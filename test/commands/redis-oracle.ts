// A redis-server of the machine as an oracle for tests: started on a socket file of its own, spoken to in batches.
// `startRedis` gives undefined where none is installed, and the test that wanted it is skipped and says so.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseReply } from './parse-reply.ts';

const readyLine = /ready to accept connections/i;
const patienceMs = 60_000;

/** Whether redis-server is installed; else the reason for skipping. */
export const redisMissing: string | false =
  spawnSync('redis-server', ['--version']).status === 0 ? false : 'redis-server is not installed';

export function encodeCommand(args: readonly (string | Uint8Array)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) {
    const bytes = typeof arg === 'string' ? Buffer.from(arg, 'latin1') : arg;
    parts.push(Buffer.from(`$${bytes.length}\r\n`), Buffer.from(bytes), Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** One connection to the oracle. */
export class OracleClient {
  readonly socket: Socket;
  /** Replies and pushes that came and were not taken, and the bytes of one that has not come whole. */
  private readonly messages: Buffer[] = [];
  private partial: Buffer = Buffer.alloc(0);
  private isClosed = false;
  private wake: (() => void) | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.receive(chunk);
      this.wake?.();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.isClosed = true;
      this.wake?.();
    });
  }

  /** The reply of each command, as bytes. */
  async run(commands: readonly (readonly (string | Uint8Array)[])[]): Promise<Buffer[]> {
    void this.write(commands);
    return this.take(commands.length);
  }

  /** Comes back when the server can read them. */
  write(commands: readonly (readonly (string | Uint8Array)[])[]): Promise<void> {
    return new Promise((resolve) => {
      this.socket.write(Buffer.concat(commands.map(encodeCommand)), () => resolve());
    });
  }

  /**
   * The next `count` replies or pushes, as bytes; with `isWanted` the next of those that it holds for, and the others
   * wait to be taken. Rejects where the server ends or says nothing for a minute.
   */
  async take(count: number, isWanted: (message: Buffer) => boolean = () => true): Promise<Buffer[]> {
    const taken: Buffer[] = [];
    for (;;) {
      while (taken.length < count) {
        const at = this.messages.findIndex(isWanted);
        if (at < 0) break;
        taken.push(...this.messages.splice(at, 1));
      }
      if (taken.length === count) return taken;
      if (this.isClosed)
        throw new Error(`redis-server closed the connection: ${taken.length} of ${count} came`);
      await this.more();
    }
  }

  /** What came and was not taken. */
  drain(): Buffer[] {
    return this.messages.splice(0);
  }

  private receive(chunk: Buffer): void {
    const bytes = this.partial.length === 0 ? chunk : Buffer.concat([this.partial, chunk]);
    let from = 0;
    for (let parsed = parseReply(bytes, 0); parsed !== undefined; ) {
      this.messages.push(bytes.subarray(from, parsed.end));
      from = parsed.end;
      parsed = from < bytes.length ? parseReply(bytes, from) : undefined;
    }
    this.partial = bytes.subarray(from);
  }

  private async more(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('redis-server says nothing')), patienceMs);
      this.wake = () => {
        clearTimeout(late);
        resolve();
      };
    });
  }
}

export class RedisOracle {
  private readonly child: ChildProcess;
  private readonly client: OracleClient;
  private readonly others: OracleClient[] = [];
  private readonly dir: string;

  private constructor(child: ChildProcess, socket: Socket, dir: string) {
    this.child = child;
    this.client = new OracleClient(socket);
    this.dir = dir;
  }

  static async start(): Promise<RedisOracle> {
    const dir = mkdtempSync(join(tmpdir(), 'ferrite-redis-'));
    const path = join(dir, 'redis.sock');
    const options = ['--port', '0', '--unixsocket', path, '--save', '', '--appendonly', 'no', '--dir', dir];
    const child = spawn('redis-server', options, { stdio: ['ignore', 'pipe', 'ignore'] });
    // However long it takes on a machine that is busy: it says so, or it ends.
    let log = '';
    for await (const chunk of child.stdout.iterator({ destroyOnReturn: false })) {
      log += chunk;
      if (readyLine.test(log)) break;
    }
    if (!readyLine.test(log)) throw new Error(`redis-server did not start: ${log}`);
    child.stdout.resume();
    const socket = connect(path);
    await once(socket, 'connect');
    return new RedisOracle(child, socket, dir);
  }

  /** The reply of each command, as bytes. */
  run(commands: readonly (readonly (string | Uint8Array)[])[]): Promise<Buffer[]> {
    return this.client.run(commands);
  }

  /**
   * Comes back when the server has done what it could read before: what it reads with the first of these it may do
   * behind that one, but before the second.
   */
  async settle(): Promise<void> {
    for (let i = 0; i < 2; i++) await this.run([['ping']]);
  }

  /** One more connection, which ends with the oracle. */
  connect(): OracleClient {
    const client = new OracleClient(connect(join(this.dir, 'redis.sock')));
    this.others.push(client);
    return client;
  }

  async stop(): Promise<void> {
    for (const { socket } of [this.client, ...this.others]) socket.destroy();
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill();
    await gone;
    rmSync(this.dir, { recursive: true, force: true });
  }
}
