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

test('a deadline of what is left out is known, and is no reason to look again before', () => {
  const shortfall = new Shortfall();
  shortfall.learn(2000);
  shortfall.leavesOut(put(5000));
  const expire = (deadlineMs: number, name = 'k'): BatchReader =>
    recordOf((w, k) => w.expire(0, k, 0, k.length, self, 0, 2, deadlineMs), name);
  assert.equal(shortfall.leavesOut(expire(1000, 'other')), false);
  assert.equal(shortfall.deadlineMs, Number.POSITIVE_INFINITY);
  for (const deadlineMs of [9000, 7000, 0, 8000]) shortfall.leavesOut(expire(deadlineMs));
  assert.deepEqual([shortfall.deadlineMs, shortfall.mayFit], [7000, false]);
  shortfall.clear();
  assert.equal(shortfall.deadlineMs, Number.POSITIVE_INFINITY);
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

function hubOf(scheduler: Scheduler, memoryBytes = 32 * 1024 * 1024): SimNode {
  const options = { nodeId: 'hub', role: 'hub', memoryBytes } as const;
  const hub = new SimNode(options, scheduler, newDisk('jh'));
  hub.start();
  return hub;
}

function edgeOf(hub: SimNode, net: SimNet, nodeId: 'small' | 'wide' | 'broad'): SimNode {
  const dial = net.dialer(nodeId, () => {
    const listener = hub.isUp ? hub.engine.hub : undefined;
    return listener && ((connection) => listener.accept(connection, nodeId, nodeId));
  });
  const memoryBytes = nodeId === 'small' ? 128 * 1024 : 32 * 1024 * 1024;
  const options = { nodeId, role: 'edge', dial, memoryBytes, keepRecords: 30 } as const;
  const edge = new SimNode(options, hub.scheduler, newDisk(nodeId));
  edge.start();
  return edge;
}

const tooLarge = randomBytes(600_000).toString('latin1');
/** What is too large for an edge, and how it comes to an end. */
const endings: Readonly<Record<string, readonly [readonly string[][], readonly string[][]]>> = {
  'a string that is removed': [[['SET', 'k', tooLarge]], [['DEL', 'k']]],
  'a string that is renamed over': [
    [['SET', 'k', tooLarge]],
    [
      ['SET', 'l', 'v'],
      ['RENAME', 'l', 'k'],
    ],
  ],
  'a string with a deadline': [[['SET', 'k', tooLarge, 'PX', '20000']], []],
  'a string that gets a deadline': [
    [
      ['SET', 'k', tooLarge],
      ['PEXPIRE', 'k', '30000'],
    ],
    [],
  ],
  'a string that gets one later': [[['SET', 'k', tooLarge]], [['PEXPIRE', 'k', '30000']]],
  'a string made by a patch': [[['SETRANGE', 'k', '600000', 'end']], [['DEL', 'k']]],
  'a field that is removed': [[['HSET', 'k', 'f', tooLarge, 'g', 'v']], [['HDEL', 'k', 'f']]],
  'a field with a deadline': [
    [
      ['HSET', 'k', 'f', tooLarge, 'g', 'v'],
      ['HPEXPIRE', 'k', '20000', 'FIELDS', '1', 'f'],
    ],
    [],
  ],
  'a hash with a deadline': [
    [
      ['HSET', 'k', 'f', tooLarge],
      ['PEXPIRE', 'k', '20000'],
    ],
    [],
  ],
  'a hash that a string replaces': [[['HSET', 'k', 'f', tooLarge]], [['SET', 'k', 'v']]],
  'an element of a list': [[['RPUSH', 'k', 'a', tooLarge, 'b']], [['LSET', 'k', '1', 'v']]],
  'an entry of a stream': [
    [['XADD', 'k', '1-1', 'f', tooLarge]],
    [
      ['XADD', 'k', '2-1', 'f', 'v'],
      ['XTRIM', 'k', 'MAXLEN', '1'],
    ],
  ],
};

test('a link is whole again once what was left out has gone, in whatever way', async () => {
  for (const [name, [begin, end]] of Object.entries(endings)) {
    const scheduler = new Scheduler(1, Date.UTC(2026, 10, 1));
    const hub = hubOf(scheduler);
    const small = edgeOf(hub, new SimNet(scheduler), 'small');
    const pass = (ms: number): Promise<void> => scheduler.runUntil(scheduler.nowMs + ms);
    const purge = (): void => {
      hub.store.nowMs = scheduler.nowMs;
      hub.store.expireSlice(1000);
      hub.store.fieldExpiry.slice(1000);
      hub.log.commit(() => {});
      scheduler.timersFor(() => false).after(1000, purge);
    };
    purge();
    await pass(2000);
    for (const command of begin) hub.send(0, ...command);
    await pass(10_000);
    assert.equal(small.engine.status().syncStatus, 'starved', name);
    assert.match(small.engine.status().lastError, /^what the peer has is too large for this node/);
    assert.match(hub.engine.status().lastError, /^small: .* too large for the peer/, 'both ends say it');
    for (const command of end) hub.send(0, ...command);
    hub.set('news', 'v');
    await pass(120_000);
    assert.deepEqual(small.visible(), hub.visible(), name);
    const { syncStatus, lastError } = small.engine.status();
    assert.deepEqual([syncStatus, lastError], ['synced', ''], name);
    assert.equal(hub.engine.status().lastError, '', name);
    // The first, the one that leaves it out, and the one that finds that it has gone.
    assert.equal(hub.engine.status().figures.scans, 3, name);
  }
});

/** A hub, an edge that is too small for some of what the hub has, and one that is not. */
async function unlike(seed: number): Promise<void> {
  const scheduler = new Scheduler(seed, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const hub = hubOf(scheduler);
  const [small, wide] = [edgeOf(hub, net, 'small'), edgeOf(hub, net, 'wide')];
  const edges = [small, wide];
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
    else if (what === 11 && node !== small)
      node.send(0, 'SET', key, randomBytes(large).toString('latin1'), 'PX', `${5000 + random(30_000)}`);
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

/** A hub without room for what its edges write, all of which they remove in the end but for a little. */
async function crowded(seed: number): Promise<void> {
  const scheduler = new Scheduler(seed, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const hub = hubOf(scheduler, 256 * 1024);
  const edges = [edgeOf(hub, net, 'wide'), edgeOf(hub, net, 'broad')];
  const nodes = [hub, ...edges];
  const random = (n: number): number => Math.floor(scheduler.random() * n);
  const pass = (ms: number): Promise<void> => scheduler.runUntil(scheduler.nowMs + ms);
  const value = (): string => randomBytes(random(2) * 20_000 + 10).toString('latin1');
  for (let i = 0; i < 200; i++) {
    const node = edges[random(2)]!;
    const what = random(16);
    if (what < 4) node.set(`k${random(20)}`, value());
    else if (what < 8) node.send(0, 'HSET', `h${random(3)}`, `f${random(20)}`, value());
    else if (what === 8) node.send(0, 'RPUSH', `l${random(2)}`, value());
    else if (what === 9) node.append(`k${random(20)}`, 'tail');
    else if (what === 10) node.del(`k${random(20)}`);
    else if (what === 11) node.incr('n', 1);
    else if (what === 12) node.send(0, 'DEL', `h${random(3)}`, `l${random(2)}`);
    else if (what === 13) net.cut(random(2) === 0 ? 'wide' : 'broad');
    else if (what === 14) net.heal();
    else if (random(8) === 0) {
      const crashed = nodes[random(3)]!;
      crashed.crash(random(2) === 0);
      crashed.start();
    }
    await pass(random(12_000));
  }
  net.heal();
  await pass(300_000);
  const { connects } = edges[0]!.engine.status().figures;
  for (const edge of edges) {
    for (let i = 0; i < 20; i++) if (i % 10 !== 0) edge.del(`k${i}`);
    edge.send(0, 'DEL', 'h0', 'h1', 'h2', 'l0', 'l1');
  }
  await pass(7200_000);
  // What the other edge had written, and the hub could not pass on, is gone only when it is known.
  for (const edge of edges) edge.send(0, 'DEL', 'h0', 'h1', 'h2', 'l0', 'l1');
  await pass(7200_000);
  for (const node of nodes) {
    assert.deepEqual(node.visible(), hub.visible(), `seed ${seed}, ${node.options.nodeId}`);
    assert.equal(node.engine.status().syncStatus, 'synced', `seed ${seed}, ${node.options.nodeId}`);
  }
  assert.equal(edges[0]!.engine.status().figures.connects, connects);
  const made = nodes.flatMap((node) => node.increments).reduce((sum, { by }) => sum + by, 0);
  assert.equal(Number((hub.get('n') ?? '0@0').split('@')[0]), made);
}

test('a hub that was crowded agrees with its edges once there is room, over the connections that there are', async () => {
  for (let seed = 1; seed <= runs(10); seed++) await crowded(seed);
});
