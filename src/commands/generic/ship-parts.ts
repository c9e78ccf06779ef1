// How what the key in argument 1 holds is poured in parts into a key out of sight: strings, lists, streams, and hashes
// whose fields have deadlines, of which there is more to copy than names and values. It does not know when the copy
// counts.
import { CopiedElements } from '../../store/copied-elements.ts';
import { EntryType } from '../../store/entry.ts';
import type { Pour } from '../../store/staged-key.ts';
import { shipSlice } from '../../store/stream/ship-stream.ts';
import { StreamCursor } from '../../store/stream/stream-deltas.ts';
import type { Call } from '../call.ts';
import { elementsOfBytes, type Piece, pourValue } from '../pour-value.ts';

export interface Parts {
  /** Elements, about. */
  readonly count: number;
  /** From the first part on; false where the key is gone, or another than when this began. */
  read(): Generator<Pour, boolean, void>;
  /** Whether nothing has changed since this began but what the key was told of as changed for. */
  isCurrent(): boolean;
}

const always = (): boolean => true;

/** Parts of the entry for the key in argument `key`; undefined where names and values are all that there is to copy. */
export function partsOf(call: Call, at: number, key: number): Parts | undefined {
  const { entries, lists, elements } = call.store;
  const type = entries.type(at);
  if (type === EntryType.list) {
    return { count: lists.sizeAt(at), read: () => partsOfList(call, key), isCurrent: always };
  }
  if (type === EntryType.stream) return partsOfStream(call, at, key);
  if (type === EntryType.string) return partsOfString(call, at, key);
  if (type !== EntryType.hash || !elements.hasDeadlinesAt(at)) return undefined;
  return { count: elements.sizeAt(at), read: () => partsOfHash(call, key), isCurrent: always };
}

function partsOfString(call: Call, at: number, key: number): Parts {
  const { strings } = call.store;
  const length = strings.length(at);
  const read = (position: number): Piece | undefined => {
    const from = call.find(1);
    if (from === 0 || call.store.entries.type(from) !== EntryType.string) return undefined;
    strings.read(from);
    if (strings.valueLength !== length) return undefined;
    return { bytes: strings.valueBytes, offset: strings.valueOffset + position };
  };
  return {
    count: elementsOfBytes(length),
    read: () => pourValue(call, key, length, read),
    isCurrent: always,
  };
}

function* partsOfList(call: Call, key: number): Generator<Pour, boolean, void> {
  const { lists, entries } = call.store;
  for (let from = 0; ; from += call.sliceSizes.elements) {
    const at = call.find(1);
    if (at === 0 || entries.type(at) !== EntryType.list) return false;
    lists.stand(call.keyspace, 0, at, call.buf, call.offset(1), call.length(1));
    const { size } = lists;
    if (from >= size) return true;
    const values: string[] = [];
    lists.reader.values(from, Math.min(call.sliceSizes.elements, size - from), values);
    yield (hidden) => {
      lists.open(hidden, call.buf, call.offset(key), call.length(key));
      lists.pushTexts(values);
    };
  }
}

/** Groups change without the key being told of: what is pending changes with XACK. */
function partsOfStream(call: Call, at: number, key: number): Parts {
  const { otherStreams: from } = call.store;
  const count = from.walkLengthAt(at);
  const { groupChanges } = from;
  const isCurrent = (): boolean => standOnStream(call) && from.groupChanges === groupChanges;
  return { count, read: () => pourStream(call, key, isCurrent), isCurrent };
}

function standOnStream(call: Call): boolean {
  const { otherStreams, entries } = call.store;
  const at = call.find(1);
  if (at === 0 || entries.type(at) !== EntryType.stream) return false;
  otherStreams.stand(call.keyspace, 0, at, call.buf, call.offset(1), call.length(1));
  return true;
}

function* pourStream(call: Call, key: number, isCurrent: () => boolean): Generator<Pour, boolean, void> {
  const { otherStreams: from, streams: to } = call.store;
  const cursor = new StreamCursor();
  for (let isEnd = false; !isEnd; ) {
    if (!isCurrent()) return false;
    yield (hidden) => {
      to.open(hidden, call.buf, call.offset(key), call.length(key));
      isEnd = shipSlice(from, to, call.sliceSizes.elements, cursor);
    };
  }
  return true;
}

function* partsOfHash(call: Call, key: number): Generator<Pour, boolean, void> {
  const { elements, nowMs } = call.store;
  for (let cursor = 0; ; ) {
    if (!call.openToWrite(1, EntryType.hash)) return false;
    const copied = new CopiedElements();
    cursor = elements.scan(
      cursor,
      call.sliceSizes.elements,
      (...element) => copied.add(...element, elements.deadlineMs),
      nowMs,
    );
    yield (hidden) => {
      elements.open(hidden, call.buf, call.offset(key), call.length(key), EntryType.hash);
      copied.each((bytes, name, nameLength, value, valueLength, deadlineMs) => {
        elements.put(bytes, name, nameLength, bytes, value, valueLength);
        if (deadlineMs !== 0) elements.expire(bytes, name, nameLength, deadlineMs);
      });
    };
    if (cursor === 0) return true;
  }
}
