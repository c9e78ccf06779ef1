// What the memory is used for, under the meanings that INFO and MEMORY STATS share: the arena is the allocator, and the
// rest of the process is what the engine that runs this takes. All of it is counted, none estimated.
import type { Services } from '../services.ts';

export interface MemoryFigures {
  /** What counts against the limit, now and at most. */
  readonly used: number;
  readonly peak: number;
  /** Of the process. */
  readonly rss: number;
  /** Of the arena: in blocks, in units of which any block is in use, and in all that were ever in use. */
  readonly allocated: number;
  readonly active: number;
  readonly resident: number;
  /** Requests and replies of clients that wait. */
  readonly clients: number;
  /** Records on their way to the log. */
  readonly logBuffer: number;
}

export function memoryFigures({ store, stats, host, clients, journal }: Services): MemoryFigures {
  const { arena, usedBytes: used } = store;
  const rss = host.rssBytes();
  let waiting = 0;
  for (const client of clients.all()) waiting += client.inputBytes + client.outputBytes;
  return {
    used,
    peak: Math.max(stats.peakBytes, used),
    rss,
    allocated: arena.liveBytes,
    active: arena.usedBytes,
    resident: Math.min(rss, arena.touchedBytes),
    clients: waiting,
    logBuffer: journal?.openBytes ?? 0,
  };
}

/** Of two that are equal where there is nothing. */
export const memoryRatio = (a: number, b: number): number => (b === 0 ? 1 : a / b);
export const memoryShare = (part: number, whole: number): number => (whole === 0 ? 0 : (part / whole) * 100);
