// A store for tests: small, since memory that is laid out for each of thousands of stores is most of what a test of
// joins would cost, and with the same seeds each time, so that it makes the same choices.
import { HybridClock } from '../../src/base/clock.ts';
import { Origins } from '../../src/delta/origins.ts';
import type { SliceSizes } from '../../src/store/slice-sizes.ts';
import { Store } from '../../src/store/store.ts';
import { pseudoRandom } from '../pseudo-random.ts';

export const buildMs = Date.UTC(2026, 0, 1);

/** `name` is that of the node whose store it is; its clock stands at `buildMs`. */
export function newStore(name: string, memoryBytes = 256 * 1024, sliceSizes?: SliceSizes): Store {
  const origins = new Origins();
  const store = new Store({
    memoryBytes,
    origins,
    clock: new HybridClock(buildMs),
    hashSeed: [1, 2],
    random: pseudoRandom(1),
    ...(sliceSizes === undefined ? {} : { sliceSizes }),
  });
  store.self = origins.intern(`${name}/00000001`);
  return store;
}
