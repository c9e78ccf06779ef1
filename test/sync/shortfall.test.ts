import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { Shortfall } from '../../src/sync/shortfall.ts';
import { runs } from '../runs.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode } from '../sim/sim-node.ts';

const origins = new Origins();
const self = origins.intern('a/00000001');

/** Batches of one record each, by what they say. */
function recordOf(write: (writer: BatchWriter, key: Buffer) => void, name = 'k'): BatchReader {
  const writer = new BatchWriter(origins);
  write(writer, Buffer.from(name));
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  assert.ok(reader.next());
  return reader;
}

function put(bytes: number, name = 'k'): BatchReader {
  const value = Buffer.alloc(bytes);
  return recordOf((w, k) => w.put(0, k, 0, k.length, self, 0, 1, value, 0, bytes, true, 0, 0, 0, 0), name);
}

test('what is too large is left out, and so are its patches, until something else is said of it', () => {
  const shortfall = new Shortfall();
  assert.equal(shortfall.leavesOut(put(5000)), false);
  shortfall.learn(2000);
  shortfall.learn(10);
  assert.equal(shortfall.recordBytesMax, 1024, 'so much everybody takes');
  assert.equal(shortfall.text, undefined);
  assert.equal(shortfall.leavesOut(put(1000)), false);
  assert.equal(shortfall.leavesOut(put(5000)), true);
  assert.match(shortfall.text!, /^1 values of up to 50\d\d bytes .* takes 1024$/);
  const tail = Buffer.from('tail');
  const patch = (name: string): BatchReader =>
    recordOf((w, k) => w.patch(0, k, 0, k.length, self, 0, 2, self, 0, 1, 5000, tail, 0, 4), name);
  assert.equal(shortfall.leavesOut(patch('k')), true);
  assert.equal(shortfall.leavesOut(patch('other')), false);
  assert.equal(shortfall.leavesOut(put(1000, 'other')), false);
  assert.equal(shortfall.mayFit, false);
  assert.equal(shortfall.leavesOut(put(1000)), false);
  assert.equal(shortfall.mayFit, true);
  shortfall.clear();
  assert.deepEqual([shortfall.isAny, shortfall.mayFit, shortfall.recordBytesMax], [false, false, 1024]);
  const cleared = recordOf((w, k) => w.clear(0, k, 0, k.length, self, 0, 3, self, 0, 2, 0));
  assert.equal(shortfall.leavesOut(cleared), false);
  assert.equal(shortfall.mayFit, false);
  shortfall.leavesOut(put(5000));
  shortfall.leavesOut(cleared);
  assert.equal(shortfall.mayFit, true);
});

test('a batch is sifted of what is too large', () => {
  const writer = new BatchWriter(origins);
  writer.reset(22);
  for (const [i, bytes] of [100, 5000, 200].entries()) {
    const key = Buffer.from(`k${i}`);
    const value = Buffer.alloc(bytes);
    writer.put(0, key, 0, key.length, self, 0, i + 1, value, 0, bytes, true, 0, 0, 0, 0);
  }
  const shortfall = new Shortfall();
  const reader = new BatchReader(origins);
  shortfall.sift(writer, 22, reader);
  assert.equal(writer.count, 3);
  shortfall.learn(2000);
  shortfall.sift(writer, 22, reader);
  assert.equal(writer.count, 2);
  reader.open(writer.buf, 22, writer.pos);
  const lengths: number[] = [];
  while (reader.next()) lengths.push(reader.valueLength);
  assert.deepEqual(lengths, [100, 200]);
});

/** A hub, an edge that is too small for some of what the hub has, and one that is not. */
async function unlike(seed: number): Promise<void> {
  const scheduler = new Scheduler(seed, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const hub = new SimNode(
    { nodeId: 'hub', role: 'hub', memoryBytes: 32 * 1024 * 1024 },
    scheduler,
    newDisk('jh'),
  );
  hub.start();
  const edges = (['small', 'wide'] as const).map((nodeId) => {
    const accept = () => (hub.isUp ? hub.engine.hub : undefined);
    const dial = net.dialer(nodeId, () => {
      const listener = accept();
      return listener && ((connection) => listener.accept(connection, nodeId, nodeId));
    });
    const memoryBytes = nodeId === 'small' ? 128 * 1024 : 32 * 1024 * 1024;
    const options = { nodeId, role: 'edge', dial, memoryBytes, keepRecords: 30 } as const;
    const edge = new SimNode(options, scheduler, newDisk(nodeId));
    edge.start();
    return edge;
  });
  const [small, wide] = [edges[0]!, edges[1]!];
  const nodes = [hub, small, wide];
  const random = (n: number): number => Math.floor(scheduler.random() * n);
  const pass = (ms: number): Promise<void> => scheduler.runUntil(scheduler.nowMs + ms);
  for (let i = 0; i < 120; i++) {
    const node = random(3) === 0 ? small : random(2) === 0 ? hub : wide;
    const key = `k${random(6)}`;
    const large = [115_000, 140_000, 600_000][random(3)]!;
    const what = random(12);
    if (what === 0 && node !== small) node.set(key, randomBytes(large).toString('latin1'));
    else if (what === 1 && node !== small)
      node.send(0, 'HSET', `h${random(2)}`, `f${random(3)}`, randomBytes(large).toString('latin1'));
    else if (what < 4) node.append(key, 'tail');
    else if (what === 4) node.del(key);
    else if (what === 5) node.send(0, 'DEL', `h${random(2)}`);
    else if (what === 6) node.incr('n', 1);
    else if (what === 7) node.send(0, 'HSET', `h${random(2)}`, `f${random(3)}`, 'v');
    else if (what === 8) net.cut(random(2) === 0 ? 'small' : 'wide');
    else if (what === 9) net.heal();
    else if (what === 10 && random(4) === 0) {
      node.crash(random(2) === 0);
      node.start();
    } else node.set(key, `v${i}`);
    await pass(random(3000));
  }
  net.heal();
  await pass(120_000);
  for (let i = 0; i < 6; i++) hub.set(`k${i}`, 'end');
  hub.send(0, 'DEL', 'h0', 'h1');
  await pass(1_200_000);
  for (const edge of edges) {
    assert.deepEqual(edge.visible(), hub.visible(), edge.options.nodeId);
    assert.equal(edge.engine.status().syncStatus, 'synced');
    assert.equal(edge.engine.status().lastError, '');
  }
  const made = nodes.flatMap((node) => node.increments).reduce((sum, { by }) => sum + by, 0);
  assert.equal(Number((hub.get('n') ?? '0@0').split('@')[0]), made);
}

test('nodes of unlike memory agree once nothing is too large for one of them any more', async () => {
  for (let seed = 1; seed <= runs(5); seed++) await unlike(seed);
});
