// Where names were found last in a few packed runs, so that one that is asked for again need not be looked for among
// all records. A run is known by its entry and the dot of that, which no other key has: whoever moves records has the
// dot forgotten, and a change that moves none renews it. As a key that is let go may come back from a peer with the
// same dot and its records in another order, all is forgotten then. So a place is the beginning of a record as long as
// its run is known; whether it has the name is for the caller to see. It knows no bytes of records.
import type { Entries } from '../entry.ts';

const runsKept = 8;
const placesKept = 256;
/** Places are kept in so many bits, under the number of what the run was known as then. */
const placeBits = 14;
const placeEnd = 1 << placeBits;
const numberEnd = 1 << (31 - placeBits);

export class FoundPlaces {
  /** By run: its entry, and the dot of that by which it is known, 0 = it is not yet. */
  private readonly entry = new Int32Array(runsKept);
  private readonly origin = new Int32Array(runsKept);
  private readonly hi = new Int32Array(runsKept);
  private readonly lo = new Int32Array(runsKept);
  private readonly number = new Int32Array(runsKept);
  private readonly places = new Int32Array(runsKept * placesKept);
  private lastNumber = 0;
  private readonly entries: Entries;

  constructor(entries: Entries) {
    this.entries = entries;
  }

  /** The run whose entry is at `at`; -1 where it is not known. */
  known(at: number): number {
    const { entries } = this;
    const run = (at >>> 3) & (runsKept - 1);
    if (this.entry[run] !== at || this.lo[run] !== entries.lo(at) || this.hi[run] !== entries.hi(at))
      return -1;
    return this.origin[run] === entries.origin(at) ? run : -1;
  }

  /** The same; a run that is asked for twice in turn is known from then on, and one that is not asked for gives way. */
  meet(at: number): number {
    const known = this.known(at);
    if (known >= 0) return known;
    const run = (at >>> 3) & (runsKept - 1);
    if (this.entry[run] !== at) {
      this.entry[run] = at;
      this.origin[run] = this.hi[run] = this.lo[run] = 0;
      return -1;
    }
    if (++this.lastNumber === numberEnd) {
      this.lastNumber = 1;
      this.places.fill(0);
    }
    this.number[run] = this.lastNumber;
    this.renew(run);
    return run;
  }

  /** The entry of a known run has a new dot, and no record has moved. */
  renew(run: number): void {
    const { entries } = this;
    const at = this.entry[run]!;
    this.origin[run] = entries.origin(at);
    this.hi[run] = entries.hi(at);
    this.lo[run] = entries.lo(at);
  }

  /** A key has been let go. */
  clear(): void {
    this.entry.fill(0);
  }

  /** Records of the run whose entry is at `at` move: it is not known any more, by whatever entry it was. */
  forget(at: number): void {
    const lo = this.entries.lo(at);
    for (let run = 0; run < runsKept; run++) if (this.lo[run] === lo) this.entry[run] = 0;
  }

  /** Where a name was found last, from the run's start; or another, or 0. */
  placeOf(run: number, name: Uint8Array, offset: number, length: number): number {
    const place = this.places[run * placesKept + slotOf(name, offset, length)]!;
    return place >>> placeBits === this.number[run] ? place & (placeEnd - 1) : 0;
  }

  /** A name has been found there. */
  note(run: number, name: Uint8Array, offset: number, length: number, place: number): void {
    if (place >= placeEnd) return;
    this.places[run * placesKept + slotOf(name, offset, length)] = (this.number[run]! << placeBits) | place;
  }
}

/** A number of a name, by its length and its last bytes, where names differ most. */
function slotOf(name: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  let h = length;
  for (let p = length > 4 ? end - 4 : offset; p < end; p++) h = Math.imul(h ^ name[p]!, 0x01000193);
  return (h ^ (h >>> 15)) & (placesKept - 1);
}
