// Entries of a stream as a reply: each its id and its fields, read from the chunks as they are.
import { StreamId } from '../../delta/stream-id.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { ListValue, valueBytesAt } from '../../store/list/list-value.ts';
import { chunkEntriesMax } from '../../store/stream/entry-chunks.ts';
import type { EntryCodec } from '../../store/stream/entry-codec.ts';
import { readVarint, varintEnd } from '../../store/stream/fields.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import { openStream } from './open-stream.ts';

const value = new ListValue();

export function replyId(reply: ReplyWriter, id: StreamId): void {
  const at = reply.bulkReserve(id.textBytes);
  id.write(reply.buf, at);
}

/** Replies with the entry at which the living of `streams` stand. */
export function replyEntry(streams: Streams, reply: ReplyWriter): void {
  const { codec, directory, ordinal } = streams.live;
  const names = codec.hasNames ? 0 : codec.namesAt(directory.chunkAt(ordinal));
  replyParts(codec.u8, codec.id, names, codec.bodyAt, reply);
}

/** Names at 0: the body has its own. */
function replyParts(u8: Uint8Array, id: StreamId, names: number, bodyAt: number, reply: ReplyWriter): void {
  reply.array(2);
  replyId(reply, id);
  const head = names === 0 ? bodyAt : names;
  const count = readVarint(u8, head);
  reply.array(2 * count);
  let name = varintEnd(u8, head, u8.length);
  let at = names === 0 ? name : bodyAt;
  for (let i = 0; i < count; i++) {
    replyItem(u8, name, reply);
    const behind = name + valueBytesAt(u8, name);
    if (names === 0) at = behind;
    replyItem(u8, at, reply);
    at += valueBytesAt(u8, at);
    name = names === 0 ? at : behind;
  }
}

function replyItem(u8: Uint8Array, at: number, reply: ReplyWriter): void {
  value.read(u8, at);
  reply.bulk(value.bytes, value.offset, value.length);
}

/** Entries with ids from `start` to `end`, at most `count` (0 = all). Returns how many there are. */
export function countRange(streams: Streams, start: StreamId, end: StreamId, count: number): number {
  if (streams.size === 0 || start.compare(end) > 0) return 0;
  const { live } = streams;
  const before = live.countBelow(start);
  const upTo = live.countBelow(end) + (live.find(end) ? 1 : 0);
  const found = Math.max(0, upTo - before);
  return count > 0 ? Math.min(count, found) : found;
}

/** Replies with `n` entries, which there are, from `start` on. */
export function replyForward(streams: Streams, start: StreamId, n: number, reply: ReplyWriter): void {
  reply.array(n);
  replyRun(streams, start, n, reply);
}

/**
 * Replies in slices with `n` entries, which there are, of the stream in argument `key`: from `start` on, or in
 * `reverse` from `end` backwards. False where it is gone meanwhile.
 */
export function* replyInSlices(
  call: Call,
  key: number,
  [start, end]: readonly [start: StreamId, end: StreamId],
  n: number,
  reverse: boolean,
): Generator<void, boolean, void> {
  // Others may read ranges meanwhile.
  const next = new StreamId().copy(reverse ? end : start);
  call.reply.array(n);
  for (let rest = n; rest > 0; rest -= call.sliceSizes.elements) {
    const streams = openStream(call, key);
    if (streams.at === 0) return false;
    replySlice(streams, next, Math.min(call.sliceSizes.elements, rest), call.reply, reverse);
    if (rest > call.sliceSizes.elements) yield;
  }
  return true;
}

/**
 * Replies with `n` entries from `next` on or backwards, without the head of an array; `next` is then what comes next.
 */
export function replySlice(
  streams: Streams,
  next: StreamId,
  n: number,
  reply: ReplyWriter,
  reverse: boolean,
): void {
  if (n === 0) return;
  if (reverse) {
    replyRunBackward(streams, next, n, reply, next);
    next.decrement();
    return;
  }
  replyRun(streams, next, n, reply);
  next.copy(streams.live.codec.id).increment();
}

/** The same without the head of an array; leaves the id of the last one in `codec`. */
function replyRun(streams: Streams, start: StreamId, n: number, reply: ReplyWriter): void {
  const { live } = streams;
  for (let i = 0; i < n; i++) {
    if (i === 0) live.seek(start);
    else live.next();
    replyEntry(streams, reply);
  }
}

/**
 * Replies with `n` entries, which there are, from `end` backwards, without the head of an array: chunk by chunk, as
 * entries are told from those before. Leaves the id of the last one in `into`.
 */
function replyRunBackward(
  streams: Streams,
  end: StreamId,
  n: number,
  reply: ReplyWriter,
  into: StreamId,
): void {
  const { live } = streams;
  const { directory, codec } = live;
  live.seek(end);
  let ordinal = Math.min(live.ordinal, directory.size - 1);
  for (let rest = n; rest > 0; ordinal--) {
    const chunk = directory.chunkAt(ordinal);
    codec.open(chunk);
    let noted = 0;
    while (codec.next() && codec.id.compare(end) <= 0) noteEntry(codec, noted++);
    for (; noted > 0 && rest > 0; rest--) {
      noted -= 1;
      const w = noted * wordsOfNote;
      passed.load(notes, w);
      replyParts(codec.u8, passed, notes[w + 5] === 1 ? 0 : codec.namesAt(chunk), notes[w + 4]!, reply);
    }
  }
  into.copy(passed);
}

/** Of the entries of one chunk: id, where the body is, whether it has names. */
const wordsOfNote = 6;
const notes = new Int32Array(chunkEntriesMax * wordsOfNote);
const passed = new StreamId();

function noteEntry(codec: EntryCodec, k: number): void {
  const w = k * wordsOfNote;
  codec.id.save(notes, w);
  notes[w + 4] = codec.bodyAt;
  notes[w + 5] = codec.hasNames ? 1 : 0;
}
