import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EdgeNode } from '../../src/node.ts';
import { until } from '../until.ts';
import { startEdge, startHub, startNode } from './start-node.ts';

/** The rows of an EDGE command. */
async function rows(node: EdgeNode, name: string): Promise<ReadonlyMap<string, string>> {
  const reply = await node.execute(`edge.${name}`);
  assert.ok(Array.isArray(reply));
  return new Map(reply.flatMap((cell, i) => (i % 2 === 0 ? [[String(cell), String(reply[i + 1])]] : [])));
}

async function presence(node: EdgeNode): Promise<readonly (string | undefined)[]> {
  const status = await rows(node, 'status');
  return [status.get('status'), status.get('is_online')];
}

test('who dials nobody is online where others can reach it, and local elsewhere', async (t) => {
  const hub = await startHub(t);
  assert.deepEqual(await presence(hub), ['online', '1']);
  assert.deepEqual(await presence(await startNode(t)), ['local', '0']);
  assert.deepEqual(await presence(await startNode(t, { settings: { 'edge.enabled': 'false' } })), [
    'local',
    '0',
  ]);
  const settings = { 'edge.listen': 'true', 'hub.port': '0' };
  assert.deepEqual(await presence(await startNode(t, { settings })), ['online', '1']);
  const offline = await startNode(t, { hubUrl: 'ws://127.0.0.1:1/edge/ws' });
  assert.deepEqual(await presence(offline), ['offline', '0']);
  const edge = await startEdge(t, hub);
  await edge.sync();
  assert.deepEqual(await presence(edge), ['online', '1']);
});

test('syncs are counted where they end, and conflicts where they are resolved', async (t) => {
  const hub = await startHub(t);
  const edge = await startEdge(t, hub, { syncPolicy: 'never' });
  for (const name of ['status', 'stats']) {
    const none = await rows(edge, name);
    assert.deepEqual([none.get('total_syncs'), none.get('failed_syncs')], ['0', '0']);
  }
  await edge.set('k', 'edge');
  await hub.set('k', 'hub');
  const before = Number((await rows(edge, 'status')).get('local_version'));
  await edge.sync();
  await edge.sync();
  await edge.set('k', 'again');
  const status = await rows(edge, 'status');
  assert.deepEqual([status.get('total_syncs'), status.get('failed_syncs')], ['2', '0']);
  assert.ok(Number(status.get('local_version')) > before);
  await until(async () => {
    const found = await Promise.all(
      [edge, hub].map(async (n) => (await rows(n, 'status')).get('conflicts_resolved')),
    );
    return found.includes('1');
  }, 'one of them found the conflict');
  await hub.close();
  await assert.rejects(edge.sync({ timeoutMs: 3000 }), { code: 'SYNC' });
  const stats = await rows(edge, 'stats');
  // Each try to reach the hub is one.
  const failed = Number(stats.get('failed_syncs'));
  assert.ok(failed >= 1);
  assert.equal(Number(stats.get('total_syncs')), 2 + failed);
});

test('EDGE.CONFIG shows what is in effect now, and the names that other edge servers have', async (t) => {
  const node = await startNode(t, {
    nodeId: 'n',
    memoryLimit: '16mb',
    preset: 'iot',
    settings: { 'edge.token': 'x1' },
  });
  const before = await rows(node, 'config');
  assert.deepEqual(
    [...before].slice(0, 8),
    Object.entries({
      node_id: 'n',
      max_memory: String(16 * 1024 * 1024),
      max_disk: '0',
      max_keys: '1000',
      sync_policy: 'periodic',
      conflict_resolution: 'crdt',
      compression: '1',
      sync_interval_secs: '60',
    }),
  );
  assert.equal(before.get('edge.token'), '***');
  assert.equal(before.get('edge.resources.memory_limit'), '16mb');
  node.command(
    'config',
    'set',
    'maxmemory',
    '8388608',
    'maxmemory-policy',
    'allkeys-lru',
    'slowlog-max-len',
    '7',
  );
  const after = await rows(node, 'config');
  assert.equal(after.get('max_memory'), '8388608');
  assert.equal(after.get('edge.resources.memory_limit'), '8mb');
  assert.equal(after.get('store.eviction_policy'), 'allkeys-lru');
  assert.equal(after.get('server.slowlog_max_len'), '7');
  assert.deepEqual([...after.keys()], [...before.keys()]);
});

test('every command of the family answers on a real node, in both forms', async (t) => {
  const hub = await startHub(t);
  const edge = await startEdge(t, hub);
  await edge.set('k', 'v');
  await edge.sync();
  const wanted = {
    status: ['sync_status', 'pending_ops', 'last_sync', 'link_state'],
    stats: ['keys', 'hit_rate', 'deltas_sent'],
    queue: ['pending_ops', 'queue_size'],
    resources: ['memory_level', 'disk_level', 'load_1m'],
    config: ['max_memory', 'edge.mode'],
    sync: ['status', 'deltas_sent'],
  };
  for (const [name, fields] of Object.entries(wanted)) {
    const [dotted, spaced] = [await edge.execute(`edge.${name}`), await edge.execute('edge', name)];
    for (const field of fields) {
      assert.ok(Array.isArray(dotted) && dotted.includes(field), `EDGE.${name}: ${field}`);
      assert.ok(Array.isArray(spaced) && spaced.includes(field), `EDGE ${name}: ${field}`);
    }
  }
  assert.deepEqual(edge.command('edge.prefixes'), ['*']);
  assert.deepEqual(edge.command('edge', 'conflicts'), []);
  assert.equal(hub.command('edge.endpoint'), hub.endpoint);
  assert.equal(edge.command('edge', 'endpoint'), null);
  assert.ok((await rows(hub, 'clock')).size >= 2);
});
