// Spikes of latency by what caused them: for each event the newest samples of those that took at least
// latency-monitor-threshold, one a second at most, the worst of that second. It reads no clock.
export interface LatencySample {
  /** Unix seconds. */
  readonly atSeconds: number;
  ms: number;
}

export interface LatencyEvent {
  readonly samples: LatencySample[];
  /** The worst since the event was first seen or last reset. */
  maxMs: number;
}

/** What can take long. */
export type LatencyEventName = 'command' | 'fast-command' | 'expire-cycle';

/** As in Redis. */
const samplesMax = 160;

export class LatencyMonitor {
  /** What takes so long is kept; infinite: nothing. */
  thresholdUsec = Number.POSITIVE_INFINITY;
  readonly events = new Map<string, LatencyEvent>();

  /** Takes note of something that took so long, if that is long enough. */
  note(name: LatencyEventName, usec: number, nowMs: number): void {
    if (usec < this.thresholdUsec) return;
    const ms = Math.floor(usec / 1000);
    const atSeconds = Math.floor(nowMs / 1000);
    const event = this.events.get(name) ?? { samples: [], maxMs: 0 };
    this.events.set(name, event);
    event.maxMs = Math.max(event.maxMs, ms);
    const last = event.samples.at(-1);
    if (last?.atSeconds === atSeconds) {
      last.ms = Math.max(last.ms, ms);
      return;
    }
    event.samples.push({ atSeconds, ms });
    if (event.samples.length > samplesMax) event.samples.shift();
  }

  /** Forgets an event; false where there is none. */
  forget(name: string): boolean {
    return this.events.delete(name);
  }
}
