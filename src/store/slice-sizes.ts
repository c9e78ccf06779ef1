// How much of what is large is done at once, where work goes in slices between which others are served. A store carries
// these sizes for all who work on it; a node has the usual ones, whatever else is for tests, which see the same slices
// of far less. Time bounds a slice too: that is large-work.ts's.

export interface SliceSizes {
  /** From so many elements on work is worth slicing. */
  readonly largeElementsMin: number;
  /** Elements between two yields. */
  readonly elements: number;
  /** The same where each is added or removed. */
  readonly changedElements: number;
  /** From so many bytes on a string is worth slicing. */
  readonly largeStringBytesMin: number;
  /** Bytes whose bits are looked at between two yields. */
  readonly stringBytes: number;
  /** Bytes of a string that are written between two yields: about what a run hands on at once. */
  readonly writtenBytes: number;
  /** From so many bytes on a value in RDB form is read in slices. */
  readonly largePayloadBytesMin: number;
  /** Bytes of it that are summed between two yields. */
  readonly summedBytes: number;
}

export const usualSliceSizes: SliceSizes = {
  largeElementsMin: 16_384,
  elements: 1024,
  changedElements: 512,
  largeStringBytesMin: 4 * 1024 * 1024,
  stringBytes: 512 * 1024,
  writtenBytes: 128 * 1024,
  largePayloadBytesMin: 64 * 1024,
  summedBytes: 256 * 1024,
};
