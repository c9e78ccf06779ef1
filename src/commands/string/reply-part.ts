// Replies with a part of the string in argument 1, or all of it: GET, GETRANGE and SUBSTR. A large part is copied in
// slices to where the reply is put together.
import type { Call } from '../call.ts';
import { isLargeString, type Work } from '../large-work.ts';

/** The bytes from `start` to before `end`. */
export interface Part {
  readonly start: number;
  readonly end: number;
}

/** The part of a string of so many bytes. */
export type PartOf = (length: number) => Part;

/** `at`: the entry of the string. */
export function replyPart(call: Call, at: number, partOf: PartOf): void {
  const { reply, store, sliceSizes } = call;
  const { strings } = store;
  const { start, end } = partOf(strings.length(at));
  if (end - start >= sliceSizes.largeStringBytesMin && isLargeString(store, at)) {
    call.services.largeWork.run(call, [1], (own) => slices(own, partOf));
    return;
  }
  strings.read(at);
  reply.bulk(strings.valueBytes, strings.valueOffset + start, end - start);
}

function* slices(call: Call, partOf: PartOf): Work {
  const { reply, store, sliceSizes } = call;
  const { strings } = store;
  // The command has counted its read.
  let at = call.findStringToWrite(1);
  if (at === 0) return false;
  const { start, end } = partOf(strings.length(at));
  const to = reply.bulkReserve(end - start);
  for (let from = start; from < end; from += sliceSizes.stringBytes) {
    if (from > start) {
      yield;
      at = call.findStringToWrite(1);
      if (at === 0 || strings.length(at) < end) return false;
    }
    strings.read(at);
    const { valueBytes, valueOffset: first } = strings;
    const behind = Math.min(end, from + sliceSizes.stringBytes);
    reply.buf.set(valueBytes.subarray(first + from, first + behind), to + from - start);
  }
  return true;
}
