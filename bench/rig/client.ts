// A small client for benches: sends what it is given and waits for so many replies, read through redis-parser. It can
// fill a server with numbered keys at the speed the server takes them.
import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import { type Reply, ReplyReader } from '../../src/resp/reply-reader.ts';

interface Waiter {
  missing: number;
  readonly resolve: (last: Reply) => void;
  readonly reject: (error: Error) => void;
}

/** A request as bytes. */
export function encode(...words: readonly string[]): string {
  return `*${words.length}\r\n${words.map((w) => `$${Buffer.byteLength(w)}\r\n${w}\r\n`).join('')}`;
}

/** The same of words that may be any bytes. */
export function encodeBytes(...words: readonly (string | Buffer)[]): Buffer {
  const parts: Buffer[] = [Buffer.from(`*${words.length}\r\n`)];
  for (const word of words) {
    const bytes = Buffer.from(word);
    parts.push(Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n'));
  }
  return Buffer.concat(parts);
}

/** 16 bytes: `key:000000000042`. */
export function keyName(n: number): string {
  return `key:${String(n).padStart(12, '0')}`;
}

export class BenchClient {
  private readonly socket: Socket;
  private readonly reader = new ReplyReader();
  private readonly waiters: Waiter[] = [];

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      for (const reply of this.reader.read(chunk)) this.take(reply);
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static async connect(port: number): Promise<BenchClient> {
    const socket = createConnection({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new BenchClient(socket);
  }

  /** Runs one command; rejects where the reply is an error. */
  command(...words: readonly string[]): Promise<Reply> {
    return this.send(encode(...words), 1);
  }

  /** Sends bytes that make `replies` replies; resolves with the last one. */
  send(bytes: string | Buffer, replies: number): Promise<Reply> {
    this.socket.write(bytes);
    return new Promise((resolve, reject) => this.waiters.push({ missing: replies, resolve, reject }));
  }

  /** The number behind `name:` in INFO. */
  async info(name: string): Promise<number> {
    const text = String(await this.command('info', 'all'));
    return Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1]);
  }

  close(): void {
    this.socket.removeAllListeners('close');
    this.socket.destroy();
  }

  private take(reply: Reply): void {
    const waiter = this.waiters[0];
    if (waiter === undefined) return;
    if (reply instanceof Error) waiter.reject(reply);
    if (--waiter.missing > 0) return;
    this.waiters.shift();
    waiter.resolve(reply);
  }

  private fail(error: Error): void {
    for (const waiter of this.waiters.splice(0)) waiter.reject(error);
  }
}

const batchKeys = 500;

/** Sets `count` keys of 16 bytes to values of `valueBytes`, pipelined. */
export async function fill(client: BenchClient, count: number, valueBytes = 32): Promise<void> {
  const value = 'v'.repeat(valueBytes);
  let before: Promise<Reply> | undefined;
  for (let n = 0; n < count; ) {
    const end = Math.min(count, n + batchKeys);
    const size = end - n;
    let bytes = '';
    for (; n < end; n++) bytes += `*3\r\n$3\r\nSET\r\n$16\r\n${keyName(n)}\r\n$${valueBytes}\r\n${value}\r\n`;
    const sent = client.send(bytes, size);
    await before;
    before = sent;
  }
  await before;
}
