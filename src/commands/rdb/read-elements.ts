// Puts a hash or its kin at a key in place of whatever is there: all of it, or nothing where there is no room. It knows
// no format. Fields whose deadlines have passed are left out.
import type { ElementType } from '../../delta/kinds.ts';
import { MalformedRdb } from './rdb-reader.ts';
import type { ReadElement, Target } from './value-codec.ts';

/** What an element takes beyond its bytes, at most. */
const elementOverheadBytes = 64;

type Type = (typeof ElementType)[keyof typeof ElementType];

/** What puts the elements, all of which are read first. Throws MalformedRdb. */
export function readElements(type: Type, read: Iterable<ReadElement>): (target: Target) => void {
  const all = [...read];
  const names = new Set(all.map(({ name }) => name.toString('latin1')));
  if (all.length === 0 || names.size !== all.length)
    throw new MalformedRdb('a collection of no elements, or with one twice');
  return (target) => replaceByElements(target, type, all);
}

/** Throws CommandError OOM, or that of a limit, and changes nothing then. */
function replaceByElements(target: Target, type: Type, all: readonly ReadElement[]): void {
  const { store, ks, key, offset, length, deadlineMs } = target;
  let bytes = 0;
  for (const { name, value } of all) {
    store.checkLimits(name.length, value.length, false);
    bytes += name.length + value.length + elementOverheadBytes;
  }
  const hash = store.hash.of(key, offset, length);
  store.checkLimits(length, 0, store.find(ks, hash, key, offset, length) === 0);
  store.requireBlock(bytes);
  store.remove(ks, key, offset, length);
  const { elements } = store;
  elements.open(ks, key, offset, length, type);
  for (const { name, value, deadlineMs: ownMs } of all) {
    if (ownMs !== 0 && ownMs <= store.nowMs) continue;
    elements.put(name, 0, name.length, value, 0, value.length);
    if (ownMs !== 0) elements.expire(name, 0, name.length, ownMs);
  }
  if (deadlineMs === 0 || elements.at === 0) return;
  store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
}
