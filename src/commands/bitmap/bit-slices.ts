// Work on the bits of a large string, in slices of whole bytes: a part of the string at a time is looked at, wherever
// it lies by then. It does not know what is looked for.
import type { Call } from '../call.ts';
import type { Work } from '../large-work.ts';
import { type BitRange, fitBitRange } from './bit-range.ts';

export interface BitLook {
  /** Looks at the bits [first, end) of bytes[offset ..]; false: that is enough. */
  visit(bytes: Uint8Array, offset: number, first: number, end: number): boolean;
  /** Replies: the string has so many bytes, 0 where it is gone. */
  reply(bytes: number): void;
}

/**
 * Visits the bits of a range of the string in argument 1, and then replies. All of it begins anew where the string
 * changes.
 */
export function lookInSlices(call: Call, range: BitRange, begin: (call: Call) => BitLook): void {
  call.services.largeWork.run(call, [1], (own) => slices(own, range, begin(own)));
}

function* slices(call: Call, range: BitRange, look: BitLook): Work {
  const { strings } = call.store;
  const { stringBytes } = call.sliceSizes;
  for (let from = -1; ; ) {
    // The command has counted its read.
    const at = call.findStringToWrite(1);
    // A pause takes no expired key away, so that nobody told of the end of this one.
    if (at === 0 && from >= 0) return false;
    const bytes = at === 0 ? 0 : strings.length(at);
    const { first, end } = fitBitRange(range, bytes);
    if (from < 0) from = first;
    if (from >= end) {
      look.reply(bytes);
      return true;
    }
    strings.read(at);
    // The next slice begins with a byte.
    const to = Math.min(end, (Math.floor(from / 8) + stringBytes) * 8);
    from = look.visit(strings.valueBytes, strings.valueOffset, from, to) ? to : end;
    yield;
  }
}
