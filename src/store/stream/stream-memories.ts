// All that is known of a stream as copies, for repairs of a whole store, which give it other dots or forget it. Groups
// stay while the stream does. It knows no repairs.
import { StreamId } from '../../delta/stream-id.ts';
import type { Dot } from '../key-state.ts';
import type { OpenStream } from './open-stream.ts';

/** All that is known of one id, or of a trim, as a copy. */
export interface StreamMemory {
  readonly id: StreamId;
  /** Of a living entry its own; of a dead one that of the entry removed. */
  readonly dot: Dot;
  /** Of a dead entry: the event that removed it. */
  readonly event?: Dot;
  /** Of a living one: its fields. */
  readonly bytes?: Uint8Array;
  readonly isTrim?: boolean;
  /** Of the extent. */
  readonly added?: number;
}

/** Copies of all that is known of entries, trims and the extent. */
export function memoriesOf(opened: OpenStream): StreamMemory[] {
  const out: StreamMemory[] = [];
  const { live, dead, fields } = opened;
  live.begin();
  while (live.next()) {
    opened.readFields();
    const bytes = fields.bytes.slice(fields.offset, fields.offset + fields.length);
    out.push({ id: new StreamId().copy(live.codec.id), dot: opened.liveDot, bytes });
  }
  dead.chunks.begin();
  while (dead.chunks.next()) {
    out.push({ id: new StreamId().copy(dead.chunks.codec.id), dot: dead.kill, event: dead.event });
  }
  for (const { id, dot } of opened.trims) out.push({ id, dot, isTrim: true });
  const last = opened.statedLast(new StreamId());
  if (opened.isAlive) out.push({ id: last, dot: opened.extentDot, added: opened.statedAdded });
  return out;
}

/** Puts what `change` makes of each memory in the place of what is known; undefined = it is forgotten. */
export function remakeMemories(
  opened: OpenStream,
  change: (memory: StreamMemory) => StreamMemory | undefined,
): void {
  const memories = memoriesOf(opened);
  const changed = memories.map(change);
  if (changed.every((m, i) => m === memories[i])) return;
  opened.live.free();
  opened.dead.chunks.free();
  opened.clearExtent();
  opened.keepTrims(() => false);
  for (const memory of changed) if (memory !== undefined) enter(opened, memory);
  opened.save();
}

function enter(opened: OpenStream, { id, dot, event, bytes, isTrim, added }: StreamMemory): void {
  const { fields, live } = opened;
  if (added !== undefined) opened.joinExtent(dot, id, added);
  else if (isTrim === true) opened.rememberTrim({ id, dot });
  else if (event !== undefined) opened.remember(id, dot, event);
  else if (bytes !== undefined && fields.load(bytes, 0, bytes.length)) {
    live.append(opened.entry.set(id, dot), fields);
    // Where the extent is forgotten, what is left tells of it.
    opened.joinExtent(dot, id, live.count);
  }
}
