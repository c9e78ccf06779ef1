// Puts a hash or its kin at a key in place of whatever is there: all of it, or nothing where there is no room. It knows
// no format; the pairs are names and values in turn. Fields whose deadlines have passed are left out.
import type { ElementType } from '../../delta/kinds.ts';
import type { Target } from './value-codec.ts';

/** What an element takes beyond its bytes, at most. */
const elementOverheadBytes = 64;

/** Throws CommandError OOM, or that of a limit, and changes nothing then. */
export function replaceByElements(
  target: Target,
  type: (typeof ElementType)[keyof typeof ElementType],
  pairs: readonly Buffer[],
  deadlines: readonly number[] = [],
): void {
  const { store, ks, key, offset, length, deadlineMs } = target;
  let bytes = 0;
  for (let i = 0; i < pairs.length; i += 2) {
    const [name, value] = [pairs[i]!, pairs[i + 1]!];
    store.checkLimits(name.length, value.length, false);
    bytes += name.length + value.length + elementOverheadBytes;
  }
  const hash = store.hash.of(key, offset, length);
  store.checkLimits(length, 0, store.find(ks, hash, key, offset, length) === 0);
  store.requireBlock(bytes);
  store.remove(ks, key, offset, length);
  const { elements } = store;
  elements.open(ks, key, offset, length, type);
  for (let i = 0; i < pairs.length; i += 2) {
    const [name, value] = [pairs[i]!, pairs[i + 1]!];
    const fieldMs = deadlines[i / 2] ?? 0;
    if (fieldMs !== 0 && fieldMs <= store.nowMs) continue;
    elements.put(name, 0, name.length, value, 0, value.length);
    if (fieldMs !== 0) elements.expire(name, 0, name.length, fieldMs);
  }
  if (deadlineMs === 0 || elements.at === 0) return;
  store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
}
