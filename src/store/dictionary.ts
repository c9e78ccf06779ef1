// Makes a dictionary out of samples of a node's values, for compressing small ones: the pieces that occur in most of
// the samples, in the manner of COVER (Liao, Petri, Moffat, Wirth 2016). Pure: samples in, bytes out.

/** Pieces are rated by runs of so many bytes. */
const runBytes = 6;
const pieceBytes = 32;
const tableBits = 16;

function runAt(bytes: Uint8Array, p: number): number {
  const a = bytes[p]! | (bytes[p + 1]! << 8) | (bytes[p + 2]! << 16) | (bytes[p + 3]! << 24);
  const b = bytes[p + 4]! | (bytes[p + 5]! << 8);
  return (Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b)) >>> (32 - tableBits);
}

/** In how many samples each run occurs, by its hash. */
function countRuns(samples: readonly Uint8Array[]): Uint16Array {
  const counts = new Uint16Array(1 << tableBits);
  const lastSample = new Int32Array(1 << tableBits).fill(-1);
  samples.forEach((sample, nth) => {
    for (let p = 0; p + runBytes <= sample.length; p++) {
      const run = runAt(sample, p);
      if (lastSample[run] === nth) continue;
      lastSample[run] = nth;
      counts[run]! += 1;
    }
  });
  return counts;
}

/** A dictionary of at most `bytesMax`; empty where the samples have nothing in common. */
export function trainDictionary(samples: readonly Uint8Array[], bytesMax: number): Uint8Array {
  const counts = countRuns(samples);
  const pieces: Uint8Array[] = [];
  let room = bytesMax;
  // Round after round the best piece of each group of samples, so that one kind of value does not take all the room.
  const groups = Math.max(1, Math.min(samples.length, Math.ceil(bytesMax / pieceBytes / 4)));
  for (let gained = true; gained && room > runBytes; ) {
    gained = false;
    for (let group = 0; group < groups && room > runBytes; group++) {
      const piece = bestPiece(samples, group, groups, counts, Math.min(pieceBytes, room));
      if (piece === undefined) continue;
      gained = true;
      pieces.push(piece);
      room -= piece.length;
      for (let p = 0; p + runBytes <= piece.length; p++) counts[runAt(piece, p)] = 0;
    }
  }
  const out = new Uint8Array(bytesMax - room);
  let at = 0;
  for (const piece of pieces.reverse()) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}

/** The piece of a group's samples whose runs occur in most samples; undefined where none occurs twice. */
function bestPiece(
  samples: readonly Uint8Array[],
  group: number,
  groups: number,
  counts: Uint16Array,
  length: number,
): Uint8Array | undefined {
  let best: Uint8Array | undefined;
  let bestScore = 0;
  for (let nth = group; nth < samples.length; nth += groups) {
    const sample = samples[nth]!;
    const last = sample.length - runBytes;
    let score = 0;
    for (let p = 0; p <= last; p++) {
      score += rating(counts, sample, p);
      const gone = p - (length - runBytes) - 1;
      if (gone >= 0) score -= rating(counts, sample, gone);
      if (score <= bestScore) continue;
      bestScore = score;
      best = sample.subarray(Math.max(0, gone + 1), p + runBytes);
    }
  }
  return best === undefined ? undefined : trimmed(best, counts);
}

/** A run that one sample alone has helps nobody. */
function rating(counts: Uint16Array, sample: Uint8Array, p: number): number {
  const count = counts[runAt(sample, p)]!;
  return count > 1 ? count : 0;
}

/** The piece without what is of no use at its ends. */
function trimmed(piece: Uint8Array, counts: Uint16Array): Uint8Array {
  let from = 0;
  let until = piece.length - runBytes;
  while (from < until && rating(counts, piece, from) === 0) from += 1;
  while (until > from && rating(counts, piece, until) === 0) until -= 1;
  return piece.slice(from, until + runBytes);
}
