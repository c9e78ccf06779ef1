// A raw client for the server's tests: sends text, collects bytes, waits for what it expects.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { until } from '../until.ts';

export class TestClient {
  readonly socket: Socket;
  private readonly chunks: Buffer[] = [];
  received = 0;
  ended = false;
  closed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.received += chunk.length;
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('close', () => {
      this.closed = true;
    });
    socket.on('error', () => {});
  }

  static async connect(at: number | string): Promise<TestClient> {
    const socket = typeof at === 'number' ? connect(at, '127.0.0.1') : connect(at);
    await once(socket, 'connect');
    return new TestClient(socket);
  }

  send(text: string | Buffer): void {
    this.socket.write(text);
  }

  /** All bytes so far. */
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  /** Waits until `text` is all that came, then forgets it. Says what came instead when it takes too long. */
  async expect(text: string): Promise<void> {
    await until(
      () => this.received >= text.length,
      () => `expected ${JSON.stringify(text)}, got ${JSON.stringify(this.text)}`,
    );
    const got = this.text;
    if (got !== text) throw new Error(`expected ${JSON.stringify(text)}, got ${JSON.stringify(got)}`);
    this.forget();
  }

  async expectEnd(): Promise<void> {
    await until(
      () => this.ended || this.closed,
      () => `not ended, got ${JSON.stringify(this.text)}`,
    );
  }

  forget(): void {
    this.chunks.length = 0;
    this.received = 0;
  }

  close(): void {
    this.socket.destroy();
  }
}
