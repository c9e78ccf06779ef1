import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Probes } from '../../src/monitor/probes.ts';
import { type NodeFigures, ResourceSampler } from '../../src/monitor/sampler.ts';

function setUp(storageLimitBytes?: number) {
  const world = {
    nowMs: 1000,
    cpuMicros: 0,
    asked: 0,
    usedBytes: 10,
    journalBytes: 0,
    freeBytes: 900,
    sentBytes: 0,
  };
  const due: { run: () => void; delayMs: number }[] = [];
  const probes: Probes = {
    cpuMicros: () => world.cpuMicros,
    rssBytes: () => 77,
    containerLimitBytes: () => undefined,
    load1m: () => 0.5,
    volume: async () => {
      world.asked++;
      return { freeBytes: world.freeBytes, totalBytes: 1000 };
    },
    network: async () => ({ receivedBytes: 0, sentBytes: world.sentBytes, faults: 0 }),
  };
  const figures = (): NodeFigures => ({
    storeUsedBytes: world.usedBytes,
    storeLimitBytes: 100,
    journalBytes: world.journalBytes,
    storageLimitBytes,
  });
  const sampler = new ResourceSampler({
    probes,
    dir: '/data',
    intervalMs: 5000,
    figures,
    steadyMs: () => world.nowMs,
    schedule: (run, delayMs) => {
      const entry = { run, delayMs };
      due.push(entry);
      return () => void due.splice(due.indexOf(entry), 1);
    },
  });
  return { world, due, sampler };
}

test('a sample has the figures of the node and of the machine', async () => {
  const { sampler } = setUp();
  assert.ok(sampler.latest === undefined);
  const sample = await sampler.sample();
  assert.deepEqual(
    [sample.storeUsedBytes, sample.rssBytes, sample.volume?.freeBytes, sample.load1m, sample.cpuPercent],
    [10, 77, 900, 0.5, undefined],
  );
  assert.deepEqual([sample.memoryLevel, sample.diskLevel], ['normal', 'normal']);
  assert.equal(setUp().sampler.latest, undefined);
});

test('CPU and traffic are counted between samples', async () => {
  const { world, sampler } = setUp();
  await sampler.sample();
  Object.assign(world, { nowMs: 3000, cpuMicros: 500_000, sentBytes: 4000 });
  const sample = await sampler.sample();
  assert.equal(sample.cpuPercent, 25);
  assert.deepEqual(sample.networkRates, { receivedBytesPerSecond: 0, sentBytesPerSecond: 2000 });
});

test('who asks often gets the rates of a whole second', async () => {
  const { world, sampler } = setUp();
  await sampler.sample();
  Object.assign(world, { nowMs: 2000, cpuMicros: 500_000, sentBytes: 1000 });
  const { cpuPercent, networkRates } = await sampler.sample();
  assert.deepEqual([cpuPercent, networkRates?.sentBytesPerSecond], [50, 1000]);
  Object.assign(world, { nowMs: 2001, cpuMicros: 501_000, sentBytes: 5000 });
  const soon = await sampler.sample();
  assert.deepEqual([soon.cpuPercent, soon.networkRates?.sentBytesPerSecond], [50, 1000]);
  Object.assign(world, { nowMs: 4000, cpuMicros: 1_500_000, sentBytes: 9000 });
  const later = await sampler.sample();
  assert.deepEqual([later.cpuPercent, later.networkRates?.sentBytesPerSecond], [50, 4000]);
});

test('levels follow memory, the volume and the limit of the journal', async () => {
  const { world, sampler } = setUp(1000);
  world.usedBytes = 96;
  assert.equal((await sampler.sample()).memoryLevel, 'critical');
  Object.assign(world, { usedBytes: 50, journalBytes: 860 });
  const sample = await sampler.sample();
  assert.deepEqual([sample.memoryLevel, sample.diskLevel], ['normal', 'high']);
  Object.assign(world, { journalBytes: 0, freeBytes: 250 });
  assert.equal((await sampler.sample()).diskLevel, 'warning');
});

test('the timer repeats until stop, and samples do not overlap', async () => {
  const { world, due, sampler } = setUp();
  sampler.start();
  sampler.start();
  assert.equal(due.length, 1);
  assert.equal(due[0]?.delayMs, 5000);
  assert.equal(sampler.sample(), sampler.sample());
  await sampler.sample();
  assert.equal(world.asked, 1);
  due.shift()?.run();
  assert.equal(due.length, 1);
  await sampler.sample();
  assert.equal(world.asked, 2);
  sampler.stop();
  assert.equal(due.length, 0);
});
