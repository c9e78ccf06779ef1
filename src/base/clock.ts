// The hybrid logical clock that gives every write its stamp: `(unix_ms - 2024-01-01) * 4096 + counter`, one safe
// integer, strictly rising on this node and never below what it has seen. Wall time is handed in, never read here.
// The stamp is kept as two 32-bit halves, because a number above 2^31 stored in a field is boxed on the hot path.

export const stampEpochMs = Date.UTC(2024, 0, 1);
export const stampCountersPerMs = 4096;
/** The largest stamp (the year 2058): differences of two stamps fit a 53-bit zigzag varint. */
export const stampMax = 2 ** 52 - 1;
/** Wall times outside [build date, build date + 10 years] are ignored. */
const trustedSpanMs = 10 * 366 * 24 * 3600 * 1000;
/** What a node whose clock stands at the end of that may give stamps for by itself. */
const ownSpanMs = 24 * 3600 * 1000;
const two32 = 4294967296;

/** The smallest stamp of the given wall time (Unix ms); 0 for times before 2024. */
export function stampOfMs(unixMs: number): number {
  return Math.max(0, Math.floor(unixMs) - stampEpochMs) * stampCountersPerMs;
}

/** The wall time (Unix ms) that a stamp stands for. */
export function msOfStamp(stamp: number): number {
  return stampEpochMs + Math.floor(stamp / stampCountersPerMs);
}

/** The upper 21 bits of a stamp. */
export function stampHi(stamp: number): number {
  return Math.floor(stamp / two32);
}

/** The lower 32 bits of a stamp as a signed 32-bit integer. */
export function stampLo(stamp: number): number {
  return stamp | 0;
}

/** The stamp of two halves; `lo` may be signed. */
export function stampFrom(hi: number, lo: number): number {
  return hi * two32 + (lo >>> 0);
}

export class HybridClock {
  /** The last stamp given out or seen, in halves. */
  hi = 0;
  lo = 0;
  /** The time does not drive it beyond this stamp: dots that lie ahead are to count later. */
  ceiling = Number.POSITIVE_INFINITY;
  private readonly trustedFromMs: number;
  private readonly trustedToMs: number;
  private wallMs = Number.NaN;
  /** What the stamps of others may be ahead of: no stamp that was judged by it raises it. */
  private ground = 0;

  /** `buildMs`: Unix ms of the build, the floor of trusted wall time. */
  constructor(buildMs: number) {
    this.trustedFromMs = buildMs;
    this.trustedToMs = buildMs + trustedSpanMs;
    this.witness(stampOfMs(buildMs));
  }

  /** Takes the wall time (Unix ms) into account; returns whether it was trusted. */
  observe(nowMs: number): boolean {
    if (nowMs === this.wallMs) return true;
    // What came while there was no time was judged by nobody.
    const isFirst = Number.isNaN(this.wallMs);
    this.wallMs = this.isTrusted(nowMs) ? nowMs : Number.NaN;
    if (Number.isNaN(this.wallMs)) return false;
    if (isFirst) this.vouch(this.last());
    const stamp = stampOfMs(nowMs);
    this.vouch(stamp);
    this.witness(Math.min(stamp, this.ceiling));
    return true;
  }

  private isTrusted(nowMs: number): boolean {
    return nowMs >= this.trustedFromMs && nowMs <= this.trustedToMs;
  }

  /** Whether a stamp can be one at all: beyond trusted time nobody gives any, and nothing is joined or witnessed. */
  believes(stamp: number): boolean {
    return stamp <= stampOfMs(this.trustedToMs + ownSpanMs);
  }

  /**
   * The greatest stamp to be taken from others at a wall time (Unix ms), where their clocks may be `skewMs` ahead of
   * it, or of the greatest stamp that was vouched for: this node may have been ahead itself. What is taken by this
   * moves no bound, or a clock that is a little too fast would lead all others. All of trusted time where the wall time
   * cannot be trusted.
   */
  latest(nowMs: number, skewMs: number): number {
    const end = stampOfMs(this.trustedToMs);
    if (!this.isTrusted(nowMs)) return end;
    return Math.min(end, Math.max(stampOfMs(nowMs), this.ground) + skewMs * stampCountersPerMs);
  }

  /** Others may be ahead of this stamp from now on: it is of a clock that is not judged here. */
  vouch(stamp: number): void {
    if (stamp > this.ground && this.believes(stamp)) this.ground = stamp;
  }

  /** Never gives out a stamp at or below `stamp` from now on. */
  witness(stamp: number): void {
    if (stamp <= this.last()) return;
    this.hi = stampHi(stamp);
    this.lo = stampLo(stamp);
  }

  /** Advances to the next stamp and leaves it in `hi` and `lo`. */
  tick(): void {
    this.lo = (this.lo + 1) | 0;
    if (this.lo === 0) this.hi += 1;
  }

  /** The last stamp given out or seen. */
  last(): number {
    return this.hi * two32 + (this.lo >>> 0);
  }

  /** Advances and returns the new stamp as a number. */
  next(): number {
    this.tick();
    return this.last();
  }
}
