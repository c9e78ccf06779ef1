// Simulated connections: delivery in order with random delays, cut without a word, or closed with one.
import type { Connection, ConnectionSink, Dial } from '../../src/sync/transport.ts';
import type { Scheduler } from './scheduler.ts';

type Accept = (connection: Connection) => ConnectionSink;

class End implements Connection {
  readonly bufferedBytes = 0;
  sink: ConnectionSink | undefined;
  other: End | undefined;
  private readonly net: SimNet;
  private lastMs = 0;
  /** No more arrives at or leaves this end. */
  dead = false;

  constructor(net: SimNet) {
    this.net = net;
  }

  private toOther(run: (sink: ConnectionSink) => void): void {
    const { other, net } = this;
    if (this.dead || other === undefined) return;
    const atMs = Math.max(this.lastMs, net.scheduler.nowMs + net.delayMs());
    this.lastMs = atMs;
    net.scheduler.after(atMs - net.scheduler.nowMs, () => {
      if (!other.dead && other.sink !== undefined) run(other.sink);
    });
  }

  sendText(text: string): void {
    this.net.messages += 1;
    this.toOther((sink) => sink.text(text));
  }

  sendBinary(frame: Buffer): void {
    this.net.bytes += frame.length;
    this.toOther((sink) => sink.binary(frame));
  }

  ping(): void {
    this.toOther((sink) => {
      sink.alive();
      this.other?.toOther((mine) => mine.alive());
    });
  }

  close(code: number): void {
    const { other } = this;
    this.toOther((sink) => {
      if (other !== undefined) other.dead = true;
      sink.closed(code, undefined);
    });
    this.net.scheduler.after(this.net.delayMs(), () => {
      if (this.dead) return;
      this.dead = true;
      this.sink?.closed(code, undefined);
    });
  }

  terminate(): void {
    const { other } = this;
    this.toOther((sink) => {
      if (other !== undefined) other.dead = true;
      sink.closed(1006, 'connection reset');
    });
    this.dead = true;
  }
}

export class SimNet {
  readonly scheduler: Scheduler;
  bytes = 0;
  messages = 0;
  private readonly open = new Set<{ readonly name: string; readonly a: End; readonly b: End }>();
  private readonly cutOff = new Set<string>();

  constructor(scheduler: Scheduler) {
    this.scheduler = scheduler;
  }

  delayMs(): number {
    const r = this.scheduler.random();
    return r < 0.02 ? 500 + r * 50_000 : 1 + r * 30;
  }

  /** How `name` reaches a listener; `accept` is asked when the connection arrives. */
  dialer(name: string, accept: () => Accept | undefined): Dial {
    return (opened, failed) => {
      let given = false;
      this.scheduler.after(this.delayMs(), () => {
        if (given) return;
        const listener = this.cutOff.has(name) ? undefined : accept();
        if (listener === undefined) {
          failed({ error: 'connection refused', longest: false, retryAfterMs: 0 });
          return;
        }
        const a = new End(this);
        const b = new End(this);
        a.other = b;
        b.other = a;
        this.open.add({ name, a, b });
        b.sink = listener(b);
        a.sink = opened(a);
      });
      return () => {
        given = true;
      };
    };
  }

  /** Cuts a node off: its connections go silent or break, new ones are refused. */
  cut(name: string): void {
    this.cutOff.add(name);
    for (const pair of this.open) {
      if (pair.name !== name) continue;
      this.open.delete(pair);
      const isSilent = this.scheduler.random() < 0.3;
      for (const end of [pair.a, pair.b]) {
        const wasDead = end.dead;
        end.dead = true;
        if (!isSilent && !wasDead) end.sink?.closed(1006, 'connection reset');
      }
    }
  }

  heal(name?: string): void {
    if (name === undefined) this.cutOff.clear();
    else this.cutOff.delete(name);
  }

  isCut(name: string): boolean {
    return this.cutOff.has(name);
  }
}
