// When links are told that more of the log is durable. What one link brings is news for all others, and to tell one of
// them takes a frame and an acknowledgement, however little there is to tell: where many links write, news that go out
// one by one cost the square of their number, and that for every write. So links are told in rounds, each of all that
// came since the last, and a round is followed by a pause in proportion to the links. What comes after silence is told
// at once. It knows the log and the time, and of links how to tell them.
import type { SyncLimits } from './limits.ts';
import type { SyncLog, Timers } from './ports.ts';

export interface RoundsParts {
  readonly log: Pick<SyncLog, 'onDurable'>;
  readonly timers: Pick<Timers, 'steadyMs' | 'after'>;
  readonly limits: Pick<SyncLimits, 'linksPerMs'>;
}

export class Rounds {
  private readonly parts: RoundsParts;
  private readonly links = new Set<() => void>();
  private isDue = false;
  private cancelRound: (() => void) | undefined;
  /** When the pause after the last round is over. */
  private pausedMs = 0;

  constructor(parts: RoundsParts) {
    this.parts = parts;
    parts.log.onDurable(() => this.news());
  }

  /** Has `tell` called in every round; returns the end of that. */
  join(tell: () => void): () => void {
    this.links.add(tell);
    return () => this.leave(tell);
  }

  private leave(tell: () => void): void {
    this.links.delete(tell);
    if (this.links.size > 0 || this.cancelRound === undefined) return;
    this.cancelRound();
    this.cancelRound = undefined;
    this.isDue = false;
  }

  private news(): void {
    if (this.isDue || this.links.size === 0) return;
    this.isDue = true;
    const { timers } = this.parts;
    const waitMs = this.pausedMs - timers.steadyMs();
    if (waitMs > 0) this.cancelRound = timers.after(waitMs, () => this.round());
    else queueMicrotask(() => this.round());
  }

  private round(): void {
    this.cancelRound = undefined;
    this.isDue = false;
    // What is told can be news itself, and has to wait as well.
    this.pause();
    for (const tell of this.links) tell();
    this.pause();
  }

  private pause(): void {
    const { timers, limits } = this.parts;
    this.pausedMs = timers.steadyMs() + Math.floor(this.links.size / limits.linksPerMs);
  }
}
