// How a large batch is gone through in slices: when one is over, by records and by time. It knows no batches.
import type { SyncLimits } from './limits.ts';
import type { Timers } from './ports.ts';

/** A slice ends after so long at the latest; the time is looked at after some records. */
const sliceMs = 3;
const stepRecords = 64;

export class SlicePace {
  /** All the rest is to be done at once. */
  isHurried = false;
  private readonly limits: Pick<SyncLimits, 'sliceRecords'>;
  private readonly timers: Pick<Timers, 'steadyMs'>;
  private endMs = 0;
  private count = 0;

  constructor(limits: Pick<SyncLimits, 'sliceRecords'>, timers: Pick<Timers, 'steadyMs'>) {
    this.limits = limits;
    this.timers = timers;
  }

  /** A slice begins. */
  begin(): void {
    this.endMs = this.timers.steadyMs() + sliceMs;
    this.count = 0;
  }

  /** Whether the slice is over: asked after each record. */
  isOver(): boolean {
    if (this.isHurried) return false;
    this.count += 1;
    if (this.count >= this.limits.sliceRecords) return true;
    return this.count % stepRecords === 0 && this.timers.steadyMs() >= this.endMs;
  }
}
