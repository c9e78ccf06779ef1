import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeNode, type EdgeNodeOptions } from '../../src/node.ts';
import { askOnce } from '../e2e/pipeline.ts';
import { until } from '../until.ts';
import { newDir, startEdge, startHub, startNode } from './start-node.ts';

function shown(node: EdgeNode, name: string): string | number | undefined {
  return node.status()[name];
}

test('the library works with no network, no listening port and no disk', async (t) => {
  const node = await startNode(t, { nodeId: 'lone' });
  assert.equal(node.port, 0);
  assert.equal(node.endpoint, undefined);
  assert.equal(node.nodeId, 'lone');
  assert.equal(await node.set('sensor:temp', '22.5'), true);
  assert.equal(node.get('sensor:temp'), '22.5');
  assert.equal(node.get('nothing'), undefined);
  assert.equal(await node.set('sensor:temp', 'x', { if: 'absent' }), false);
  assert.equal(await node.set('sensor:temp', 23, { if: 'exists' }), true);
  assert.equal(await node.set('nothing', 'x', { if: 'exists' }), false);
  assert.equal(await node.incrBy('visits'), 1);
  assert.equal(await node.incrBy('visits', 41), 42);
  assert.equal(node.exists('visits'), true);
  assert.equal(await node.del('visits', 'nothing', 'sensor:temp'), 2);
  assert.equal(node.exists('visits'), false);
  assert.equal(shown(node, 'sync_status'), 'disabled');
});

test('values live as long as they are told to', async (t) => {
  const node = await startNode(t);
  await node.set('px', '1', { px: 60_000 });
  await node.set('ex', '1', { ex: 60 });
  await node.set('none', '1');
  for (const key of ['px', 'ex']) assert.ok(Number(node.command('pttl', key)) > 50_000, key);
  assert.equal(node.command('pttl', 'none'), -1);
  assert.equal(await node.expire('none', 1), true);
  assert.equal(await node.expire('nothing', 1), false);
  await delay(5);
  assert.equal(node.get('none'), undefined);
});

test('what has expired is purged without being asked for', async (t) => {
  const node = await startNode(t, { settings: { 'store.ttl_check_interval': '100ms' } });
  await node.set('short', '1', { px: 1 });
  await node.set('long', '1');
  assert.equal(node.command('dbsize'), 2);
  await until(() => node.command('dbsize') === 1, 'purged');
});

test('any command runs, and errors have the words of Redis', async (t) => {
  const node = await startNode(t);
  assert.equal(node.command('append', 'bytes', Buffer.from([1, 2, 3])), 3);
  assert.deepEqual(node.command('mget', 'bytes', 'nothing'), ['\u0001\u0002\u0003', null]);
  assert.equal(await node.execute('set', 'later', 7), 'OK');
  assert.equal(await node.execute('get', 'later'), '7');
  const isRedis = { message: "ERR wrong number of arguments for 'get' command" };
  assert.throws(() => node.command('get'), isRedis);
  await assert.rejects(node.execute('get'), isRedis);
  await assert.rejects(node.execute('incr', 'bytes'), /^CommandError: ERR value is not an integer/);
  await assert.rejects(node.incrBy('bytes'), /ERR value is not an integer/);
});

test('commands that reply later need execute, and those that need a connection are refused', async (t) => {
  const node = await startNode(t);
  assert.throws(() => node.command('edge.resources'), /ERR 'edge\.resources' replies later: use execute\(\)/);
  assert.throws(() => node.command('edge.sync'), /replies later/);
  await assert.rejects(node.execute('edge.sync'), /ERR sync failed: no hub is configured/);
  assert.ok(Array.isArray(await node.execute('edge.resources')));
  for (const name of ['subscribe', 'PSUBSCRIBE', Buffer.from('ssubscribe'), 'monitor']) {
    assert.throws(() => node.command(name, 'c'), /needs a connection/);
    await assert.rejects(node.execute(name, 'c'), /needs a connection/);
  }
  assert.equal(node.get('nothing'), undefined);
});

test('options that are none are refused with what is allowed', () => {
  const refused = (options: EdgeNodeOptions, words: RegExp) =>
    assert.throws(() => new EdgeNode(options), { code: 'CONFIG', message: words });
  refused({ memoryLimit: '12 apples' }, /edge\.resources\.memory_limit.*12 apples.*allowed/);
  refused({ hubUrl: 'http://hub' }, /edge\.hub_url/);
  refused({ port: 70_000 }, /server\.port/);
  refused({ settings: { 'edge.nosuch': '1' } }, /edge\.nosuch/);
});

test('a node opens once, closes as often as one likes, and opens again on its data', async (t) => {
  const dir = newDir(t);
  const node = await startNode(t, { dir });
  await assert.rejects(node.open(), { code: 'CLOSED' });
  await node.set('kept', 'yes');
  const { nodeId } = node;
  await Promise.all([node.close(), node.close()]);
  await node.close();
  assert.throws(() => node.get('kept'), { code: 'CLOSED' });
  await node.open();
  assert.equal(node.get('kept'), 'yes');
  assert.equal(node.nodeId, nodeId);
  await node.close();
  const other = await startNode(t, { dir });
  assert.equal(other.get('kept'), 'yes');
  assert.equal(other.nodeId, nodeId);
});

