// A network cable for tests: a TCP proxy on loopback between an edge and its hub that can be pulled and plugged in
// again while the processes at both ends go on running, made to swallow everything without closing anything, or be
// slow.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export class NetworkPlug {
  private readonly targetPort: number;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private isPlugged = true;
  private isSilent = false;
  private readonly bytesPerSecond: number;

  private constructor(targetPort: number, bytesPerSecond: number) {
    this.targetPort = targetPort;
    this.bytesPerSecond = bytesPerSecond;
    this.server = createServer((near) => this.join(near));
  }

  /** A cable to the port of `targetUrl`, through which so much goes each way. */
  static async to(targetUrl: string, bytesPerSecond = Number.POSITIVE_INFINITY): Promise<NetworkPlug> {
    const plug = new NetworkPlug(Number(new URL(targetUrl).port), bytesPerSecond);
    plug.server.listen(0, '127.0.0.1');
    await once(plug.server, 'listening');
    return plug;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where an edge finds the hub through this cable. */
  get url(): string {
    return `ws://127.0.0.1:${this.port}/edge/ws`;
  }

  /** Connections break, and new ones break at once. */
  pull(): void {
    this.isPlugged = false;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Nothing comes through any more, and nobody is told. */
  swallow(): void {
    this.isSilent = true;
  }

  plugIn(): void {
    this.isPlugged = true;
    this.isSilent = false;
  }

  async close(): Promise<void> {
    this.pull();
    this.server.close();
    await once(this.server, 'close');
  }

  private join(near: Socket): void {
    if (!this.isPlugged) {
      near.destroy();
      return;
    }
    const far = connect(this.targetPort, '127.0.0.1');
    const ends: readonly (readonly [Socket, Socket])[] = [
      [near, far],
      [far, near],
    ];
    for (const [from, to] of ends) {
      this.sockets.add(from);
      from.on('data', (chunk: Buffer) => {
        if (!this.isSilent) to.write(chunk);
        const delayMs = (chunk.length / this.bytesPerSecond) * 1000;
        if (delayMs < 1) return;
        from.pause();
        setTimeout(() => from.resume(), delayMs);
      });
      from.on('error', () => {});
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
