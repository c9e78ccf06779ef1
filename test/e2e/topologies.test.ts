import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { afterEach, test } from 'node:test';
import { EdgeNode } from '../../src/node.ts';

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function eventually(what: string, condition: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`not so after ten seconds: ${what}`);
}

const quick = { 'sync.reconnect_initial_delay': '20ms', 'sync.reconnect_max_delay': '200ms' };

function open(nodeId: string, settings: Record<string, string>, hubUrl?: string): Promise<EdgeNode> {
  const node = new EdgeNode({
    nodeId,
    memoryLimit: '16mb',
    ...(hubUrl === undefined ? {} : { hubUrl }),
    settings: { ...quick, 'hub.port': '0', ...settings },
  });
  opened.add(node);
  return node.open().then(() => node);
}

const opened = new Set<EdgeNode>();
afterEach(async () => {
  await Promise.all([...opened].map((node) => node.close()));
  opened.clear();
});

function show(node: EdgeNode, name: string): string | number | undefined {
  return node.status()[name];
}

/** Figures that move while data flows: they must come to rest. */
function traffic(nodes: readonly EdgeNode[]): string {
  return nodes.map((n) => [show(n, 'deltas_sent'), show(n, 'deltas_received')].join('/')).join(' ');
}

async function settles(nodes: readonly EdgeNode[]): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 300));
  const before = traffic(nodes);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.equal(traffic(nodes), before, 'no deltas go round');
}

test('three peers that dial one another, without a hub, agree; one that leaves is missed and comes back', async () => {
  const ports = await Promise.all([freePort(), freePort(), freePort()]);
  const settings = (i: number) => ({
    'edge.listen': 'true',
    'hub.port': String(ports[i]),
    'edge.peers': ports
      .filter((p) => p !== ports[i])
      .map((p) => `ws://127.0.0.1:${p}/edge/ws`)
      .join(','),
  });
  const nodes = await Promise.all(['a', 'b', 'c'].map((id, i) => open(id, settings(i))));
  const [a, b, c] = nodes as [EdgeNode, EdgeNode, EdgeNode];
  const edges = () => nodes.reduce((sum, n) => sum + Number(show(n, 'edges_online')), 0);
  await eventually('each pair has one link', () => edges() === 3);
  assert.equal(show(a, 'peers_online'), 2);
  assert.match(String(show(c, 'peer0')), /^url=ws:\/\/127.*,node=a,state=live,link=theirs,pending_ops=\d/);
  for (const node of nodes) for (let i = 0; i < 10; i++) await node.incrBy('n');
  await a.set('k', 'from a');
  await Promise.all(nodes.map((n) => n.sync()));
  await eventually('the sum is everywhere', () => nodes.every((n) => n.get('n') === '30'));
  assert.equal(c.get('k'), 'from a');
  await settles(nodes);

  await b.close();
  await eventually('b is missed', () => show(a, 'peers_online') === 1);
  await c.incrBy('n', 5);
  await assert.rejects(a.sync({ timeoutMs: 2000 }), /ECONNREFUSED|closed \(1006\)/);
  const again = await open('b', settings(1));
  await eventually('b is back', () => again.get('n') === '35' && show(a, 'peers_online') === 2);
});

test('a hub that is an edge of another hub: what is written at any edge is at every other', async () => {
  const root = await open('root', { 'edge.mode': 'hub' });
  const north = await open('north', { 'edge.mode': 'hub' }, root.endpoint);
  const south = await open('south', { 'edge.listen': 'true' }, root.endpoint);
  const n1 = await open('n1', {}, north.endpoint);
  const s1 = await open(
    's1',
    { 'edge.sync_policy': 'periodic', 'edge.sync_interval': '100ms' },
    south.endpoint,
  );
  const nodes = [root, north, south, n1, s1];
  for (const node of nodes) await node.incrBy('n');
  await n1.set('k', 'from n1');
  await n1.sync();
  assert.equal(north.get('k'), 'from n1');
  await eventually('all have all', () => nodes.every((n) => n.get('n') === '5' && n.get('k') === 'from n1'));
  await settles(nodes);
  assert.equal(show(root, 'edges_online'), 2);
});

test('peers of an edge go on without the hub, and the hub gets all of it once it is there', async () => {
  const port = await freePort();
  const hubUrl = `ws://127.0.0.1:${port}/edge/ws`;
  const b = await open('b', { 'edge.listen': 'true' }, hubUrl);
  const a = await open('a', { 'edge.peers': b.endpoint ?? '' }, hubUrl);
  await a.set('k', 'v');
  await a.incrBy('n');
  await b.incrBy('n');
  await eventually('peers agree', () => b.get('k') === 'v' && a.get('n') === '2' && b.get('n') === '2');
  assert.equal(show(a, 'sync_status'), 'offline');
  assert.equal(show(a, 'peers_online'), 1);
  await assert.rejects(a.sync({ timeoutMs: 2000 }), /ECONNREFUSED|closed \(1006\)/);
  const hub = await open('hub', { 'edge.mode': 'hub', 'hub.port': String(port) });
  await eventually('the hub is found', () => show(a, 'sync_status') === 'synced');
  await b.sync();
  assert.deepEqual([hub.get('k'), hub.get('n')], ['v', '2']);
});
