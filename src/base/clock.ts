// The hybrid logical clock that gives every write its stamp: `(unix_ms - 2024-01-01) * 4096 + counter`, one safe
// integer, strictly rising on this node and never below what it has seen. Wall time is handed in, never read here.
// The stamp is kept as two 32-bit halves, because a number above 2^31 stored in a field is boxed on the hot path.

export const stampEpochMs = Date.UTC(2024, 0, 1);
export const stampCountersPerMs = 4096;
/** The largest stamp (the year 2058): differences of two stamps fit a 53-bit zigzag varint. */
export const stampMax = 2 ** 52 - 1;
/** Wall times outside [build date, build date + 10 years] are ignored. */
const trustedSpanMs = 10 * 366 * 24 * 3600 * 1000;
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
  private wallMs = Number.NaN;

  /** `buildMs`: Unix ms of the build, the floor of trusted wall time. */
  constructor(buildMs: number) {
    this.trustedFromMs = buildMs;
    this.witness(stampOfMs(buildMs));
  }

  /** Takes the wall time (Unix ms) into account; returns whether it was trusted. */
  observe(nowMs: number): boolean {
    if (nowMs === this.wallMs) return true;
    if (!(nowMs >= this.trustedFromMs && nowMs <= this.trustedFromMs + trustedSpanMs)) return false;
    this.wallMs = nowMs;
    this.witness(Math.min(stampOfMs(nowMs), this.ceiling));
    return true;
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
