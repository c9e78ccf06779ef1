// Where a push puts its element: beyond all others at one end, at the next rank of this node's residue. It places, and
// inserts nothing.
import { originResidue } from '../collection.ts';
import type { Element } from './element.ts';
import type { OpenList } from './open-list.ts';
import { positionBetween, rankAfter, rankBefore, rankStep } from './position.ts';

/** Ranks up to here have many after them. */
const plainRankMax = 2 ** 48;
const noBytes = new Uint8Array(0);

export class EndPlaces {
  private readonly opened: OpenList;
  private residueOf = 0;
  private residue = 0;

  constructor(opened: OpenList) {
    this.opened = opened;
  }

  /** Gives an element of this node its position at one end of the list. */
  place(e: Element, atFront: boolean): void {
    const { live, chunks, store } = this.opened;
    const last = live.size - 1;
    if (last < 0 || live.count === 0 || store.unheld.hasParts) {
      this.placeBeyond(e, atFront);
      return;
    }
    const chunk = live.chunkAt(atFront ? 0 : last);
    const end = chunks.rankOfEnd(chunk, atFront);
    // Behind an element of this node there is nothing to compute.
    if (chunks.originOfEnd(chunk, atFront) === store.self && Math.abs(end) < plainRankMax)
      e.place.rank = end + (atFront ? -rankStep : rankStep);
    else this.placeBeyond(e, atFront);
  }

  private placeBeyond(e: Element, atFront: boolean): void {
    const { opened } = this;
    const { live, chunks, store } = opened;
    if (this.residueOf !== store.self) this.takeResidue(store.self);
    const chunk = live.count === 0 ? 0 : live.chunkAt(atFront ? 0 : live.size - 1);
    const here = chunk === 0 ? undefined : chunks.rankOfEnd(chunk, atFront);
    const end = this.endWith(here, atFront);
    if (end === undefined) {
      e.place.rank = this.residue;
      return;
    }
    const rank = atFront ? rankBefore(end, this.residue) : rankAfter(end, this.residue);
    if (rank !== undefined) {
      e.place.rank = rank;
      return;
    }
    const isHere = end === here;
    const last = isHere ? opened.positionAt(atFront ? 0 : live.count - 1) : { rank: end, extension: noBytes };
    const { random } = store;
    const beyond = atFront
      ? positionBetween(undefined, last, random)
      : positionBetween(last, undefined, random);
    e.place.rank = beyond.rank;
    e.extension = beyond.extension;
    e.extensionOffset = 0;
    e.extensionLength = beyond.extension.length;
  }

  /**
   * The rank at one end, given that of what is here: of a list that is not held whole what is not here may be beyond.
   */
  private endWith(here: number | undefined, atFront: boolean): number | undefined {
    const { store, key } = this.opened;
    const { unheld } = store;
    if (!unheld.hasParts) return here;
    const ends = unheld.endsOf(key.ks, key.hash, key.bytes, key.offset, key.length);
    if (ends === undefined) return here;
    if (here === undefined) return atFront ? ends.first : ends.last;
    return atFront ? Math.min(here, ends.first) : Math.max(here, ends.last);
  }

  /** Nodes push at residues of their own, which come from their names. */
  private takeResidue(self: number): void {
    this.residue = originResidue(this.opened.store);
    this.residueOf = self;
  }
}
