// A pipelined client for end-to-end tests: sends commands without waiting, hands each reply to whoever asked, and knows
// what was still unanswered when the connection broke.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Reply, ReplyReader } from '../../src/resp/reply-reader.ts';

export function encodeCommand(args: readonly (string | number)[]): string {
  const parts = args.map(String);
  return `*${parts.length}\r\n${parts.map((p) => `$${Buffer.byteLength(p)}\r\n${p}\r\n`).join('')}`;
}

interface Waiting {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

export class Pipeline {
  private readonly socket: Socket;
  private readonly waiting: Waiting[] = [];
  private broken = false;
  private unsent = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    const reader = new ReplyReader();
    socket.on('data', (chunk: Buffer) => {
      for (const reply of reader.read(chunk)) this.waiting.shift()?.resolve(reply);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      this.broken = true;
      for (const { reject } of this.waiting.splice(0)) reject(new Error('the connection broke'));
    });
  }

  static async connect(port: number): Promise<Pipeline> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Pipeline(socket);
  }

  /** The reply, an error reply included; rejects when the connection breaks before it. */
  ask(...args: readonly (string | number)[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.broken) {
        reject(new Error('the connection broke'));
        return;
      }
      this.waiting.push({ resolve, reject });
      this.send(encodeCommand(args));
    });
  }

  close(): void {
    this.socket.destroy();
  }

  /** What is asked for in one turn goes out as one write. */
  private send(text: string): void {
    if (this.unsent === '') queueMicrotask(() => this.flush());
    this.unsent += text;
  }

  private flush(): void {
    this.socket.write(this.unsent);
    this.unsent = '';
  }
}

/** One command on a connection of its own. */
export async function askOnce(port: number, ...args: readonly (string | number)[]): Promise<Reply> {
  const client = await Pipeline.connect(port);
  try {
    return await client.ask(...args);
  } finally {
    client.close();
  }
}
