// Virtual time for simulations: timers and messages of a whole fleet in one queue, run in order under a seed.
import type { Timers } from '../../src/sync/ports.ts';

/** A small generator of [0, 1) with a state of 32 bits (mulberry32). */
export function seededRandom(seed: number): () => number {
  let a = seed >>> 0;
  return () => {
    a = (a + 0x6d2b79f5) >>> 0;
    let t = a;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

interface Due {
  readonly atMs: number;
  readonly order: number;
  run: (() => void) | undefined;
}

export class Scheduler {
  nowMs: number;
  /** How far those who use its timers have their time of day set from it. */
  setMs = 0;
  readonly random: () => number;
  private readonly heap: Due[] = [];
  private order = 0;

  constructor(seed: number, startMs: number) {
    this.random = seededRandom(seed);
    this.nowMs = startMs;
  }

  after(delayMs: number, run: () => void): () => void {
    const due: Due = { atMs: this.nowMs + Math.ceil(Math.max(0, delayMs)), order: this.order++, run };
    this.push(due);
    return () => {
      due.run = undefined;
    };
  }

  /** Timers that stop for good once `isGone`: a crashed process. */
  timersFor(isGone: () => boolean): Timers {
    return {
      nowMs: () => this.nowMs + this.setMs,
      steadyMs: () => this.nowMs,
      random: this.random,
      after: (delayMs, run) =>
        this.after(delayMs, () => {
          if (!isGone()) run();
        }),
    };
  }

  /** Runs everything due up to `untilMs`; promises settle in between. */
  async runUntil(untilMs: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.heap.length > 0 && this.heap[0]!.atMs <= untilMs) {
      const due = this.pop();
      if (due.run === undefined) continue;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      due.run();
      await new Promise((resolve) => setImmediate(resolve));
    }
    this.nowMs = Math.max(this.nowMs, Math.floor(untilMs));
  }

  private before(a: Due, b: Due): boolean {
    return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
  }

  private push(due: Due): void {
    const { heap } = this;
    let i = heap.push(due) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!this.before(heap[i]!, heap[parent]!)) break;
      [heap[i], heap[parent]] = [heap[parent]!, heap[i]!];
      i = parent;
    }
  }

  private pop(): Due {
    const { heap } = this;
    const top = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return top;
    heap[0] = last;
    for (let i = 0; ; ) {
      let least = i;
      for (const child of [2 * i + 1, 2 * i + 2]) {
        if (child < heap.length && this.before(heap[child]!, heap[least]!)) least = child;
      }
      if (least === i) return top;
      [heap[i], heap[least]] = [heap[least]!, heap[i]!];
      i = least;
    }
  }
}
