// The work that nobody asked for: purging expired keys, freeing what a flush left, compressing what was written before
// there was a dictionary, dropping tombstones, averages for INFO. All of it runs in short slices from one timer,
// bounded by the CPU budget, and yields to clients in between.
import type { LatencyMonitor } from '../commands/latency-monitor.ts';
import type { Stats } from '../commands/services.ts';
import type { TrafficRates } from '../commands/traffic-rates.ts';
import type { Config } from '../config/schema.ts';
import type { Store } from '../store/store.ts';

const tickMs = 100;
/** Entries looked at in one slice, and milliseconds of a tick that slices may take. */
const sliceEntries = 512;
const budgetMsOf = { low: 2, medium: 10, high: 25 } as const;
const freedSegments = 4;
/** What flushes left is freed for so long, so often, until there is no more of it. */
const freeMs = 3;
const freeEveryMs = 10;
const evictedKeys = 64;
const sweptTombs = 512;
/** So often tombstones are let go of, in so many slices at most: what that does to the horizon is noted each time. */
const sweepEveryMs = 1000;
const sweepSlicesMax = 10;

export interface BackgroundParts {
  readonly config: Config;
  readonly store: Store;
  readonly stats: Stats;
  readonly rates: TrafficRates;
  readonly nowMs: () => number;
  readonly monotonicMs: () => number;
  readonly latency: LatencyMonitor;
  readonly traffic: () => { readonly bytesIn: number; readonly bytesOut: number };
  /** Tombstones went: the horizon has risen. */
  readonly onDropped: () => void;
  /** Commits what is recorded. */
  readonly commit: () => void;
}

export class Background {
  private readonly parts: BackgroundParts;
  private timer: NodeJS.Timeout | undefined;
  private freeTimer: NodeJS.Timeout | undefined;
  /** By the clock that nobody sets: one that is set back must not stop what expires. */
  private nextExpireMs = 0;
  private nextSweepMs = 0;

  constructor(parts: BackgroundParts) {
    this.parts = parts;
  }

  start(): void {
    this.timer = setInterval(() => this.tick(), tickMs);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
    clearTimeout(this.freeTimer);
  }

  private tick(): void {
    const { parts } = this;
    const { store, stats } = parts;
    store.nowMs = parts.nowMs();
    store.clock.observe(store.nowMs);
    stats.peakBytes = Math.max(stats.peakBytes, store.usedBytes);
    parts.rates.sample(parts.monotonicMs(), { commands: stats.commands, ...parts.traffic() });
    const untilMs = parts.monotonicMs() + budgetMsOf[parts.config['edge.resources.cpu_budget']];
    const fromMs = parts.monotonicMs();
    this.expire(untilMs);
    parts.latency.note('expire-cycle', (parts.monotonicMs() - fromMs) * 1000, store.nowMs);
    if (this.freeTimer === undefined) this.free();
    while (parts.monotonicMs() < untilMs && store.eviction.enforce(evictedKeys));
    while (parts.monotonicMs() < untilMs && store.compactSlice());
    while (parts.monotonicMs() < untilMs && store.packing.slice(sliceEntries));
    this.sweepGraveyard();
    // What purging recorded must not wait for the next client's write.
    parts.commit();
  }

  private free(): void {
    const { store, monotonicMs } = this.parts;
    const untilMs = monotonicMs() + freeMs;
    let isMore = true;
    while (isMore && monotonicMs() < untilMs) isMore = store.freeSlice(freedSegments);
    this.freeTimer = isMore ? setTimeout(() => this.free(), freeEveryMs).unref() : undefined;
  }

  private expire(untilMs: number): void {
    const { store, config, monotonicMs } = this.parts;
    const intervalMs = config['store.ttl_check_interval'];
    const startMs = monotonicMs();
    if (!store.purgesInBackground || intervalMs === 0 || startMs < this.nextExpireMs) return;
    this.nextExpireMs = startMs + intervalMs;
    while (monotonicMs() < untilMs && store.expireSlice(sliceEntries) > 0);
    while (monotonicMs() < untilMs && store.fieldExpiry.slice(sliceEntries));
  }

  /**
   * Slices now and then for what is old; while there is more than the graveyard's budget, as many as there is time for.
   */
  private sweepGraveyard(): void {
    const { store, config, onDropped, monotonicMs } = this.parts;
    const { graveyard, ground } = store;
    const budget = graveyard.budgetBytes;
    if (monotonicMs() < this.nextSweepMs && ground.tombBytes <= budget) return;
    this.nextSweepMs = monotonicMs() + sweepEveryMs;
    const untilMs = monotonicMs() + budgetMsOf[config['edge.resources.cpu_budget']];
    const oldestMs = store.nowMs - config['sync.tombstone_retention'];
    let dropped = 0;
    let slices = 0;
    do {
      dropped += graveyard.sweep(sweptTombs, Math.max(oldestMs, graveyard.cutoffMs() ?? 0));
      slices += 1;
    } while ((slices < sweepSlicesMax || ground.tombBytes > budget) && monotonicMs() < untilMs);
    if (dropped > 0) onDropped();
  }
}
