// How often properties are tried, and on how many of its seeds a simulation runs: `npm test` does so on new seeds each
// time, less often than it could, so that it ends soon; the long run of CI (`npm test -- --long`) does all that was
// written.

const { TEST_SHARE: share = '1', TEST_SEED: seed = '0' } = process.env;

/** The runs of a property whose long run has `count`. */
export function runs(count: number): number {
  return Math.ceil(count * Number(share));
}

/** Those of the seeds of a simulation that are run: all in the long run, else some of them, at least one, by turns. */
export function someOf(seeds: readonly number[]): number[] {
  const first = Number(seed) % seeds.length;
  const turned = [...seeds.slice(first), ...seeds.slice(0, first)];
  return turned.slice(0, runs(seeds.length));
}
