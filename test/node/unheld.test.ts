// A small edge below a hub, as its users meet it: it holds a part of what it has written, and has all of it at hand.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeNode, type EdgeNodeOptions } from '../../src/node.ts';

const open: EdgeNode[] = [];
const dirs: string[] = [];

async function start(options: EdgeNodeOptions): Promise<EdgeNode> {
  const node = new EdgeNode(options);
  open.push(node);
  await node.open();
  return node;
}

function newDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-unheld-'));
  dirs.push(dir);
  return dir;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((node) => node.close()));
  for (const dir of dirs.splice(0)) rmSync(dir, { recursive: true, force: true });
});

async function rows(node: EdgeNode, command: string): Promise<ReadonlyMap<string, string>> {
  const reply = await node.execute(command);
  assert.ok(Array.isArray(reply));
  const pairs = reply.map(String);
  return new Map(pairs.flatMap((name, i) => (i % 2 === 0 ? [[name, pairs[i + 1]!] as const] : [])));
}

const text = 'x'.repeat(400);
const count = 9000;

/** Writes hashes and counters far beyond the edge's memory, as fast as the hub takes them. */
async function fill(edge: EdgeNode): Promise<void> {
  for (let i = 0; i < count; i++) {
    await edge.execute('hset', `h:${i}`, 'text', text, 'number', i);
    if (i % 3 === 0) await edge.execute('hincrby', `h:${i}`, 'sum', i);
    if (i % 500 === 0) await edge.sync();
  }
  await edge.sync();
}

test('an edge that evicts holds a part and has all: read back, written on, through a restart', async () => {
  const hub = await start({ mode: 'hub', nodeId: 'hub', settings: { 'hub.port': '0' } });
  const options: EdgeNodeOptions = {
    nodeId: 'edge',
    dir: newDir(),
    memoryLimit: '3mb',
    hubUrl: hub.endpoint!,
    settings: { 'store.eviction_policy': 'allkeys-lru', 'sync.reconnect_initial_delay': '50ms' },
  };
  let edge = await start(options);
  await fill(edge);
  const stats = await rows(edge, 'edge.stats');
  assert.ok(Number(stats.get('evicted')) > count / 3, stats.get('evicted'));
  assert.equal((await rows(edge, 'edge.status')).get('holds_all'), '0');
  assert.ok(Number((await rows(edge, 'edge.resources')).get('memory_unheld')) > 0);
  assert.equal(hub.command('dbsize'), count);
  for (let i = 0; i < count; i += 45) {
    assert.equal(await edge.execute('hget', `h:${i}`, 'number'), String(i));
    assert.equal(await edge.execute('hincrby', `h:${i}`, 'sum', 1), i + 1);
  }
  assert.ok(Number((await rows(edge, 'edge.stats')).get('unheld_fetched')) > 50);
  const gone = Array.from({ length: count }, (_, i) => i).find((i) => i % 45 === 1 && !edge.exists(`h:${i}`));
  assert.equal(await edge.del(`h:${gone}`), 1);
  await edge.sync();
  assert.equal(hub.exists(`h:${gone}`), false);
  await edge.close();
  edge = await start(options);
  await edge.sync();
  for (let i = 0; i < count; i += 45) {
    assert.equal(await edge.execute('hget', `h:${i}`, 'sum'), String(i + 1));
    assert.equal(hub.command('hget', `h:${i}`, 'sum'), String(i + 1));
  }
  assert.match(String(hub.command('info', 'keyspace')), new RegExp(`keys=${count - 1}`));
});

test('given more memory, an edge takes everything back by EDGE.SYNC FULL', async () => {
  const hub = await start({ mode: 'hub', nodeId: 'hub', settings: { 'hub.port': '0' } });
  const settings = { 'store.eviction_policy': 'allkeys-lru' };
  const edge = await start({ nodeId: 'edge', memoryLimit: '16mb', hubUrl: hub.endpoint!, settings });
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

test('a hub that goes away leaves reads of what is here, and adds that it gets later', async () => {
  const settings = { 'hub.port': '0' };
  const dir = newDir();
  let hub = await start({ mode: 'hub', nodeId: 'hub', dir, settings });
  const endpoint = hub.endpoint!;
  const edge = await start({
    nodeId: 'edge',
    dir: newDir(),
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
  while ((await rows(edge, 'edge.status')).get('is_online') === '1') await delay(20);
  const gone: number[] = [];
  for (let i = 0; i < count; i += 3) if (edge.command('exists', `h:${i}`) === 0) gone.push(i);
  assert.ok(gone.length > 500, String(gone.length));
  // Only of counters nothing may be written on: their sums are not here.
  const [first = 0] = gone;
  await assert.rejects(edge.execute('hincrby', `h:${first}`, 'sum', 1), /^CommandError: EVICTED /);
  await assert.rejects(edge.execute('del', `h:${first}`), /EVICTED/);
  const plain = Array.from({ length: count }, (_, i) => i).find(
    (i) => i % 3 === 1 && edge.command('exists', `h:${i}`) === 0,
  );
  assert.equal(await edge.execute('hset', `h:${plain}`, 'late', 'yes'), 1);
  assert.equal(await edge.execute('set', `h:${first}`, 'over'), 'OK');
  hub = await start({
    mode: 'hub',
    nodeId: 'hub',
    dir,
    settings: { 'hub.port': new URL(endpoint).port },
  });
  await edge.sync();
  assert.equal(hub.command('get', `h:${first}`), 'over');
  assert.equal(hub.command('hlen', `h:${plain}`), 3);
  assert.equal(await edge.execute('hget', `h:${plain}`, 'number'), String(plain));
});

test('an edge that comes up alone evicts what its hub had, and keeps what it writes then', async () => {
  const settings = { 'hub.port': '0' };
  const dir = newDir();
  let hub = await start({ mode: 'hub', nodeId: 'hub', dir, settings });
  const endpoint = hub.endpoint!;
  const options: EdgeNodeOptions = {
    nodeId: 'edge',
    dir: newDir(),
    memoryLimit: '3mb',
    hubUrl: endpoint,
    settings: { 'store.eviction_policy': 'allkeys-lru', 'sync.reconnect_initial_delay': '50ms' },
  };
  let edge = await start(options);
  await fill(edge);
  await hub.close();
  await edge.close();
  edge = await start(options);
  for (let i = 0; i < 2000; i++) await edge.execute('hset', `late:${i}`, 'text', text);
  for (let i = 0; i < 2000; i++) assert.equal(edge.command('hlen', `late:${i}`), 1);
  hub = await start({
    mode: 'hub',
    nodeId: 'hub',
    dir,
    settings: { 'hub.port': new URL(endpoint).port },
  });
  await edge.sync();
  assert.equal(hub.command('dbsize'), count + 2000);
  for (let i = 0; i < count; i += 90) assert.equal(await edge.execute('hget', `h:${i}`, 'number'), String(i));
});
