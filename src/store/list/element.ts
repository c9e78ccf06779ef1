// An element of a list as it is handed about: where it stands, which dot it is, what it holds. These are registers that
// are filled and used again, so a push costs no object. They know nothing of how elements lie in memory.
import { rankStep } from './position.ts';

/** The dot of an element (its id) and the rank of its position. */
export class Place {
  hi = 0;
  lo = 0;
  origin = 0;
  rank = 0;

  copy(other: Place): void {
    this.hi = other.hi;
    this.lo = other.lo;
    this.origin = other.origin;
    this.rank = other.rank;
  }

  /** Goes on by `n` pushes, whose stamps rise (step 1) or fall (-1) along the list. */
  advance(n: number, step: number): void {
    this.rank += n * rankStep;
    if (n === 1 && step === 1) {
      this.lo = (this.lo + 1) | 0;
      if (this.lo === 0) this.hi += 1;
    } else this.shift(n * step);
  }

  /** Adds to the stamp. */
  shift(by: number): void {
    const stamp = this.hi * 4294967296 + (this.lo >>> 0) + by;
    this.hi = Math.floor(stamp / 4294967296);
    this.lo = (stamp - this.hi * 4294967296) | 0;
  }
}

const noBytes = new Uint8Array(0);

export class Element {
  readonly place = new Place();
  /** The position's integers after its rank. */
  extension: Uint8Array = noBytes;
  extensionOffset = 0;
  extensionLength = 0;
  /** The dot of the value where it was written after the element; origin 0: the element's own. */
  dotHi = 0;
  dotLo = 0;
  dotOrigin = 0;
  /** The value. */
  bytes: Uint8Array = noBytes;
  offset = 0;
  length = 0;
}
