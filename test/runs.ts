// How often properties are tried: `npm test` tries them on new seeds each time, less often than they could be, so that it
// ends soon; the long run of CI (`npm test -- --long`) tries each as often as it was written for.

const { TEST_SHARE: share = '1' } = process.env;

/** The runs of a property whose long run has `count`. */
export function runs(count: number): number {
  return Math.ceil(count * Number(share));
}
