// Figures of the resources of this node, taken at an interval for EDGE.RESOURCES and the metrics: memory, disk, CPU,
// load, network, and the level of memory and disk. The timer, the clock and the probes are injected; a sample that is
// still being taken when the next is due is not taken twice, and readers get the last whole one without waiting.
import { diskLadder, type Level, memoryLadder, nextLevel } from './levels.ts';
import type { NetworkCounters } from './network-counters.ts';
import type { Probes, Volume } from './probes.ts';

/** What only the node itself knows; asked at each sample. */
export interface NodeFigures {
  readonly storeUsedBytes: number;
  readonly storeLimitBytes: number;
  readonly journalBytes: number;
  /** Undefined where only the volume limits it. */
  readonly storageLimitBytes: number | undefined;
}

export interface NetworkRates {
  readonly receivedBytesPerSecond: number;
  readonly sentBytesPerSecond: number;
}

export interface ResourceSample extends NodeFigures {
  readonly takenAtMs: number;
  readonly rssBytes: number;
  readonly containerLimitBytes: number | undefined;
  readonly memoryLevel: Level;
  readonly volume: Volume | undefined;
  readonly diskLevel: Level;
  /** Of one core, since the sample before; undefined in the first. */
  readonly cpuPercent: number | undefined;
  readonly load1m: number;
  readonly network: NetworkCounters | undefined;
  readonly networkRates: NetworkRates | undefined;
}

export interface SamplerOptions {
  readonly probes: Probes;
  /** The directory whose volume is watched; undefined without persistence. */
  readonly dir: string | undefined;
  readonly intervalMs: number;
  figures(): NodeFigures;
  nowMs(): number;
  /** Calls `run` once after `delayMs`; returns what takes it back. */
  schedule(run: () => void, delayMs: number): () => void;
}

function share(used: number, limit: number): number {
  return limit > 0 ? used / limit : 0;
}

/** The fuller of the journal's own limit and its volume. */
function diskShare(figures: NodeFigures, volume: Volume | undefined): number {
  const own =
    figures.storageLimitBytes === undefined ? 0 : share(figures.journalBytes, figures.storageLimitBytes);
  const whole = volume === undefined ? 0 : share(volume.totalBytes - volume.freeBytes, volume.totalBytes);
  return Math.max(own, whole);
}

function ratesBetween(
  before: NetworkCounters | undefined,
  now: NetworkCounters | undefined,
  elapsedMs: number,
): NetworkRates | undefined {
  if (before === undefined || now === undefined || elapsedMs <= 0) return undefined;
  const perSecond = (a: number, b: number): number => Math.max(0, Math.round(((b - a) * 1000) / elapsedMs));
  return {
    receivedBytesPerSecond: perSecond(before.receivedBytes, now.receivedBytes),
    sentBytesPerSecond: perSecond(before.sentBytes, now.sentBytes),
  };
}

export class ResourceSampler {
  private readonly options: SamplerOptions;
  private last: ResourceSample | undefined;
  private lastCpuMicros = 0;
  private inFlight: Promise<ResourceSample> | undefined;
  private cancel: (() => void) | undefined;

  constructor(options: SamplerOptions) {
    this.options = options;
  }

  /** The last sample, or undefined before the first. */
  get latest(): ResourceSample | undefined {
    return this.last;
  }

  /** Samples now and then at each interval, until stop. */
  start(): void {
    if (this.cancel !== undefined) return;
    this.arm();
    void this.sample();
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private arm(): void {
    this.cancel = this.options.schedule(() => {
      void this.sample();
      this.arm();
    }, this.options.intervalMs);
  }

  /** Takes a sample; while one is being taken, answers with that one. Never rejects for what a probe cannot tell. */
  sample(): Promise<ResourceSample> {
    this.inFlight ??= this.take().finally(() => {
      this.inFlight = undefined;
    });
    return this.inFlight;
  }

  private async take(): Promise<ResourceSample> {
    const { probes, dir } = this.options;
    const [volume, network] = await Promise.all([
      dir === undefined ? undefined : probes.volume(dir),
      probes.network(),
    ]);
    const figures = this.options.figures();
    const takenAtMs = this.options.nowMs();
    const cpuMicros = probes.cpuMicros();
    const before = this.last;
    const elapsedMs = before === undefined ? 0 : takenAtMs - before.takenAtMs;
    const memoryShare = share(figures.storeUsedBytes, figures.storeLimitBytes);
    this.last = {
      ...figures,
      takenAtMs,
      rssBytes: probes.rssBytes(),
      containerLimitBytes: probes.containerLimitBytes(),
      memoryLevel: nextLevel(before?.memoryLevel ?? 'normal', memoryShare, memoryLadder),
      volume,
      diskLevel: nextLevel(before?.diskLevel ?? 'normal', diskShare(figures, volume), diskLadder),
      cpuPercent: elapsedMs > 0 ? (cpuMicros - this.lastCpuMicros) / elapsedMs / 10 : before?.cpuPercent,
      load1m: probes.load1m(),
      network,
      networkRates: ratesBetween(before?.network, network, elapsedMs),
    };
    this.lastCpuMicros = cpuMicros;
    return this.last;
  }
}
