import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { readBattery, systemProbes } from '../../src/monitor/probes.ts';

test('the process and the volume of a directory can be asked', async () => {
  assert.ok(systemProbes.cpuMicros() > 0);
  assert.ok(systemProbes.rssBytes() > 1024 * 1024);
  assert.ok(systemProbes.load1m() >= 0);
  const limit = systemProbes.containerLimitBytes();
  assert.ok(limit === undefined || limit > 0);
  const volume = await systemProbes.volume(tmpdir());
  assert.ok(volume !== undefined && volume.totalBytes >= volume.freeBytes && volume.totalBytes > 0);
});

test('what cannot be told is undefined and no error', async () => {
  assert.equal(await systemProbes.volume('/nowhere/at/all'), undefined);
  const battery = await readBattery();
  assert.ok(battery === undefined || (battery.percent >= 0 && battery.percent <= 100));
  const network = await systemProbes.network();
  assert.ok(network === undefined || network.receivedBytes >= 0);
});
