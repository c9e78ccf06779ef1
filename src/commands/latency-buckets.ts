// How long a command's runs took, counted in buckets that double: bucket k holds those of at most 2^k microseconds. The
// bounds are told as Redis rounds them, whose histograms begin at 1024 nanoseconds.

/** Buckets up to half an hour. */
export const bucketCount = 32;

/** The bucket of a run. */
export function bucketOf(usec: number): number {
  return usec <= 1 ? 0 : Math.min(bucketCount - 1, 32 - Math.clz32(Math.ceil(usec) - 1));
}

/** The bound of a bucket, microseconds. */
export function bucketBound(bucket: number): number {
  return Math.floor(2 ** bucket * 1.024 * (1 + 1 / 128));
}

/** Bounds with how many runs took no longer, from the first to the last bucket that adds any. */
export function cumulative(buckets: ArrayLike<number>): [bound: number, runs: number][] {
  const found: [number, number][] = [];
  let sum = 0;
  for (let k = 0; k < buckets.length; k++) {
    if (buckets[k] === 0) continue;
    sum += buckets[k]!;
    found.push([bucketBound(k), sum]);
  }
  return found;
}

/** The bound that so many of hundred runs keep within, microseconds; 0 without runs. */
export function percentile(buckets: ArrayLike<number>, percent: number): number {
  const steps = cumulative(buckets);
  const total = steps.at(-1)?.[1] ?? 0;
  return steps.find(([, runs]) => runs * 100 >= total * percent)?.[0] ?? 0;
}
