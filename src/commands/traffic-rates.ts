// How much has happened per second of late: a ring of totals, sampled by the node's timer some ten times a second, over
// which the averages of INFO are taken. It knows no clock.

/** Totals since the start. CONFIG RESETSTAT may set them back to zero. */
export interface TrafficTotals {
  readonly commands: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

interface Sample extends TrafficTotals {
  readonly atMs: number;
}

/** At ten samples a second the averages span 1.6 seconds, like Redis's. */
const samplesMax = 17;

export class TrafficRates {
  private readonly samples: Sample[] = [];

  /** Takes the totals at `atMs`, a monotonic time in ms. */
  sample(atMs: number, totals: TrafficTotals): void {
    const last = this.samples.at(-1);
    if (last !== undefined && (totals.commands < last.commands || totals.bytesIn < last.bytesIn)) {
      this.samples.length = 0;
    }
    if (this.samples.length === samplesMax) this.samples.shift();
    this.samples.push({
      atMs,
      commands: totals.commands,
      bytesIn: totals.bytesIn,
      bytesOut: totals.bytesOut,
    });
  }

  get commandsPerSecond(): number {
    return this.perSecond((sample) => sample.commands);
  }

  get bytesInPerSecond(): number {
    return this.perSecond((sample) => sample.bytesIn);
  }

  get bytesOutPerSecond(): number {
    return this.perSecond((sample) => sample.bytesOut);
  }

  private perSecond(total: (sample: Sample) => number): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (first === undefined || last === undefined || last.atMs <= first.atMs) return 0;
    return ((total(last) - total(first)) * 1000) / (last.atMs - first.atMs);
  }
}
