// Medians and the way figures are printed. A ratio on a shared machine means something only between runs side by side,
// so ratios are taken pair by pair and the median of those is what counts.

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

/** The median of `ours / theirs`, pair by pair. */
export function medianRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.map((value, i) => value / theirs[i]!));
}

export function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/** `0.97 (>= 0.95 ok)`, or `MISSED` where the target is not met. */
export function judged(ratio: number, sign: '>=' | '<=', target: number): string {
  const met = sign === '>=' ? ratio >= target : ratio <= target;
  return `${ratio.toFixed(2)} (${sign} ${target} ${met ? 'ok' : 'MISSED'})`;
}

export function delay(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
