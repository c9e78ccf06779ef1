import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StreamId } from '../../src/delta/stream-id.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { CommandNode } from '../commands/harness.ts';
import { TestNode } from './fleet.ts';
import { addEntry } from './keyed-operations.ts';
import { buildMs } from './new-store.ts';

const k = Buffer.from('a');

function add(node: TestNode, from: number, n: number): void {
  node.run((store) => {
    for (let i = 0; i < n; i++)
      addEntry(store, k, 'id', new StreamId().setNumbers(from + i, 0), ['f'], `${i}`);
  });
}

test('a fork is repaired: entries, removals and trims of the lost past get new names, groups stay', () => {
  const node = new TestNode('n1');
  const { store } = node;
  const client = new CommandNode({ store });
  add(node, 1, 20);
  const from = store.self;
  const since = store.clock.last() + 1;
  add(node, 21, 20);
  node.run(() => client.run('XDEL a 5 25'));
  node.run(() => client.run('XTRIM a MINID 3'));
  node.run(() => client.run('XGROUP CREATE a g 0'));
  node.run(() => client.run('XREADGROUP GROUP g c COUNT 4 STREAMS a >'));
  const before = node.visible();
  const pending = client.run('XPENDING a g');
  store.self = store.origins.intern('n1/00000002');
  node.run(() => store.redot(from, since, store.self, () => store.clock.next()));
  assert.deepEqual(node.visible(), before);
  assert.deepEqual(client.run('XPENDING a g'), pending);
  assert.ok(
    !node
      .picture()
      .some(
        (line) =>
          line.includes('n1/00000001') && line.includes(' entry ') && /id (2[1-9]|3\d|40)-0/.test(line),
      ),
  );

  const replayed = new TestNode('n1');
  for (const batch of node.history.slice(0, -1)) replayed.join(batch, node);
  replayed.store.forgetSince(replayed.store.origins.intern('n1/00000001'), since);
  replayed.join(node.history.at(-1)!, node);
  assert.deepEqual(replayed.visible(), before);
  assert.deepEqual(replayed.picture(), node.picture());
  assert.deepEqual(new CommandNode({ store: replayed.store }).run('XPENDING a g'), pending);
});

test('starting over forgets what the peer covers and keeps the rest', () => {
  const node = new TestNode('n1');
  add(node, 1, 10);
  const covered = new VersionVector();
  covered.advance(node.store.self, node.store.clock.last(), 0);
  add(node, 11, 3);
  node.store.forgetCovered(covered);
  assert.match(node.visible()['0:a']!, /^stream\[11-0.*,12-0.*,13-0.*\] last 13-0/s);
  covered.advance(node.store.self, node.store.clock.last(), 0);
  node.store.forgetCovered(covered);
  assert.deepEqual(node.visible(), {});
});

test('streams are evicted, expire and are flushed with all that they hold', () => {
  const client = new CommandNode({ memoryBytes: 4 * 1024 * 1024 });
  const { store } = client;
  store.eviction.policy = 'allkeys-lru';
  for (let i = 0; i < 4000; i++) {
    for (let n = 0; n < 20; n++)
      assert.doesNotMatch(String(client.run(`XADD s${i} * f ${'v'.repeat(50)}`)), /^-/);
    client.run(`XGROUP CREATE s${i} g 0`);
    client.run(`XREADGROUP GROUP g c STREAMS s${i} >`);
  }
  assert.ok(store.eviction.evictedCount > 100);
  client.run('FLUSHALL');
  while (store.freeSlice(64));
  client.run('XADD s 1 f v');
  client.run('XGROUP CREATE s g 0');
  const bytes = store.arena.liveBytes;
  client.run('PEXPIRE s 10');
  client.advance(20);
  assert.equal(client.run('EXISTS s'), 0);
  assert.ok(store.arena.liveBytes < bytes);
});

