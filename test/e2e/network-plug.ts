// A network cable for tests: a TCP proxy on loopback between an edge and its hub that can be pulled and plugged in
// again while the processes at both ends go on running, made to swallow everything without closing anything, break for
// one end alone, or be slow.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

interface Joint {
  readonly near: Socket;
  readonly far: Socket;
  /** What comes goes nowhere. */
  isDeaf: boolean;
}

export class NetworkPlug {
  private targetPort: number;
  private readonly server: Server;
  private readonly joints = new Set<Joint>();
  private isPlugged = true;
  private isSilent = false;
  private bytesPerSecond: number;
  private delayMs = 0;

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

  /** New connections go to the port of this url. */
  leadTo(targetUrl: string): void {
    this.targetPort = Number(new URL(targetUrl).port);
  }

  /** Connections break, and new ones break at once. */
  pull(): void {
    this.isPlugged = false;
    for (const { near, far } of this.joints) {
      near.destroy();
      far.destroy();
    }
  }

  /** Nothing comes through any more, and nobody is told. */
  swallow(): void {
    this.isSilent = true;
  }

  /** Connections break for the far end alone: what the near end says goes nowhere. */
  breakFar(): void {
    for (const joint of this.joints) {
      joint.isDeaf = true;
      joint.far.destroy();
    }
  }

  /** Each far end is told that nothing more comes, and may go on speaking. */
  closeHalf(): void {
    for (const { far } of this.joints) far.end();
  }

  /** So much goes each way, and this much later. */
  slow(bytesPerSecond: number, delayMs: number): void {
    this.bytesPerSecond = bytesPerSecond;
    this.delayMs = delayMs;
  }

  plugIn(): void {
    this.isPlugged = true;
    this.isSilent = false;
    this.slow(Number.POSITIVE_INFINITY, 0);
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
    const far = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const joint: Joint = { near, far, isDeaf: false };
    this.joints.add(joint);
    this.carry(joint, near, far);
    this.carry(joint, far, near);
  }

  private carry(joint: Joint, from: Socket, to: Socket): void {
    /** Under way, in order, whatever the delay of each was. */
    const late: Buffer[] = [];
    const deliver = (chunk: Buffer): void => {
      // What came after a gap would be another stream than was sent.
      if (this.isSilent) joint.isDeaf = true;
      if (!joint.isDeaf && to.writable) to.write(chunk);
    };
    from.on('data', (chunk: Buffer) => {
      if (this.delayMs === 0 && late.length === 0) deliver(chunk);
      else {
        late.push(chunk);
        setTimeout(() => deliver(late.shift()!), this.delayMs);
      }
      const pauseMs = (chunk.length / this.bytesPerSecond) * 1000;
      if (pauseMs < 1) return;
      from.pause();
      setTimeout(() => from.resume(), pauseMs);
    });
    from.on('end', () => to.end());
    from.on('error', () => {});
    from.on('close', () => {
      if (joint.isDeaf && from === joint.far) return;
      this.joints.delete(joint);
      to.destroy();
    });
  }
}
