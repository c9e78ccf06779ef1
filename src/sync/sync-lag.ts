// How old the oldest write is that a peer does not have: places in the log of own records, with the time from which on
// what follows was written. Few of them are kept, so that it is known to a tenth of a second first and less well after
// a long time offline, when it matters less. It knows no link and no clock.

/** What is written within so long counts as written at the same time, at first. */
const grainMs = 100;
const placesMax = 512;

interface Place {
  /** Own records before it. */
  readonly ownSeq: number;
  readonly atMs: number;
}

export class SyncLag {
  private places: Place[] = [];
  private ownSeq: number;
  private grainMs = grainMs;

  /** `ownSeq`: own records of the log at the start; what of them is pending counts as written now. */
  constructor(ownSeq: number, nowMs: number) {
    this.ownSeq = ownSeq;
    this.places.push({ ownSeq: 0, atMs: nowMs });
  }

  /** The log holds so many own records now. */
  note(ownSeq: number, nowMs: number): void {
    const before = this.ownSeq;
    if (ownSeq === before) return;
    this.ownSeq = ownSeq;
    if (nowMs - this.places.at(-1)!.atMs < this.grainMs) return;
    this.places.push({ ownSeq: before, atMs: nowMs });
    if (this.places.length <= placesMax) return;
    // Of two, the earlier stays: nothing comes to look younger than it is.
    this.places = this.places.filter((_, i) => i % 2 === 0);
    this.grainMs *= 2;
  }

  /**
   * Ms since the oldest record beyond the first `givenSeq` own ones was written; 0 where there is none. To be asked now
   * and then: what lies before is let go of.
   */
  lagMs(givenSeq: number, nowMs: number): number {
    const at = this.places.findLastIndex((place) => place.ownSeq <= givenSeq);
    if (at > 0) this.places.splice(0, at);
    if (this.places.length === 1) this.grainMs = grainMs;
    return givenSeq >= this.ownSeq ? 0 : nowMs - this.places[0]!.atMs;
  }
}
