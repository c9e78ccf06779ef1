import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someOf } from '../runs.ts';
import { type Dialed, Mesh, meshesBelowHubs, runMesh } from './mesh.ts';

function everyPair(names: readonly string[], bothWays: boolean): Dialed[] {
  return names.flatMap((from) =>
    names.filter((to) => (bothWays ? to !== from : to > from)).map((to) => ({ from, to })),
  );
}

const shapes: Record<string, readonly Dialed[]> = {
  'two peers that dial one another': everyPair(['a', 'b'], true),
  'a full mesh of four, each pair dialing both ways': everyPair(['a', 'b', 'c', 'd'], true),
  'a ring of five': ['a', 'b', 'c', 'd', 'e'].map((from, i, all) => ({ from, to: all[(i + 1) % 5]! })),
  'a chain': [
    { from: 'b', to: 'a' },
    { from: 'c', to: 'b' },
    { from: 'd', to: 'c' },
  ],
  'hubs below a hub, edges below them': [
    { from: 'north', to: 'root', isHub: true },
    { from: 'south', to: 'root', isHub: true },
    { from: 'n1', to: 'north', isHub: true },
    { from: 'n2', to: 'north', isHub: true },
    { from: 's1', to: 'south', isHub: true },
    { from: 's2', to: 'south', isHub: true },
  ],
  'edges of one hub that are peers too': meshesBelowHubs['edges of one hub that are peers too']!,
};

for (const [name, links] of Object.entries(shapes)) {
  test(`${name}: all converge, and then fall silent`, async () => {
    for (const seed of someOf([1, 2, 3])) await runMesh({ seed, links, seconds: 45 });
    await runMesh({ seed: 4, links, seconds: 25, allTypes: true });
  });
}

// Long runs: npm run sim -- --mesh --evicts --seconds 60 --runs 100
for (const [name, links] of Object.entries(meshesBelowHubs)) {
  test(`${name}: they evict what the hub has, all converge, and then fall silent`, async () => {
    const { fetched, leftOut } = await runMesh({ seed: 2, links, seconds: 25, evicts: true });
    assert.ok(fetched > 0 && leftOut > 0, `${fetched} fetched, ${leftOut} left out`);
  });
}

test('two nodes that dial one another keep one link, and another when that ends', async () => {
  const mesh = new Mesh({ seed: 4, links: everyPair(['a', 'b', 'c'], true), seconds: 0 });
  await mesh.pass(30_000);
  assert.equal(mesh.linkCount(), 3);
  const row = mesh.node('c').engine.status().uplinks[0]!;
  assert.deepEqual([row.nodeId, row.state, row.isStoodInFor], ['a', 'live', true]);
  mesh.net.cut('a>c');
  await mesh.pass(120_000);
  assert.equal(mesh.linkCount(), 3);
  assert.equal(mesh.node('c').engine.status().uplinks[0]!.isStoodInFor, false);
  mesh.node('a').set('k', 'v');
  await mesh.pass(5000);
  assert.equal(mesh.node('c').get('k'), 'v@0');
  mesh.stop();
});

test('in a full mesh each node takes a write once more than it must, for each other peer, and passes it on once', async () => {
  const mesh = new Mesh({ seed: 5, links: everyPair(['a', 'b', 'c', 'd'], false), seconds: 0 });
  await mesh.pass(30_000);
  for (let i = 0; i < 100; i++) mesh.node('a').set(`key${i}`, 'v');
  await mesh.pass(60_000);
  const sent = [...mesh.nodes.values()].map((n) => n.engine.status().figures.deltasSent);
  assert.ok(
    sent.every((n) => n <= 300),
    `${sent} deltas sent`,
  );
  mesh.stop();
});

test('what a read purged and nobody committed holds back no scan', async () => {
  const links = [{ from: 'edge', to: 'hub', isHub: true }];
  const mesh = new Mesh({ seed: 7, links, seconds: 0, policy: 'periodic' });
  const edge = mesh.node('edge');
  edge.set('gone', 'v', 500);
  edge.set('stays', 'v');
  await mesh.pass(1000);
  edge.store.nowMs = mesh.scheduler.nowMs;
  assert.equal(edge.store.expireSlice(10), 1);
  await mesh.pass(10_000);
  assert.equal(mesh.node('hub').get('stays'), 'v@0');
  mesh.stop();
});

test('what is pending are writes, not what a node notes of its links', async () => {
  const links = [{ from: 'edge', to: 'hub', isHub: true }];
  const mesh = new Mesh({ seed: 8, links, seconds: 0, policy: 'immediate' });
  const edge = mesh.node('edge');
  await mesh.pass(5000);
  for (let i = 0; i < 20; i++) {
    edge.set('k', `v${i}`);
    const seen: number[] = [];
    for (let ms = 0; ms < 3000; ms += 10) {
      await mesh.pass(10);
      seen.push(edge.engine.pendingOps());
    }
    const done = seen.indexOf(0);
    assert.ok(done >= 0 && seen.slice(done).every((n) => n === 0), `${seen.slice(0, 40)}`);
  }
  mesh.stop();
});

test('a hub below a hub that was away for longer than deletes are remembered starts over, and so do its edges', async () => {
  const links = [
    { from: 'relay', to: 'root', isHub: true },
    { from: 'leaf', to: 'relay', isHub: true },
    { from: 'other', to: 'root', isHub: true },
  ];
  const mesh = new Mesh({ seed: 6, links, seconds: 0 });
  await mesh.pass(30_000);
  for (const key of ['dead', 'alive']) mesh.node('leaf').set(key, 'v');
  mesh.node('leaf').incr('n', 5);
  await mesh.pass(30_000);
  assert.equal(mesh.node('other').get('dead'), 'v@0');
  mesh.net.cut('relay>root');
  await mesh.pass(70_000);
  mesh.node('other').del('dead');
  mesh.node('leaf').set('meanwhile', 'v');
  mesh.node('relay').incr('n', 2);
  await mesh.pass(60_000);
  mesh.sweep(mesh.node('root'));
  assert.ok(mesh.node('root').store.horizon.size > 0);
  mesh.net.heal();
  await mesh.pass(300_000);
  for (const [name, node] of mesh.nodes) {
    const got = ['dead', 'alive', 'meanwhile', 'n'].map((key) => node.get(key));
    assert.deepEqual(got, [undefined, 'v@0', 'v@0', '7@0'], name);
  }
  await mesh.checkSilence();
  mesh.stop();
});
