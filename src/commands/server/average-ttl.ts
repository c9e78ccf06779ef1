// The average time to live of a keyspace's keys that have a deadline, for INFO: taken of a few random ones, as Redis
// takes it of those it comes across.
import type { Keyspace } from '../../store/keyspace.ts';
import type { Store } from '../../store/store.ts';

const samplesMax = 64;

/** In ms; 0 where no sampled key has a deadline. */
export function averageTtlMs(store: Store, ks: Keyspace): number {
  if (ks.volatile === 0) return 0;
  let sum = 0;
  let count = 0;
  for (let i = 0; i < samplesMax; i++) {
    const at = ks.table.sample(store.random);
    const deadlineMs = at === 0 ? 0 : store.entries.deadline(at);
    if (deadlineMs === 0) continue;
    sum += Math.max(0, deadlineMs - store.nowMs);
    count += 1;
  }
  return count === 0 ? 0 : Math.round(sum / count);
}
