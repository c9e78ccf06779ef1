// How many entries at the front of a sequence a trim removes: down to so many, or up to an id, exactly or in whole
// chunks, as far as a limit goes. It removes none, and knows no keys.
import type { StreamId } from '../../delta/stream-id.ts';
import type { EntryChunks } from './entry-chunks.ts';

/** Entries that a trim to so many would remove; `limit` 0 = no limit; whole chunks alone unless `isExact`. */
export function excess(chunks: EntryChunks, countMax: number, isExact: boolean, limit: number): number {
  const over = chunks.count - countMax;
  if (over <= 0) return 0;
  return isExact ? over : wholeChunks(chunks, limit, (_, before, n) => before + n <= over);
}

/** Entries with ids below `id` that a trim would remove. */
export function excessBelow(chunks: EntryChunks, id: StreamId, isExact: boolean, limit: number): number {
  if (chunks.count === 0) return 0;
  if (isExact) return chunks.countBelow(id);
  const { directory, codec } = chunks;
  return wholeChunks(chunks, limit, (i) => codec.compareLast(directory.chunkAt(i), id) < 0);
}

function wholeChunks(
  { directory }: EntryChunks,
  limit: number,
  goes: (ordinal: number, before: number, n: number) => boolean,
): number {
  let found = 0;
  for (let i = 0; i < directory.size; i++) {
    const n = directory.countAt(i);
    if (!goes(i, found, n) || (limit > 0 && found + n > limit)) break;
    found += n;
  }
  return found;
}
