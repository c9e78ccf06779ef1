// A node is put back to a copy of its disk that was taken while it had something that nobody had yet, and that was told
// only by a later start of it. The fork that its peers tell it of must leave what they have as it is: a counter counts
// once, an element is pushed once.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Dialed, Mesh } from './mesh.ts';
import { copyDisk, type Disk } from './sim-log.ts';

const toHub: readonly Dialed[] = [{ from: 'edge', to: 'hub', isHub: true }];
const triangle: readonly Dialed[] = [
  { from: 'edge', to: 'near' },
  { from: 'edge', to: 'far' },
  { from: 'near', to: 'far' },
];

async function meshOf(links: readonly Dialed[], keepRecords = 0): Promise<Mesh> {
  const mesh = new Mesh({ seed: 3, links, seconds: 0, policy: 'immediate', keepRecords });
  await mesh.pass(30_000);
  return mesh;
}

/** Counts and pushes in a start of its own, is copied, and is started again. */
async function writeUntold(mesh: Mesh): Promise<Disk> {
  const edge = mesh.node('edge');
  edge.crash(false);
  edge.start();
  edge.incr('c', 5);
  edge.send(0, 'RPUSH', 'l', 'once');
  await mesh.pass(1000);
  edge.crash(false);
  const copy = copyDisk(edge.disk);
  edge.start();
  edge.incr('c', 2);
  await mesh.pass(1000);
  return copy;
}

async function rollBack(mesh: Mesh, copy: Disk): Promise<void> {
  const edge = mesh.node('edge');
  edge.crash(false);
  edge.disk = copy;
  edge.start();
  await mesh.pass(120_000);
}

function check(mesh: Mesh): void {
  assert.equal(mesh.node('edge').engine.identity.forks, 1);
  for (const [name, node] of mesh.nodes) {
    assert.equal(node.get('c'), '7@0', name);
    assert.equal(node.send(0, 'LLEN', 'l'), ':1\r\n', name);
  }
  assert.equal(mesh.difference(), undefined);
}

for (const isFirst of [true, false]) {
  test(`what was told by a later start than made it, ${isFirst ? 'in a scan' : 'from the log'}, is the peer's`, async () => {
    const mesh = new Mesh({ seed: 3, links: toHub, seconds: 0, policy: 'immediate' });
    if (!isFirst) {
      await mesh.pass(30_000);
      mesh.node('edge').set('k0', 'v');
      await mesh.pass(30_000);
    }
    mesh.net.cut('edge>hub');
    const copy = await writeUntold(mesh);
    mesh.net.heal('edge>hub');
    await mesh.pass(120_000);
    await rollBack(mesh, copy);
    check(mesh);
    mesh.stop();
  });
}

test('so it is where the peer learned of it from another, out of the log or in a scan', async () => {
  for (const keepRecords of [0, 4]) {
    const mesh = await meshOf(triangle, keepRecords);
    const { net } = mesh;
    net.cut('edge>near');
    net.cut('edge>far');
    net.cut('near>far');
    const copy = await writeUntold(mesh);
    net.heal('edge>near');
    await mesh.pass(120_000);
    net.heal('near>far');
    await mesh.pass(120_000);
    assert.equal(mesh.node('far').get('c'), '7@0');
    net.cut('edge>near');
    net.heal('edge>far');
    await rollBack(mesh, copy);
    net.heal();
    await mesh.pass(120_000);
    check(mesh);
    mesh.stop();
  }
});

test('a copy from before more starts than a peer remembers: what it was known to have had is not new', async () => {
  const mesh = await meshOf(toHub);
  const edge = mesh.node('edge');
  edge.incr('c', 5);
  edge.send(0, 'RPUSH', 'l', 'once');
  await mesh.pass(30_000);
  edge.crash(false);
  const copy = copyDisk(edge.disk);
  for (let i = 0; i < 40; i++) {
    edge.start();
    edge.set('k0', `v${i}`);
    await mesh.pass(30_000);
    edge.crash(false);
  }
  edge.start();
  edge.incr('c', 2);
  await mesh.pass(30_000);
  await rollBack(mesh, copy);
  check(mesh);
  mesh.stop();
});

test('two copies of a disk that was in use: what the one that comes second wrote is not lost', async () => {
  const mesh = await meshOf(toHub);
  const edge = mesh.node('edge');
  mesh.net.cut('edge>hub');
  edge.crash(false);
  edge.start();
  edge.set('k0', 'shared');
  await mesh.pass(1000);
  const copy = copyDisk(edge.disk);
  edge.set('k1', 'own');
  edge.send(0, 'RPUSH', 'l', 'own');
  edge.crash(false);
  const { disk } = edge;
  edge.disk = copy;
  edge.start();
  edge.set('k2', 'of the copy');
  await mesh.pass(1000);
  mesh.net.heal();
  await mesh.pass(120_000);
  await rollBack(mesh, disk);
  assert.equal(edge.engine.identity.forks, 1);
  for (const node of mesh.nodes.values()) {
    assert.deepEqual(
      ['k0', 'k1', 'k2'].map((key) => node.get(key)),
      ['shared@0', 'own@0', 'of the copy@0'],
    );
    assert.equal(node.send(0, 'LLEN', 'l'), ':1\r\n');
  }
  mesh.stop();
});
