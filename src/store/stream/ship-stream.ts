// Ships the entries and groups of one stream to another key: COPY, RENAME and MOVE. They are copied as they are read,
// in slices where others may run in between. It knows neither keys that are out of sight nor commands.
import { StreamId } from '../../delta/stream-id.ts';
import type { Keyspace } from '../keyspace.ts';
import type { Store } from '../store.ts';
import type { Streams } from '../streams.ts';
import { StreamCursor, visitSlice } from './stream-deltas.ts';
import { rootBytes } from './stream-roots.ts';

/** Deliveries in groups are copied out first: so many at once. */
const sliceEntries = 16_384;

/**
 * Puts copies of all that is open, under new dots, over another key. Throws CommandError OOM before it has changed any.
 */
export function shipStream(
  store: Store,
  from: Streams,
  ks: Keyspace,
  key: Uint8Array,
  offset: number,
  length: number,
): void {
  const { at, keyspace } = from;
  const own = from.keyRange;
  const bytes = from.live.directory.blockBytes();
  store.requireBlock(bytes + (bytes >> 2) + 2 * rootBytes + (from.groups?.blockBytes() ?? 0));
  store.remove(ks, key, offset, length);
  from.stand(keyspace, 0, at, own.key, own.offset, own.length);
  const to = store.streams;
  to.open(ks, key, offset, length);
  const cursor = new StreamCursor();
  while (!shipSlice(from, to, sliceEntries, cursor));
}

/**
 * Copies about `count` entries, or deliveries in groups, of one open stream to another, under new dots. Returns whether
 * that was all; else the cursor says where to go on. Throws CommandError OOM.
 */
export function shipSlice(from: Streams, to: Streams, count: number, cursor: StreamCursor): boolean {
  const n = visitSlice(from.live, count, cursor, () => {
    from.opened.readFields(to.fields);
    to.add(from.live.codec.id);
  });
  if (n >= count) return false;
  if (to.at === 0) to.makeEmpty();
  if (cursor.groups.group === undefined)
    to.setLast(from.lastId(new StreamId()), from.added, from.maxDeleted(new StreamId()));
  return shipGroups(from, to, count - n, cursor);
}

/** Notes are told before any is taken: what is pending in one stream and in another is read by the same register. */
function shipGroups(from: Streams, to: Streams, count: number, cursor: StreamCursor): boolean {
  const { groups } = from;
  if (groups === undefined) return true;
  const notes: Uint8Array[] = [];
  const isEnd = groups.emit((note) => notes.push(note.bytes.slice(0, note.length)), count, cursor.groups);
  for (const note of notes) to.takeNote(note);
  return isEnd;
}
