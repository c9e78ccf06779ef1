// Tells of most names that they are not in a packed collection, without a look at its records: a Bloom filter of one
// bit for each name, made for a command that puts many elements. It errs to one side only: what it lacks is not there.
// It knows nothing of records.

/** Bits: some sixteen for each element of the largest packed collection, so that few names share one. */
const bitsMax = 2048;

/** A number of a name: by its length, its first byte and its last four, where names differ most. */
function bitOf(bytes: Uint8Array, offset: number, length: number): number {
  let h = length;
  const end = offset + length;
  if (length > 0) h = Math.imul(h ^ bytes[offset]!, 0x01000193);
  for (let p = length > 4 ? end - 4 : offset; p < end; p++) h = Math.imul(h ^ bytes[p]!, 0x01000193);
  return (h ^ (h >>> 15)) & (bitsMax - 1);
}

export class NameFilter {
  private readonly words = new Int32Array(bitsMax / 32);

  clear(): void {
    this.words.fill(0);
  }

  add(bytes: Uint8Array, offset: number, length: number): void {
    const bit = bitOf(bytes, offset, length);
    this.words[bit >>> 5]! |= 1 << (bit & 31);
  }

  /** Whether no name like this one was added. */
  lacks(bytes: Uint8Array, offset: number, length: number): boolean {
    const bit = bitOf(bytes, offset, length);
    return (this.words[bit >>> 5]! & (1 << (bit & 31))) === 0;
  }
}
