import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EdgeNode } from '../../src/node.ts';
import { freePort } from '../free-port.ts';
import { startNode } from '../node/start-node.ts';
import { until } from '../until.ts';

const quick = { 'sync.reconnect_initial_delay': '20ms', 'sync.reconnect_max_delay': '200ms' };

function open(
  t: TestContext,
  nodeId: string,
  settings: Record<string, string>,
  hubUrl?: string,
): Promise<EdgeNode> {
  const hub = hubUrl === undefined ? {} : { hubUrl };
  return startNode(t, { nodeId, ...hub, settings: { ...quick, 'hub.port': '0', ...settings } });
}

function show(node: EdgeNode, name: string): string | number | undefined {
  return node.status()[name];
}

/** Figures that move while data flows. */
function traffic(nodes: readonly EdgeNode[]): string {
  return nodes.map((n) => [show(n, 'deltas_sent'), show(n, 'deltas_received')].join('/')).join(' ');
}

/** Traffic comes to rest: no deltas go round. */
function settles(nodes: readonly EdgeNode[]): Promise<void> {
  return until(
    async () => {
      const before = traffic(nodes);
      await delay(500);
      return traffic(nodes) === before;
    },
    () => `no deltas go round: ${traffic(nodes)}`,
  );
}

test('three peers that dial one another, without a hub, agree; one that leaves is missed and comes back', async (t) => {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const settings = (i: number) => ({
    'edge.listen': 'true',
    'hub.port': String(ports[i]),
    'edge.peers': ports
      .filter((p) => p !== ports[i])
      .map((p) => `ws://127.0.0.1:${p}/edge/ws`)
      .join(','),
  });
  const nodes = await Promise.all(['a', 'b', 'c'].map((id, i) => open(t, id, settings(i))));
  const [a, b, c] = nodes as [EdgeNode, EdgeNode, EdgeNode];
  const edges = () => nodes.reduce((sum, n) => sum + Number(show(n, 'edges_online')), 0);
  await until(() => edges() === 3, 'each pair has one link');
  assert.equal(show(a, 'peers_online'), 2);
  assert.match(String(show(c, 'peer0')), /^url=ws:\/\/127.*,node=a,state=live,link=theirs,pending_ops=\d/);
  for (const node of nodes) for (let i = 0; i < 10; i++) await node.incrBy('n');
  await a.set('k', 'from a');
  await Promise.all(nodes.map((n) => n.sync()));
  await until(() => nodes.every((n) => n.get('n') === '30'), 'the sum is everywhere');
  assert.equal(c.get('k'), 'from a');
  await settles(nodes);

  await b.close();
  await until(() => show(a, 'peers_online') === 1, 'b is missed');
  await c.incrBy('n', 5);
  await assert.rejects(a.sync({ timeoutMs: 2000 }), /ECONNREFUSED|closed \(1006\)/);
  const again = await open(t, 'b', settings(1));
  await until(() => again.get('n') === '35' && show(a, 'peers_online') === 2, 'b is back');
});

test('a hub that is an edge of another hub: what is written at any edge is at every other', async (t) => {
  const root = await open(t, 'root', { 'edge.mode': 'hub' });
  const north = await open(t, 'north', { 'edge.mode': 'hub' }, root.endpoint);
  const south = await open(t, 'south', { 'edge.listen': 'true' }, root.endpoint);
  const n1 = await open(t, 'n1', {}, north.endpoint);
  const s1 = await open(
    t,
    's1',
    { 'edge.sync_policy': 'periodic', 'edge.sync_interval': '100ms' },
    south.endpoint,
  );
  const nodes = [root, north, south, n1, s1];
  for (const node of nodes) await node.incrBy('n');
  await n1.set('k', 'from n1');
  await n1.sync();
  assert.equal(north.get('k'), 'from n1');
  await until(() => nodes.every((n) => n.get('n') === '5' && n.get('k') === 'from n1'), 'all have all');
  await settles(nodes);
  assert.equal(show(root, 'edges_online'), 2);
});

test('peers of an edge go on without the hub, and the hub gets all of it once it is there', async (t) => {
  const port = await freePort();
  const hubUrl = `ws://127.0.0.1:${port}/edge/ws`;
  const b = await open(t, 'b', { 'edge.listen': 'true' }, hubUrl);
  const a = await open(t, 'a', { 'edge.peers': b.endpoint ?? '' }, hubUrl);
  await a.set('k', 'v');
  await a.incrBy('n');
  await b.incrBy('n');
  await until(() => b.get('k') === 'v' && a.get('n') === '2' && b.get('n') === '2', 'peers agree');
  assert.equal(show(a, 'sync_status'), 'offline');
  assert.equal(show(a, 'peers_online'), 1);
  await assert.rejects(a.sync({ timeoutMs: 2000 }), /ECONNREFUSED|closed \(1006\)/);
  const hub = await open(t, 'hub', { 'edge.mode': 'hub', 'hub.port': String(port) });
  await until(() => show(a, 'sync_status') === 'synced', 'the hub is found');
  await b.sync();
  assert.deepEqual([hub.get('k'), hub.get('n')], ['v', '2']);
});
