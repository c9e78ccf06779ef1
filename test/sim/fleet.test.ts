import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someOf } from '../runs.ts';
import { runFleet, type Trouble } from './fleet.ts';

// Long runs: npm run sim -- --seconds 600 --runs 100
const runs: readonly {
  readonly name: string;
  readonly trouble?: readonly Trouble[];
  readonly seeds: number[];
}[] = [
  { name: 'calm: everything written anywhere is everywhere', trouble: ['heal'], seeds: [1] },
  { name: 'links cut and mended', trouble: ['cut', 'heal'], seeds: [9, 10] },
  { name: 'crashes that lose the unsynced tail', trouble: ['crash', 'heal'], seeds: [1, 2] },
  { name: 'cloned disks', trouble: ['clone'], seeds: [1, 2] },
  { name: 'edges rolled back', trouble: ['rollback'], seeds: [5, 6] },
  { name: 'a hub restored from an old backup', trouble: ['restore-hub'], seeds: [5, 6] },
  { name: 'tombstones let go of, edges start over', trouble: ['cut', 'heal', 'sweep'], seeds: [500, 501] },
  { name: 'rolled back, and started again before the fork is found', seeds: [10055] },
  { name: 'all of it', seeds: [100, 107] },
];

for (const { name, trouble, seeds } of runs) {
  test(name, async () => {
    for (const seed of someOf(seeds)) {
      const report = await runFleet({ seed, edges: 4, seconds: 60, ...(trouble && { trouble }) });
      assert.ok(report.commands > 20);
    }
  });
}

for (const lww of [false, true]) {
  test(`commands of every type while links are cut and nodes crash (${lww ? 'lww' : 'crdt'})`, async () => {
    for (const seed of someOf([57, 2038])) {
      await runFleet({
        seed,
        edges: 3,
        seconds: 40,
        trouble: ['cut', 'heal', 'crash', 'sweep'],
        allTypes: true,
        lww,
      });
    }
  });
}

test('commands of every type, in slices where there are eight elements, while links are cut and nodes crash', async () => {
  const trouble = ['cut', 'heal', 'crash', 'sweep'] as const;
  await runFleet({ seed: 905, edges: 3, seconds: 30, trouble, allTypes: true, slices: true });
});

test('a hub and twenty edges', async () => {
  await runFleet({ seed: 20, edges: 20, seconds: 30 });
});
