// Sorts in steps, so that others may run in between: runs of some thousands are sorted by themselves and then merged, two
// by two. Equal ones keep their order. It knows nothing of what is sorted.

/** Sorts a copy; yields after about every `stepMax` items looked at. */
export function* sortSlices<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  stepMax: number,
): Generator<void, T[], void> {
  let runs: T[][] = [];
  for (let i = 0; i < items.length; i += stepMax) {
    if (i > 0) yield;
    runs.push(items.slice(i, i + stepMax).sort(compare));
  }
  while (runs.length > 1) {
    const merged: T[][] = [];
    for (let i = 0; i < runs.length; i += 2) {
      const right = runs[i + 1];
      merged.push(right === undefined ? runs[i]! : yield* merge(runs[i]!, right, compare, stepMax));
    }
    runs = merged;
  }
  return runs[0] ?? [];
}

function* merge<T>(
  left: readonly T[],
  right: readonly T[],
  compare: (a: T, b: T) => number,
  stepMax: number,
): Generator<void, T[], void> {
  const out: T[] = [];
  for (let i = 0, k = 0; i < left.length || k < right.length; ) {
    const takesLeft = k >= right.length || (i < left.length && compare(left[i]!, right[k]!) <= 0);
    out.push(takesLeft ? left[i++]! : right[k++]!);
    if (out.length % stepMax === 0) yield;
  }
  return out;
}
