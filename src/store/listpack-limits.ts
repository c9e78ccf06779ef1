// Up to where Redis would keep a collection in a listpack, as its parameters say: for OBJECT ENCODING and, of streams,
// for the size of a chunk. Nothing else follows them.
export interface ListpackLimits {
  readonly hash: Limits;
  readonly set: Limits;
  readonly zset: Limits;
  /** Above 0: elements, below: the number of a size, 4 KiB for -1 to 64 KiB for -5. */
  readonly list: { size: number; compressDepth: number };
  intsetEntriesMax: number;
  readonly streamNode: { bytesMax: number; entriesMax: number };
}

interface Limits {
  entriesMax: number;
  valueBytesMax: number;
}

export function usualListpackLimits(): ListpackLimits {
  return {
    hash: { entriesMax: 128, valueBytesMax: 64 },
    set: { entriesMax: 128, valueBytesMax: 64 },
    zset: { entriesMax: 128, valueBytesMax: 64 },
    list: { size: -2, compressDepth: 0 },
    intsetEntriesMax: 512,
    streamNode: { bytesMax: 4096, entriesMax: 100 },
  };
}
