// Where elements of a value are in the list of the key in argument 1: what LREM and LINSERT look for before they change
// it. Of a very long list only a part is looked through at once; the rest is looked through in slices, while the list
// is at work, so that it does not change. It does not know what becomes of them.
import type { Lists } from '../../store/lists.ts';
import type { Call } from '../call.ts';
import { openList } from './open-list.ts';

/** So many times as many elements as are large are looked through at once: to look at one takes no longer. */
const looksPerElement = 16;

/** So many, at most, of the elements with the value of argument i, from the end where `count` is below 0; 0 = all. */
export interface Sought {
  readonly i: number;
  readonly count: number;
}

/** The indexes in the open list; undefined where it is so long that they are to be looked for in slices. */
export function findSoon(call: Call, lists: Lists, { i, count }: Sought): readonly number[] | undefined {
  const looks = call.sliceSizes.largeElementsMin * looksPerElement;
  const limit = Math.abs(count);
  const { buf, args } = call;
  const [offset, length] = [args.offsets[i]!, args.lengths[i]!];
  const found = lists.reader.matches(buf, offset, length, count < 0, looks, 0, limit);
  return found.length === limit || lists.size <= looks ? found : undefined;
}

/** The same in slices: the list is opened anew behind each, and nobody may change it meanwhile. */
export function* findInSlices(
  call: Call,
  lists: Lists,
  { i, count }: Sought,
): Generator<void, number[], void> {
  const [offset, length] = [call.offset(i), call.length(i)];
  const steps = lists.reader.matching(call.buf, offset, length, count < 0, 0, 0, Math.abs(count));
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    yield;
    openList(call, 1);
  }
}
