// How far a list reaches that is not held whole here: the ranks of its first and last element, as they were when it was
// evicted and as what came since has moved them. Pushes go beyond these, so that they are at the ends when the rest is
// back. It knows no lists. As bytes, in marks and in the journal:
//
//   f64 rank of the first element | f64 rank of the last, little-endian

export interface ListEnds {
  readonly first: number;
  readonly last: number;
}

export const listEndsBytes = 16;

/** What reaches as far as both do. */
export function unitedEnds(a: ListEnds, b: ListEnds): ListEnds {
  return { first: Math.min(a.first, b.first), last: Math.max(a.last, b.last) };
}

export function packEnds({ first, last }: ListEnds): Buffer {
  const bytes = Buffer.allocUnsafe(listEndsBytes);
  bytes.writeDoubleLE(first, 0);
  bytes.writeDoubleLE(last, 8);
  return bytes;
}

/** The ends in bytes[offset ..]; undefined where these are none. */
export function unpackEnds(bytes: Uint8Array, offset: number, length: number): ListEnds | undefined {
  if (length !== listEndsBytes) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, length);
  const [first, last] = [view.getFloat64(0, true), view.getFloat64(8, true)];
  return Number.isSafeInteger(first) && Number.isSafeInteger(last) ? { first, last } : undefined;
}
