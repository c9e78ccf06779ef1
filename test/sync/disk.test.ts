import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { silentLog } from '../../src/base/log.ts';
import type { Origins } from '../../src/delta/origins.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { Ledger } from '../../src/store/ledger.ts';
import type { Store } from '../../src/store/store.ts';
import { until } from '../until.ts';
import { LiveNode, liveHub } from './live-node.ts';

function onDisk(dir: string) {
  return (origins: Origins, store: Store, ledger: Ledger) =>
    openJournal({ dir, origins, store, ledger, log: silentLog, appendfsync: 'everysec' }).journal;
}

test('over restarts and snapshots on a disk, a cloned and a restored one, each increment counts once', async () => {
  const root = mkdtempSync(join(tmpdir(), 'ferrite-sync-'));
  const hub = await liveHub([], 0, new LiveNode({ nodeId: 'hub', journal: onDisk(join(root, 'hub')) }));
  const open = (name: string): LiveNode =>
    new LiveNode({ nodeId: 'edge', hubUrl: hub.url, journal: onDisk(join(root, name)) });
  let edge = open('edge');
  for (let i = 0; i < 10; i++) edge.incr('n');
  await edge.engine.sync();
  await edge.log.snapshot();
  await edge.stop();

  edge = open('edge');
  assert.equal(edge.engine.pendingOps() < 5, true);
  edge.incr('n');
  await edge.engine.sync();
  assert.equal(edge.engine.identity.forks, 0, 'a snapshot keeps the past');
  await edge.stop();
  cpSync(join(root, 'edge'), join(root, 'clone'), { recursive: true });

  edge = open('edge');
  edge.incr('n');
  await edge.engine.sync();
  await edge.stop();
  const clone = open('clone');
  for (let i = 0; i < 3; i++) clone.incr('n');
  clone.set('who', 'clone');
  await until(() => clone.engine.identity.forks === 1, 'the clone has forked');
  await until(() => clone.engine.status().syncStatus === 'synced', 'and is in step');
  await clone.engine.sync();
  assert.deepEqual([clone.get('n'), hub.node.get('n'), hub.node.get('who')], ['15', '15', 'clone']);
  await clone.stop();

  const again = open('clone');
  await again.engine.sync();
  assert.deepEqual([again.get('n'), again.get('who')], ['15', 'clone']);
  assert.equal(again.engine.identity.forks, 0);
  await again.stop();
  await hub.stop();
  rmSync(root, { recursive: true, force: true });
});
