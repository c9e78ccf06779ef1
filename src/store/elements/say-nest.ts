// Says what is in a nest that was filled out of sight: each element gets a new dot and is recorded as put. It knows
// nothing of when that counts.
import type { HybridClock } from '../../base/clock.ts';
import type { BatchWriter } from '../../delta/batch-writer.ts';
import { EntryType } from '../entry.ts';
import type { Nest } from '../nest.ts';
import type { OrderIndex } from '../order-index.ts';
import { scoreBytes } from '../score.ts';
import type { Store } from '../store.ts';

/** Entries that are loaded together before something is done with each. */
const loadedTogether = 32;
/** Keeps loads ahead of their use from being left out. */
const loaded = new Int32Array(1);

/**
 * Says about `count` elements of a nest, from `cursor` on, as those of a key: 0 at first. Their dots come from `clock`.
 * Returns the next cursor, 0 at the end. Some are loaded together, so that the waits for them overlap.
 */
export function sayNest(
  store: Store,
  nest: Nest,
  key: Uint8Array,
  offset: number,
  length: number,
  cursor: number,
  count: number,
  clock: HybridClock,
  recorder: BatchWriter | undefined,
): number {
  const { i32 } = store.arena;
  const batch: number[] = [];
  const flush = (): void => {
    let sum = 0;
    for (const entry of batch) sum ^= i32[entry >> 2]!;
    loaded[0] = sum;
    for (const entry of batch) sayEntry(store, nest, entry, clock, recorder);
    batch.length = 0;
  };
  const visit = (entry: number): void => {
    if (batch.push(entry) === loadedTogether) flush();
  };
  recorder?.within(nest.type, key, offset, length);
  const { order, table } = nest.elements;
  const next = order === undefined ? table.scan(cursor, count, visit) : inOrder(order, cursor, count, visit);
  flush();
  recorder?.outside();
  return next;
}

function sayEntry(
  store: Store,
  nest: Nest,
  entry: number,
  clock: HybridClock,
  recorder: BatchWriter | undefined,
): void {
  const { entries, arena, self, strings } = store;
  clock.tick();
  entries.setDot(entry, self, clock.hi, clock.lo);
  if (recorder === undefined) return;
  const isScored = nest.type === EntryType.zset;
  if (!isScored) strings.read(entry);
  recorder.put(
    nest.elements.id,
    arena.u8,
    entries.keyOffset(entry),
    entries.keyLength(entry),
    self,
    clock.hi,
    clock.lo,
    isScored ? arena.u8 : strings.valueBytes,
    isScored ? entries.valueOffset(entry) + entries.valueLength(entry) - scoreBytes : strings.valueOffset,
    isScored ? scoreBytes : strings.valueLength,
    true,
    0,
    0,
    0,
    0,
  );
}

/** Visits `count` entries of a sorted set in their order, from a rank on. Returns the next rank, 0 at the end. */
function inOrder(order: OrderIndex, rank: number, count: number, visit: (entry: number) => void): number {
  const end = Math.min(order.size, rank + count);
  order.seekRank(rank);
  for (let left = end - rank; left > 0; left--) visit(order.next());
  return end === order.size ? 0 : end;
}
