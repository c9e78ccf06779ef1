// What is remembered of the trims of a stream: the last one of each origin that another does not make needless. They
// know no entries, and where they are kept.
import type { StreamId } from '../../delta/stream-id.ts';
import type { Dot, DotOrder } from '../key-state.ts';

/** One origin's last trim: entries with an id below `id` and a dot below its own are dead. */
export interface StreamTrim {
  readonly id: StreamId;
  readonly dot: Dot;
}

/** Trims with one more, in place of the earlier one of its origin; undefined where that, or another, says as much. */
export function withTrim(
  trims: readonly StreamTrim[],
  trim: StreamTrim,
  order: DotOrder,
): readonly StreamTrim[] | undefined {
  const known = trims.find((other) => other.dot.origin === trim.dot.origin);
  if (known !== undefined && known.dot.stamp >= trim.dot.stamp) return undefined;
  const saysMore = (a: StreamTrim, b: StreamTrim): boolean =>
    a.id.compare(b.id) >= 0 && order(a.dot, b.dot) >= 0;
  if (trims.some((other) => saysMore(other, trim))) return undefined;
  return [...trims.filter((other) => other !== known && !saysMore(trim, other)), trim];
}

/** Whether one of the trims killed the entry of this id and dot. */
export function isTrimmed(trims: readonly StreamTrim[], id: StreamId, dot: Dot, order: DotOrder): boolean {
  return trims.some((trim) => id.compare(trim.id) < 0 && order(dot, trim.dot) < 0);
}
