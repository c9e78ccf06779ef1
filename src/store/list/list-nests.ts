// The lists that are too large to be packed: what each has beside its entry, by the number that the entry names. All
// Lists of a store share one of these. It knows neither keys nor elements.
import { stampFrom } from '../../base/clock.ts';
import type { KeyState } from '../key-state.ts';
import type { Store } from '../store.ts';
import { Chunks } from './chunk.ts';
import { ListChunks } from './list-chunks.ts';

/** What a large list has beside its entry. */
export class ListNest {
  readonly live: ListChunks;
  readonly dead: ListChunks;
  /** The key's state but for its content; undefined = nothing worth remembering. */
  meta: KeyState | undefined;
  /** The chunk of the dead at which the graveyard goes on. */
  pruneNext = Number.MAX_SAFE_INTEGER;

  constructor(live: ListChunks, dead: ListChunks) {
    this.live = live;
    this.dead = dead;
  }

  /** Frees all chunks. */
  free(): void {
    this.live.free();
    this.dead.free();
  }
}

export class ListNests {
  /** What knows the bytes of chunks. */
  readonly chunks: Chunks;
  private readonly store: Store;
  private readonly nests: (ListNest | undefined)[] = [];
  private readonly freeNumbers: number[] = [];

  constructor(store: Store) {
    this.store = store;
    this.chunks = new Chunks(store.arena);
  }

  /** An empty sequence of chunks. `isGrave`: of dead elements. */
  newChunks(isGrave: boolean): ListChunks {
    const { store, chunks } = this;
    return new ListChunks(chunks, store.ground, (a, b) => store.origins.compare(a, b), isGrave);
  }

  get(number: number): ListNest | undefined {
    return this.nests[number];
  }

  /** Returns the number of a new one. */
  add(nest: ListNest): number {
    const number = this.freeNumbers.pop() ?? this.nests.length;
    this.nests[number] = nest;
    return number;
  }

  /** Frees one with all that it has. */
  remove(number: number): void {
    this.nests[number]?.free();
    this.nests[number] = undefined;
    this.freeNumbers.push(number);
  }

  /** Stamps of removals that are remembered, about `count`, for an estimate of their age. */
  sampleDead(count: number): number[] {
    const { chunks } = this;
    const stamps: number[] = [];
    for (const nest of this.nests) {
      if (nest === undefined || stamps.length >= count) continue;
      const { dead } = nest;
      const stride = Math.max(1, Math.floor(dead.size / count));
      for (let ordinal = 0; ordinal < dead.size; ordinal += stride) {
        chunks.open(dead.chunkAt(ordinal));
        if (chunks.next()) stamps.push(stampFrom(chunks.dotHi, chunks.dotLo));
      }
    }
    return stamps;
  }

  /** Visits each block of all lists, with the number of its list. */
  eachBlock(visit: (block: number, number: number) => void): void {
    this.nests.forEach((nest, number) => {
      nest?.live.eachBlock((block) => visit(block, number));
      nest?.dead.eachBlock((block) => visit(block, number));
    });
  }

  /**
   * A block was copied from `from` to `to`: takes note where it is of the list of this number; false where it is not.
   */
  moveBlock(number: number, from: number, to: number): boolean {
    const nest = this.nests[number];
    return nest !== undefined && (nest.live.moveBlock(from, to) || nest.dead.moveBlock(from, to));
  }
}
