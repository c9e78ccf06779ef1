// What is pending in a group of a stream in RDB form, as it was read, before it is known for whom: a million of it are
// a few objects. Ids come in their order, as Redis writes them; another order throws MalformedRdb.
import { StreamId } from '../../delta/stream-id.ts';
import { MalformedRdb } from './rdb-reader.ts';

const deliveriesMax = 0xffff_ffff;

export class ReadPending {
  /** Views of the payload. */
  private readonly ids: Buffer[] = [];
  private readonly isTaken: boolean[] = [];
  private readonly timesMs: number[] = [];
  private readonly deliveries: number[] = [];
  private readonly id = new StreamId();
  /** What is taken next, if it is asked for in the order of ids. */
  private next = 0;

  add(id: Buffer, timeMs: number, deliveries: number): void {
    const before = this.ids.at(-1);
    if (before !== undefined && Buffer.compare(before, id) >= 0)
      throw new MalformedRdb('ids of what is pending do not rise');
    this.ids.push(id);
    this.isTaken.push(false);
    this.timesMs.push(timeMs);
    this.deliveries.push(Math.min(deliveries, deliveriesMax));
  }

  /** The number of what is pending under an id, which nobody else can take then. */
  take(id: Buffer): number {
    const i = this.find(id);
    if (i < 0 || this.isTaken[i] === true || this.idAt(i).isZero)
      throw new MalformedRdb('what is pending is not pending in its group');
    this.isTaken[i] = true;
    this.next = i + 1;
    return i;
  }

  /** Valid until the next one is asked for. */
  idAt(i: number): StreamId {
    return this.id.readBytes(this.ids[i]!, 0);
  }

  timeMsAt(i: number): number {
    return this.timesMs[i]!;
  }

  deliveriesAt(i: number): number {
    return this.deliveries[i]!;
  }

  private find(id: Buffer): number {
    const { ids, next } = this;
    if (next < ids.length && ids[next]!.equals(id)) return next;
    let [low, high] = [0, ids.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (Buffer.compare(ids[middle]!, id) < 0) low = middle + 1;
      else high = middle;
    }
    return low < ids.length && ids[low]!.equals(id) ? low : -1;
  }
}
