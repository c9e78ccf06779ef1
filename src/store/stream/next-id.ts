// The id of an entry where the client leaves it to the node: the time, or what follows the last id. A node with peers
// leaves gaps, so that two of them do not give the same. It knows no entries.
import type { StreamId } from '../../delta/stream-id.ts';
import { originResidue } from '../collection.ts';
import type { Store } from '../store.ts';

const two32 = 4294967296;
/** Sequences that a node with peers gives are so far apart, at a residue of its own. */
const seqStep = 65_536;

/**
 * The next id behind `last` into `id`, `nowMs` being the time; false where there is none, and `id` is nothing then. It
 * has the ms already where `isSequenceOnly`.
 */
export function nextId(
  store: Store,
  id: StreamId,
  last: StreamId,
  nowMs: number,
  isSequenceOnly: boolean,
): boolean {
  if (!isSequenceOnly) id.setNumbers(nowMs, 0);
  const isLater = id.msHi !== last.msHi ? id.msHi > last.msHi : id.msLo > last.msLo;
  if (isLater) id.set(id.msHi, id.msLo, 0, 0);
  else if (isSequenceOnly && (id.msHi !== last.msHi || id.msLo !== last.msLo)) return false;
  else {
    id.copy(last);
    if (!id.increment()) return false;
    if (isSequenceOnly && (id.msHi !== last.msHi || id.msLo !== last.msLo)) return false;
  }
  if (!store.ground.keepsDead) return true;
  const residue = originResidue(store);
  const seq = Math.ceil((id.seqHi * two32 + id.seqLo - residue) / seqStep) * seqStep + residue;
  // Where sequences are used up like this, what was given by hand decides.
  if (seq <= Number.MAX_SAFE_INTEGER) id.set(id.msHi, id.msLo, Math.floor(seq / two32), seq >>> 0);
  return true;
}
