// Edges that evict what their hub keeps, at random while links are cut and nodes crash, and for want of memory. In the
// end nothing that was acknowledged is lost, every key that is read is the hub's, and no eviction has left a tombstone.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { someOf } from '../runs.ts';
import { runFleet, type Trouble } from './fleet.ts';
import { Scheduler } from './scheduler.ts';
import { newDisk } from './sim-log.ts';
import { SimNet } from './sim-net.ts';
import { SimNode } from './sim-node.ts';

// Long runs: npm run sim -- --evicts --only cut,heal,crash --seconds 600 --runs 100
// With hubs below the hub that evict too: --relays 2 --edges 4
const runs: readonly {
  readonly trouble: readonly Trouble[];
  readonly seeds: number[];
  readonly lww?: boolean;
  readonly relays?: number;
  readonly edges?: number;
  readonly types?: boolean;
}[] = [
  { trouble: ['cut', 'heal', 'crash'], seeds: [16, 21] },
  // The last block before a crash left something out, and the key was fetched after it.
  { trouble: ['cut', 'heal', 'crash'], seeds: [703, 708], edges: 4, types: true },
  { trouble: ['cut', 'heal', 'crash', 'clone', 'rollback'], seeds: [323] },
  { trouble: ['cut', 'heal', 'crash', 'sweep'], seeds: [501], lww: true },
  { trouble: ['cut', 'heal', 'crash'], seeds: [102, 105], relays: 2 },
  // A hub that has lost what edges have evicted.
  { trouble: ['cut', 'heal', 'crash', 'restore-hub'], seeds: [704, 727], edges: 4, types: true },
];

for (const { trouble, seeds, lww = false, relays = 0, edges = 3, types = false } of runs) {
  const below = `${lww ? ' (lww)' : ''}${types ? ', commands of every type' : ''}${relays > 0 ? `, below ${relays} hubs that do too` : ''}`;
  test(`edges evict and fetch again while there is ${trouble.join(', ')}${below}`, async () => {
    for (const seed of someOf(seeds)) {
      const seconds = types ? 30 : 40;
      const options = { seed, edges, seconds, evicts: true, trouble, lww, relays, allTypes: types };
      const report = await runFleet(options);
      assert.ok(report.leftOut + report.fetched > 50, JSON.stringify(report));
    }
  });
}

const buildMs = Date.UTC(2026, 10, 1);
const text = 'x'.repeat(600);

/** A command that makes key number `i`, and one that reads it. */
function commandsOf(i: number): readonly [make: string[], read: string[]] {
  const key = `k${i}`;
  switch (i % 7) {
    case 0:
      return [
        ['SET', key, text + i],
        ['GET', key],
      ];
    case 1:
      return [
        ['HSET', key, 'a', text, 'n', String(i)],
        ['HVALS', key],
      ];
    case 2:
      return [
        ['SADD', key, text, String(i)],
        ['SMEMBERS', key],
      ];
    case 3:
      return [
        ['ZADD', key, '1', text, '2', String(i)],
        ['ZRANGE', key, '0', '-1'],
      ];
    case 4:
      return [
        ['RPUSH', key, text, String(i)],
        ['LRANGE', key, '0', '-1'],
      ];
    case 5:
      return [
        ['XADD', key, '*', 'f', text + i],
        ['XRANGE', key, '-', '+'],
      ];
    default:
      return [
        ['HINCRBY', key, text, String(i)],
        ['HGETALL', key],
      ];
  }
}

test('a small edge writes and reads far more than it can hold', async () => {
  const scheduler = new Scheduler(11, buildMs);
  const net = new SimNet(scheduler);
  const hub = new SimNode(
    { nodeId: 'hub', role: 'hub', memoryBytes: 8 * 1024 * 1024 },
    scheduler,
    newDisk('h'),
  );
  const edge = new SimNode(
    {
      nodeId: 'e',
      role: 'edge',
      evicts: true,
      memoryBytes: 1536 * 1024,
      dial: net.dialer('e', () => (connection) => hub.engine.hub.accept(connection, 'e', 'e')),
    },
    scheduler,
    newDisk('e'),
  );
  hub.start();
  edge.start();
  await scheduler.runUntil(scheduler.nowMs + 3000);
  const count = 4200;
  for (let i = 0; i < count; i++) {
    edge.ask(0, commandsOf(i)[0], (reply) => assert.ok(!reply.startsWith('-'), reply));
    // The link of a simulation is slow, and what is pending stays.
    while (edge.engine.status().pendingOps > 200) await scheduler.runUntil(scheduler.nowMs + 50);
  }
  await scheduler.runUntil(scheduler.nowMs + 5000);
  assert.ok(edge.store.eviction.evictedCount > count / 2, String(edge.store.eviction.evictedCount));
  assert.equal(hub.store.counts().keys, count);
  let read = 0;
  for (let i = 0; i < count; i += 12) {
    const [, command] = commandsOf(i);
    const want = hub.send(0, ...command);
    edge.ask(0, command, (reply) => {
      assert.equal(reply, want, command.join(' '));
      read += 1;
    });
    await scheduler.runUntil(scheduler.nowMs + 100);
  }
  await scheduler.runUntil(scheduler.nowMs + 3000);
  assert.equal(read, count / 12);
  assert.equal(edge.store.counts().tombs + hub.store.counts().tombs, 0);
  assert.equal(edge.engine.status().pendingOps, 0);
  edge.crash(true);
  edge.start();
  assert.equal(edge.store.holdsAll, false);
  hub.crash(false);
  edge.crash(false);
});

test('a key is not evicted before the hub has what was written there and lost it to a later type', async () => {
  const scheduler = new Scheduler(12, buildMs);
  const net = new SimNet(scheduler);
  const hub = new SimNode({ nodeId: 'hub', role: 'hub' }, scheduler, newDisk('h'));
  const dial = net.dialer('e', () => (connection) => hub.engine.hub.accept(connection, 'e', 'e'));
  // It pushes every three seconds, and pulls at once.
  const edge = new SimNode(
    { nodeId: 'e', role: 'edge', evicts: true, policy: 'periodic', dial },
    scheduler,
    newDisk('e'),
  );
  hub.start();
  edge.start();
  hub.send(0, 'HSET', 'k', 'old', '1');
  await scheduler.runUntil(scheduler.nowMs + 10_000);
  assert.equal(edge.engine.status().pendingOps, 0);
  edge.send(0, 'SET', 'k', 'string');
  await scheduler.runUntil(scheduler.nowMs + 1);
  hub.send(0, 'HSET', 'k', 'new', '1');
  await scheduler.runUntil(scheduler.nowMs + 500);
  assert.equal(hub.send(0, 'HLEN', 'k'), ':2\r\n', 'the string has not come');
  assert.equal(edge.send(0, 'HLEN', 'k'), ':1\r\n');
  edge.evict();
  edge.ask(0, ['EXISTS', 'k']);
  await scheduler.runUntil(scheduler.nowMs + 10_000);
  edge.ask(0, ['HKEYS', 'k'], (reply) => assert.equal(reply, '*1\r\n$3\r\nnew\r\n'));
  assert.equal(hub.send(0, 'HKEYS', 'k'), '*1\r\n$3\r\nnew\r\n');
  edge.evict();
  assert.equal(edge.holds('0:k'), false, 'once the hub has it, it goes');
  hub.crash(false);
  edge.crash(false);
});
