// Limits, eviction and compression of whole nodes, as their users meet them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { CommandError, type EdgeNode, type EdgeNodeOptions } from '../../src/node.ts';
import { sensorValues } from '../store/sensor-values.ts';
import { until } from '../until.ts';
import { newDir, startHub, startNode } from './start-node.ts';

/** A row of EDGE.STATS or a line of INFO, as text. */
async function figure(node: EdgeNode, name: string): Promise<string> {
  const stats = await node.execute('edge.stats');
  assert.ok(Array.isArray(stats));
  const at = stats.indexOf(name);
  if (at >= 0) return String(stats[at + 1]);
  const line = new RegExp(`^${name}:(.*)\\r$`, 'm').exec(String(node.command('info', 'everything')));
  return line?.[1] ?? '';
}

test('values are compressed, the share of each form is told, and a restart reads them all', async (t) => {
  const dir = newDir(t);
  const settings = { 'store.compression_level': '3' };
  const options: EdgeNodeOptions = { dir, memoryLimit: '16mb', settings };
  let node = await startNode(t, options);
  const values = sensorValues(2000);
  for (const [i, value] of values.entries()) node.command('set', `json:${i}`, value);
  for (let i = 0; i < 500; i++) node.command('set', `small:${i}`, 'short');
  await until(
    async () => (await figure(node, 'compressed_share')) === '0.8000',
    'all long values are compressed',
  );
  assert.equal(await figure(node, 'inline_share'), '0.2000');
  assert.ok(Number(await figure(node, 'compression_ratio')) > 2.5);
  assert.ok(Number(await figure(node, 'compression_savings')) > 200_000);
  assert.equal(await figure(node, 'ferrite_compressed_share'), '0.8000');
  await node.close();
  node = await startNode(t, options);
  for (const [i, value] of values.entries()) assert.equal(node.get(`json:${i}`), value.toString());
  await until(async () => Number(await figure(node, 'compressed_share')) > 0.79, 'they are compressed again');
});

test('a preset sets the limits of a class of device, and each of them can be overridden', async (t) => {
  const node = await startNode(t, {
    preset: 'iot',
    settings: { 'store.max_keys': '10', 'persistence.enabled': 'false' },
  });
  assert.throws(() => node.command('set', 'k', 'x'.repeat(5000)), /value exceeds the limit of 4096 bytes/);
  assert.throws(() => node.command('set', 'k'.repeat(65), 'v'), /key exceeds the limit of 64 bytes/);
  for (let i = 0; i < 10; i++) node.command('set', `k${i}`, 'v');
  assert.throws(() => node.command('set', 'one-more', 'v'), /OOM key limit of 10 keys/);
  assert.equal(await figure(node, 'compression_level'), '9');
  assert.equal(await figure(node, 'memory_limit'), String(2 * 1024 * 1024));
});

test('each preset is in effect on a node that names it', async (t) => {
  const shown = ['max_keys', 'compression', 'sync_policy', 'sync_interval_secs', 'store.ttl_check_interval'];
  const ofPreset = {
    minimal: ['4', '10000', '0', 'never', '30', '0'],
    iot: ['2', '1000', '1', 'periodic', '60', '5m'],
    mobile: ['32', '50000', '1', 'periodic', '10', '2m'],
    standard: ['16', '100000', '0', 'never', '30', '1m'],
    full: ['64', '1000000', '1', 'periodic', '5', '30s'],
  } as const;
  for (const preset of ['minimal', 'iot', 'mobile', 'standard', 'full'] as const) {
    const node = await startNode(t, { preset });
    const reply = await node.execute('edge.config');
    assert.ok(Array.isArray(reply));
    const value = (name: string): string => String(reply[reply.indexOf(name) + 1]);
    const found = [String(Number(value('max_memory')) / 2 ** 20), ...shown.map(value)];
    assert.deepEqual(found, ofPreset[preset], preset);
    await node.close();
  }
});

test('the hit rate is that of reads, and INFO counts them too', async (t) => {
  const node = await startNode(t);
  assert.equal(await figure(node, 'hit_rate'), '0');
  await node.set('k', 'v');
  for (const key of ['k', 'k', 'k', 'nothing']) node.get(key);
  assert.equal(await figure(node, 'hit_rate'), '0.7500');
  assert.equal(await figure(node, 'keyspace_hits'), '3');
  assert.equal(await figure(node, 'keyspace_misses'), '1');
});

test('where memory or keys run out, expired keys go first, then what the policy says, else writes are refused', async (t) => {
  const dir = newDir(t);
  const options = (policy: string): EdgeNodeOptions => ({
    dir,
    memoryLimit: '2mb',
    settings: { 'store.eviction_policy': policy, 'store.max_keys': '3000' },
  });
  let node = await startNode(t, options('allkeys-lru'));
  for (let i = 0; i < 2900; i++) node.command('set', `soon:${i}`, 'v', 'px', 1);
  await delay(5);
  for (let i = 0; i < 2900; i++) node.command('set', `key:${i}`, 'v');
  assert.equal(await figure(node, 'evicted'), '0');
  for (let i = 0; i < 2000; i++) node.command('set', `more:${i}`, 'x'.repeat(2000));
  assert.ok(Number(await figure(node, 'evicted_keys')) > 1000);
  assert.equal(node.get('more:1999'), 'x'.repeat(2000));
  const left = Number(node.command('dbsize'));
  await node.close();
  node = await startNode(t, options('noeviction'));
  assert.equal(node.command('dbsize'), left);
  assert.throws(() => {
    for (let i = 0; i < 5000; i++) node.command('set', `new:${i}`, 'x'.repeat(500));
  }, CommandError);
  assert.equal(node.get('more:1999'), 'x'.repeat(2000));
  assert.equal(await node.del('more:1999'), 1);
});

test('an edge evicts what its hub has and nothing else', async (t) => {
  const hub = await startHub(t);
  const settings = { 'store.eviction_policy': 'allkeys-lru', 'sync.reconnect_initial_delay': '20ms' };
  const alone = await startNode(t, { memoryLimit: '1mb', hubUrl: 'ws://127.0.0.1:1/edge/ws', settings });
  assert.throws(() => {
    for (let i = 0; i < 2000; i++) alone.command('set', `k${i}`, 'x'.repeat(1000));
  }, /OOM/);
  assert.equal(await figure(alone, 'evicted'), '0');
  const edge = await startNode(t, {
    nodeId: 'edge',
    memoryLimit: '1mb',
    hubUrl: String(hub.endpoint),
    settings,
  });
  for (let i = 0; i < 2000; i++) {
    try {
      edge.command('set', `k${i}`, `${i}`.padEnd(1000));
    } catch (error) {
      assert.ok(error instanceof CommandError);
      await edge.sync();
      i -= 1;
    }
  }
  await edge.sync();
  assert.ok(Number(await figure(edge, 'evicted')) > 500);
  assert.equal(hub.command('dbsize'), 2000);
  for (let i = 0; i < 2000; i++) assert.equal(hub.get(`k${i}`)?.trim(), String(i));
});
