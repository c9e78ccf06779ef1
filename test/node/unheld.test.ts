// A small edge below a hub, as its users meet it: it holds a part of what it has written, and has all of it at hand.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EdgeNode, EdgeNodeOptions } from '../../src/node.ts';
import { until } from '../until.ts';
import { newDir, startHub, startNode } from './start-node.ts';

async function rows(node: EdgeNode, command: string): Promise<ReadonlyMap<string, string>> {
  const reply = await node.execute(command);
  assert.ok(Array.isArray(reply));
  const pairs = reply.map(String);
  return new Map(pairs.flatMap((name, i) => (i % 2 === 0 ? [[name, pairs[i + 1]!] as const] : [])));
}

const text = 'x'.repeat(1600);
const count = 2400;

/** Writes hashes and counters far beyond the edge's memory, as fast as the hub takes them. */
async function fill(edge: EdgeNode): Promise<void> {
  for (let i = 0; i < count; i++) {
    await edge.execute('hset', `h:${i}`, 'text', text, 'number', i);
    if (i % 3 === 0) await edge.execute('hincrby', `h:${i}`, 'sum', i);
    if (i % 500 === 0) await edge.sync();
  }
  await edge.sync();
}

test('an edge that evicts holds a part and has all: read back, written on, through a restart', async (t) => {
  const hub = await startHub(t);
  const options: EdgeNodeOptions = {
    nodeId: 'edge',
    dir: newDir(t),
    memoryLimit: '3mb',
    hubUrl: hub.endpoint!,
    settings: { 'store.eviction_policy': 'allkeys-lru', 'sync.reconnect_initial_delay': '50ms' },
  };
  let edge = await startNode(t, options);
  await fill(edge);
  const stats = await rows(edge, 'edge.stats');
  assert.ok(Number(stats.get('evicted')) > count / 3, stats.get('evicted'));
  assert.equal((await rows(edge, 'edge.status')).get('holds_all'), '0');
  assert.ok(Number((await rows(edge, 'edge.resources')).get('memory_unheld')) > 0);
  assert.equal(hub.command('dbsize'), count);
  for (let i = 0; i < count; i += 12) {
    assert.equal(await edge.execute('hget', `h:${i}`, 'number'), String(i));
    assert.equal(await edge.execute('hincrby', `h:${i}`, 'sum', 1), i + 1);
  }
  assert.ok(Number((await rows(edge, 'edge.stats')).get('unheld_fetched')) > 50);
  const gone = Array.from({ length: count }, (_, i) => i).find((i) => i % 12 === 1 && !edge.exists(`h:${i}`));
  assert.equal(await edge.del(`h:${gone}`), 1);
  await edge.sync();
  assert.equal(hub.exists(`h:${gone}`), false);
  await edge.close();
  edge = await startNode(t, options);
  await edge.sync();
  for (let i = 0; i < count; i += 12) {
    assert.equal(await edge.execute('hget', `h:${i}`, 'sum'), String(i + 1));
    assert.equal(hub.command('hget', `h:${i}`, 'sum'), String(i + 1));
  }
  assert.match(String(hub.command('info', 'keyspace')), new RegExp(`keys=${count - 1}`));
});

test('given more memory, an edge takes everything back by EDGE.SYNC FULL', async (t) => {
  const hub = await startHub(t);
  const settings = { 'store.eviction_policy': 'allkeys-lru' };
  const edge = await startNode(t, { nodeId: 'edge', memoryLimit: '16mb', hubUrl: hub.endpoint!, settings });
  edge.command('config', 'set', 'maxmemory', String(3 * 1024 * 1024));
  await fill(edge);
  assert.equal((await rows(edge, 'edge.status')).get('holds_all'), '0');
  await edge.sync({ full: true });
  assert.equal((await rows(edge, 'edge.status')).get('holds_all'), '0', 'it does not fit');
  edge.command('config', 'set', 'maxmemory', String(16 * 1024 * 1024));
  await edge.sync({ full: true });
  assert.equal((await rows(edge, 'edge.status')).get('holds_all'), '1');
  assert.equal(edge.command('dbsize'), count);
  for (let i = 0; i < count; i += 100) assert.equal(edge.command('hget', `h:${i}`, 'number'), String(i));
});

test('a hub that goes away leaves reads of what is here, and adds that it gets later', async (t) => {
  const dir = newDir(t);
  let hub = await startHub(t, { dir });
  const endpoint = hub.endpoint!;
  const edge = await startNode(t, {
    nodeId: 'edge',
    dir: newDir(t),
    memoryLimit: '3mb',
    hubUrl: endpoint,
    settings: {
      'store.eviction_policy': 'allkeys-random',
      'sync.reconnect_initial_delay': '50ms',
      'sync.reconnect_max_delay': '100ms',
    },
  });
  await fill(edge);
  await hub.close();
  await until(async () => (await rows(edge, 'edge.status')).get('is_online') === '0');
  const gone: number[] = [];
  for (let i = 0; i < count; i += 3) if (edge.command('exists', `h:${i}`) === 0) gone.push(i);
  assert.ok(gone.length > 100, String(gone.length));
  // Only of counters nothing may be written on: their sums are not here.
  const [first = 0] = gone;
  await assert.rejects(edge.execute('hincrby', `h:${first}`, 'sum', 1), /^CommandError: EVICTED /);
  await assert.rejects(edge.execute('del', `h:${first}`), /EVICTED/);
  const plain = Array.from({ length: count }, (_, i) => i).find(
    (i) => i % 3 === 1 && edge.command('exists', `h:${i}`) === 0,
  );
  assert.equal(await edge.execute('hset', `h:${plain}`, 'late', 'yes'), 1);
  assert.equal(await edge.execute('set', `h:${first}`, 'over'), 'OK');
  hub = await startHub(t, { dir, settings: { 'hub.port': new URL(endpoint).port } });
  await until(async () => (await rows(edge, 'edge.status')).get('is_online') === '1');
  await edge.sync();
  assert.equal(hub.command('get', `h:${first}`), 'over');
  assert.equal(hub.command('hlen', `h:${plain}`), 3);
  assert.equal(await edge.execute('hget', `h:${plain}`, 'number'), String(plain));
});

test('an edge that comes up alone evicts what its hub had, and keeps what it writes then', async (t) => {
  const dir = newDir(t);
  let hub = await startHub(t, { dir });
  const endpoint = hub.endpoint!;
  const options: EdgeNodeOptions = {
    nodeId: 'edge',
    dir: newDir(t),
    memoryLimit: '3mb',
    hubUrl: endpoint,
    settings: { 'store.eviction_policy': 'allkeys-lru', 'sync.reconnect_initial_delay': '50ms' },
  };
  let edge = await startNode(t, options);
  await fill(edge);
  await hub.close();
  await edge.close();
  edge = await startNode(t, options);
  for (let i = 0; i < 500; i++) await edge.execute('hset', `late:${i}`, 'text', text);
  for (let i = 0; i < 500; i++) assert.equal(edge.command('hlen', `late:${i}`), 1);
  hub = await startHub(t, { dir, settings: { 'hub.port': new URL(endpoint).port } });
  await until(async () => (await rows(edge, 'edge.status')).get('is_online') === '1');
  await edge.sync();
  assert.equal(hub.command('dbsize'), count + 500);
  for (let i = 0; i < count; i += 90) assert.equal(await edge.execute('hget', `h:${i}`, 'number'), String(i));
});
