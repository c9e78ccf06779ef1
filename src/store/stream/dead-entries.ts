// What is remembered of the entries of a stream that were removed one by one, in the order of their ids: an entry whose
// dot is the event that removed it, and whose body is the dot that was removed, origin and stamp as varints. It knows
// no keys.
import type { StreamId } from '../../delta/stream-id.ts';
import type { Dot } from '../key-state.ts';
import type { Ground } from '../keyspace.ts';
import { EntryChunks } from './entry-chunks.ts';
import { StreamEntry } from './entry-codec.ts';
import { readVarint, varintEnd, writeVarint } from './fields.ts';

const limits = { bytesMax: 2048, entriesMax: 0 };
const killBytesMax = 16;

export class DeadEntries {
  readonly chunks: EntryChunks;
  private readonly e = new StreamEntry();
  private readonly body = new Uint8Array(killBytesMax);

  constructor(ground: Ground) {
    this.chunks = new EntryChunks(ground, limits, { isGrave: true, hasDots: true });
    this.e.body = this.body;
  }

  get count(): number {
    return this.chunks.count;
  }

  /** Stands at a removed id; false where none is remembered. */
  find(id: StreamId): boolean {
    return this.chunks.count > 0 && this.chunks.find(id);
  }

  /** The dot that was removed, of the entry at which this stands. */
  get kill(): Dot {
    const { u8, bodyAt } = this.chunks.codec;
    return { origin: readVarint(u8, bodyAt), stamp: readVarint(u8, varintEnd(u8, bodyAt, u8.length)) };
  }

  /** The event that removed it. */
  get event(): Dot {
    const { stamp, origin } = this.chunks.codec;
    return { stamp, origin };
  }

  /** Enters a removed id, which is not there. Throws CommandError OOM. */
  insert(id: StreamId, kill: Dot, event: Dot): void {
    this.load(id, kill, event);
    this.chunks.find(id);
    this.chunks.insert(this.e);
  }

  /** Gives the id at which this stands a later removal. */
  replace(id: StreamId, kill: Dot, event: Dot): void {
    this.load(id, kill, event);
    this.chunks.replace(this.e);
  }

  private load(id: StreamId, kill: Dot, event: Dot): void {
    const { e, body } = this;
    e.set(id, event).length = writeVarint(kill.stamp, body, writeVarint(kill.origin, body, 0));
  }
}
