// Sorts in steps, so that others may run in between: runs of some thousands are sorted by themselves and then merged,
// two by two. Equal ones keep their order. What is sorted is known by its numbers alone, so that nothing is made for
// each.

/** The numbers from 0 to before `count` in order; yields after about every `stepMax` of them looked at. */
export function* sortSlices(
  count: number,
  compare: (a: number, b: number) => number,
  stepMax: number,
): Generator<void, Uint32Array, void> {
  let from = new Uint32Array(count);
  for (let i = 0; i < count; i += stepMax) {
    if (i > 0) yield;
    const end = Math.min(count, i + stepMax);
    for (let n = i; n < end; n++) from[n] = n;
    from.subarray(i, end).sort(compare);
  }
  let to = new Uint32Array(count);
  for (let run = stepMax; run < count; run *= 2) {
    for (let i = 0; i < count; i += run * 2) yield* merge(from, to, i, run, compare, stepMax);
    [from, to] = [to, from];
  }
  return from;
}

/** Merges the two runs from `start` on into the same place of the other array. */
function* merge(
  from: Uint32Array,
  to: Uint32Array,
  start: number,
  run: number,
  compare: (a: number, b: number) => number,
  stepMax: number,
): Generator<void, void, void> {
  const middle = Math.min(start + run, from.length);
  const end = Math.min(start + run * 2, from.length);
  for (let at = start, i = start, k = middle; at < end; at++) {
    const takesLeft = k >= end || (i < middle && compare(from[i]!, from[k]!) <= 0);
    to[at] = takesLeft ? from[i++]! : from[k++]!;
    if (at % stepMax === stepMax - 1) yield;
  }
}