test('what cannot be opened lets go of everything it had', async (t) => {
  const dir = newDir(t);
  const taken = await startNode(t, { port: 0 });
  const node = new EdgeNode({ memoryLimit: '16mb', dir, port: taken.port });
  await assert.rejects(node.open(), { code: 'LISTEN' });
  const next = await startNode(t, { dir });
  assert.equal(next.get('nothing'), undefined);
});

test('a directory belongs to one node at a time', async (t) => {
  const dir = newDir(t);
  await startNode(t, { dir });
  await assert.rejects(new EdgeNode({ memoryLimit: '16mb', dir }).open(), /in use/);
});

test('with a port it serves Redis clients', async (t) => {
  const node = await startNode(t, { port: 0 });
  await node.set('shared', 'both ways');
  assert.equal(await askOnce(node.port, 'GET', 'shared'), 'both ways');
  await askOnce(node.port, 'SET', 'shared', 'again');
  assert.equal(node.get('shared'), 'again');
});

test('two edges and a hub in one process sync', async (t) => {
  const hub = await startHub(t);
  const a = await startEdge(t, hub, { nodeId: 'a' });
  const b = await startEdge(t, hub, { nodeId: 'b', dir: newDir(t) });
  await Promise.all([a.set('from:a', '1'), a.incrBy('sum', 3), b.incrBy('sum', 4)]);
  const outcome = await a.sync();
  assert.ok(outcome.deltasSent >= 2 && outcome.durationMs >= 0);
  await b.sync();
  await a.sync({ full: true });
  await until(() => [hub, a, b].every((n) => n.get('sum') === '7'), 'all have all');
  assert.equal(b.get('from:a'), '1');
  await until(() => shown(a, 'sync_status') === 'synced' && shown(a, 'pending_ops') === 0, 'synced');
  assert.equal(shown(a, 'node_id'), 'a');
  assert.equal(shown(a, 'hub'), hub.endpoint);
  assert.equal(shown(a, 'link_state'), 'live');
  assert.match(String(shown(a, 'last_sync')), /^\d{4}-\d\d-\d\dT/);
  assert.equal(shown(hub, 'edges_online'), 2);
});

test('a sync that cannot be says why', async (t) => {
  const lone = await startNode(t);
  await assert.rejects(lone.sync(), { code: 'SYNC', message: 'no hub is configured' });
  const edge = await startNode(t, { hubUrl: 'ws://127.0.0.1:1/edge/ws' });
  await assert.rejects(edge.sync({ timeoutMs: 3000 }), { code: 'SYNC', message: /ECONNREFUSED/ });
  assert.equal(shown(edge, 'sync_status'), 'offline');
});

test('a wrong token is refused with 4001 and shown, a right one is not', async (t) => {
  const hub = await startHub(t, { settings: { 'hub.tokens': 'a:of-eight' } });
  const wrong = await startEdge(t, hub, { nodeId: 'a', token: 'guess' });
  await until(() => /4001|unauthorized/.test(String(shown(wrong, 'last_error'))), 'refused');
  assert.equal(shown(wrong, 'is_online'), 0);
  const right = await startEdge(t, hub, { nodeId: 'a', token: 'of-eight' });
  await right.sync();
  assert.equal(shown(right, 'is_online'), 1);
});

test('the policy never connects for a sync only', async (t) => {
  const hub = await startHub(t);
  const links: string[] = [];
  const edge = await startEdge(t, hub, {
    syncPolicy: 'never',
    onSyncEvent: ({ type }) => type.startsWith('link:') && links.push(type),
  });
  const other = await startEdge(t, hub, { nodeId: 'other' });
  await edge.set('k', 'v');
  // While another one comes and goes this one has not even tried.
  await other.sync();
  assert.equal(links.length, 0);
  assert.equal(hub.get('k'), undefined);
  await edge.sync();
  assert.ok(links.includes('link:connected'));
  assert.equal(hub.get('k'), 'v');
  await until(() => shown(edge, 'is_online') === 0, 'gone again');
});

test('the policy periodic pushes at its interval', async (t) => {
  const hub = await startHub(t);
  const edge = await startEdge(t, hub, { syncPolicy: 'periodic', syncInterval: '200ms' });
  await edge.set('k', 'v');
  await until(() => hub.get('k') === 'v', 'pushed');
});

test('a full queue that is to reject writes rejects them, and goes on serving reads', async (t) => {
  const settings = { 'edge.on_full': 'reject', 'edge.offline_queue_size': '100' };
  const node = await startNode(t, { hubUrl: 'ws://127.0.0.1:1/edge/ws', settings });
  const fill = async () => {
    for (let i = 0; i <= 100; i++) await node.set(`k${i}`, 'v');
  };
  await assert.rejects(fill(), /QUEUEFULL/);
  assert.ok(Number(shown(node, 'pending_ops')) >= 100);
  assert.equal(node.get('k1'), 'v');
});

test('a node that cannot be opened for a file leaves its directory free', async (t) => {
  const dir = newDir(t);
  const files = { 'server.aclfile': join(dir, 'missing.acl'), 'sync.ca': join(dir, 'missing.pem') };
  for (const [key, path] of Object.entries(files)) {
    const settings = { [key]: path, 'persistence.dir': dir, 'persistence.enabled': 'true' };
    const node = new EdgeNode({ hubUrl: 'wss://127.0.0.1:1/edge/ws', memoryLimit: '16mb', settings });
    for (let i = 0; i < 2; i++) await assert.rejects(node.open(), { code: 'CONFIG', message: /missing/ });
  }
  const node = await startNode(t, { dir });
  assert.equal(await node.set('k', 'v'), true);
});