test('what is dead of a stream goes when it is old, and the horizon rises', () => {
  const node = new TestNode('n1');
  const client = new CommandNode({ store: node.store });
  add(node, 1, 10);
  node.run(() => client.run('XDEL a 4 5'));
  node.run(() => client.run('XTRIM a MINID 3'));
  const dead = (): number => node.picture().filter((line) => / clear | trim [1-9]/.test(line)).length;
  assert.equal(dead(), 3);
  assert.equal(node.store.graveyard.sweep(1000, buildMs - 1000), 0);
  assert.equal(node.store.graveyard.sweep(1000, buildMs + 10_000_000), 3);
  assert.equal(dead(), 0);
  assert.ok(node.store.horizon.stampOf(node.store.self) > 0);
  assert.equal(client.run('XLEN a'), 6);
});

test('streams and their groups survive compaction while they are large', () => {
  const client = new CommandNode({ memoryBytes: 16 * 1024 * 1024 });
  const { store } = client;
  for (let i = 1; i <= 6000; i++) client.run(`XADD s ${i} f ${'v'.repeat(i % 90)} g${i % 5} ${i}`);
  for (let i = 0; i < 300; i++) client.run(`XADD t${i} 1 f v`);
  client.run('XGROUP CREATE s g 0');
  client.run('XREADGROUP GROUP g c STREAMS s >');
  for (let i = 0; i < 300; i++) if (i % 10 !== 0) client.run(`DEL t${i}`);
  client.run(`XDEL s ${Array.from({ length: 3000 }, (_, i) => 2 * i + 1).join(' ')}`);
  const before = [client.run('XRANGE s - +'), client.run('XPENDING s g'), client.run('XRANGE t10 - +')];
  store.ground.starved = true;
  for (let i = 0; i < 200 && store.compactSlice(); i++);
  const after = [client.run('XRANGE s - +'), client.run('XPENDING s g'), client.run('XRANGE t10 - +')];
  assert.deepEqual(after, before);
});

function idsIn(reply: Buffer): string[] {
  return reply
    .toString('latin1')
    .split('\r\n')
    .filter((line) => /^\d+-\d+$/.test(line));
}

/** One flush after the other that leaves a stream with a group to be freed. */
function flushStreams(client: CommandNode, count: number): void {
  for (let i = 0; i < count; i++) {
    client.run(`XADD old${i} 1 f ${'v'.repeat((i * 37) % 700)}`);
    client.run(`XGROUP CREATE old${i} g 0`);
    client.run(`XREADGROUP GROUP g c STREAMS old${i} >`);
    client.run('FLUSHALL ASYNC');
  }
}

test('flushed streams that are freed for what a group needs leave that group alone', () => {
  const client = new CommandNode({ memoryBytes: 16 * 1024 * 1024 });
  const { store } = client;
  const { arena } = store;
  const before = arena.liveBytes;
  flushStreams(client, 200);
  client.run('XADD s 1 f v');
  client.run('XGROUP CREATE s g 0');
  const ids: string[] = [];
  for (let i = 1; store.pendingFreeCount > 10; i++) {
    // Whatever needs memory takes it from one flush after the other.
    arena.setLimit(arena.liveBytes);
    client.run(`XCLAIM s g c${i % 3} 0 ${i} FORCE JUSTID`);
    arena.setLimit(arena.capacityBytes);
    client.run(`XADD s ${i + 1} f v`);
    ids.push(`${i}-0`);
  }
  assert.ok(ids.length > 100, `${ids.length}`);
  assert.deepEqual(idsIn(client.bytes('XPENDING', 's', 'g', '-', '+', '9999')), ids);
  client.run('FLUSHALL SYNC');
  while (store.freeSlice(64));
  assert.equal(arena.liveBytes, before);
});

test('flushed streams that are freed for what a join needs leave the stream that it joins alone', () => {
  const writer = new TestNode('n1');
  writer.setTime(buildMs + 60_000);
  for (let i = 1; i <= 200; i++) add(writer, i, 1);
  const node = new TestNode('n2', { memoryBytes: 16 * 1024 * 1024 });
  const { store } = node;
  const { arena } = store;
  const client = new CommandNode({ store });
  flushStreams(client, 500);
  for (const batch of writer.history) {
    arena.setLimit(arena.liveBytes + store.ground.reserveBytes);
    node.join(batch, writer);
  }
  assert.ok(store.pendingFreeCount > 0 && store.pendingFreeCount < 500, `${store.pendingFreeCount}`);
  assert.deepEqual(node.visible(), writer.visible());
});
