// Numbers that look random and are the same in each run, for tests and benches whose course must not change.

/** Gives numbers from 0 up to but not including 1, the same ones for the same seed. */
export function pseudoRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return state / 4294967296;
  };
}
