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
  readonly rssBytes: number;
  readonly containerLimitBytes: number | undefined;
  readonly memoryLevel: Level;
  readonly volume: Volume | undefined;
  readonly diskLevel: Level;
  /** Of one core, over the last second at least; undefined before there was one. */
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
  /** A steady clock's, which nobody sets. */
  steadyMs(): number;
  /** Calls `run` once after `delayMs`; returns what takes it back. */
  schedule(run: () => void, delayMs: number): () => void;
}

/** Where CPU and traffic are counted from. */
interface Mark {
  readonly atMs: number;
  readonly cpuMicros: number;
  readonly network: NetworkCounters | undefined;
}

type Rates = Pick<ResourceSample, 'cpuPercent' | 'networkRates'>;

/** Over less time figures jump about, however often somebody asks. */
const rateWindowMsMin = 1000;

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
  if (before === undefined || now === undefined) return undefined;
  const perSecond = (a: number, b: number): number => Math.max(0, Math.round(((b - a) * 1000) / elapsedMs));
  return {
    receivedBytesPerSecond: perSecond(before.receivedBytes, now.receivedBytes),
    sentBytesPerSecond: perSecond(before.sentBytes, now.sentBytes),
  };
}

export class ResourceSampler {
  private readonly options: SamplerOptions;
  private last: ResourceSample | undefined;
  private mark: Mark | undefined;
  private rates: Rates = { cpuPercent: undefined, networkRates: undefined };
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
    this.count({ atMs: this.options.steadyMs(), cpuMicros: probes.cpuMicros(), network });
    const before = this.last;
    const memoryShare = share(figures.storeUsedBytes, figures.storeLimitBytes);
    this.last = {
      ...figures,
      rssBytes: probes.rssBytes(),
      containerLimitBytes: probes.containerLimitBytes(),
      memoryLevel: nextLevel(before?.memoryLevel ?? 'normal', memoryShare, memoryLadder),
      volume,
      diskLevel: nextLevel(before?.diskLevel ?? 'normal', diskShare(figures, volume), diskLadder),
      load1m: probes.load1m(),
      network,
      ...this.rates,
    };
    return this.last;
  }

  /** The rates since the last mark, once that is old enough. */
  private count(now: Mark): void {
    const { mark } = this;
    const elapsedMs = mark === undefined ? 0 : now.atMs - mark.atMs;
    if (mark !== undefined && elapsedMs < rateWindowMsMin) return;
    this.mark = now;
    if (mark === undefined) return;
    this.rates = {
      cpuPercent: (now.cpuMicros - mark.cpuMicros) / elapsedMs / 10,
      networkRates: ratesBetween(mark.network, now.network, elapsedMs),
    };
  }
}
