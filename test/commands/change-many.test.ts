import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import type { Argument, CommandNode } from './harness.ts';
import { errorOf, parsed, replayed, sliced, smallNode, whole } from './in-slices.ts';
import type { Reply } from './parse-reply.ts';

const count = 600;
const numbers = Array.from({ length: count }, (_, n) => n);
const pairs = numbers.flatMap((n) => [`k${n % 570}`, `new${n}`]);
const names = numbers.map((n) => `k${n % 570}`);

/** Each third key is there, one of them a set, one with a deadline that has passed. */
function filled(): CommandNode {
  const node = smallNode(16 * 1024 * 1024);
  for (let n = 0; n < count; n += 3) node.run(`SET k${n} v${n}`);
  node.run('DEL k30');
  node.call('SADD', 'k30', ...numbers);
  node.run('PEXPIRE k33 10');
  node.run('INCR k36count');
  node.advance(20);
  return node;
}

/** Runs a command in slices, and `between` once while its keys are at work. */
function slicedAtWork(node: CommandNode, words: readonly Argument[], between: () => void): Reply {
  assert.equal(node.bytes(...words).length, 0, `${words[0]} replies later`);
  let late = '';
  let wasAtWork = false;
  for (let turns = 0; late === '' && turns < 10_000; turns++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
    if (wasAtWork || !node.store.atWork.isAny) continue;
    wasAtWork = true;
    between();
  }
  assert.ok(wasAtWork);
  return parsed(late);
}

/** All that a node shows of the keys. */
function all(node: CommandNode): unknown {
  const lines = numbers.map((n) => node.run(`TYPE k${n}`));
  return [lines, node.run('SCARD k30'), whole(node, ['MGET', ...numbers.map((n) => `k${n}`)])];
}

const absent = numbers.flatMap((n) => [`m${n}`, `v${n}`]);
interface Case {
  readonly words: Argument[];
  readonly changes: boolean;
}

const cases = {
  DEL: { words: ['DEL', ...names], changes: true },
  UNLINK: { words: ['UNLINK', 'none', ...names], changes: true },
  'DEL of none': { words: ['DEL', ...absent], changes: false },
  MSET: { words: ['MSET', ...pairs], changes: true },
  MSETNX: { words: ['MSETNX', ...absent], changes: true },
  'MSETNX of one that is there': { words: ['MSETNX', ...absent, 'k3', 'v'], changes: false },
} satisfies Record<string, Case>;

for (const [name, { words, changes }] of Object.entries<Case>(cases)) {
  test(`${name} of very many changes them in slices, as it does at once`, async () => {
    const [node, other] = [filled(), filled()];
    const { rig } = node;
    const expected = whole(other, words);
    const seen: string[] = [];
    const reply = slicedAtWork(node, words, () => {
      seen.push(
        rig.connect().send('EXISTS', String(words[1])),
        rig.connect().send('GET', String(words[599])),
      );
      seen.push(rig.connect().send('KEYS', 'x*'), rig.connect().send('PING'));
      seen.push(rig.connect().send('SET', 'other', 'v'));
    });
    assert.deepEqual(reply, expected);
    assert.deepEqual(seen, ['', '', '', '+PONG\r\n', '+OK\r\n'], 'who names the keys waits');
    assert.deepEqual(all(node), all(other));
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, changes ? 1 : 0);
    assert.deepEqual(all(copy.node), all(node));
    assert.equal(copy.node.run('DBSIZE'), node.run('DBSIZE'));
  });

  test(`${name} of very many that somebody cannot wait for is done at once from there on`, async () => {
    const [node, other] = [filled(), filled()];
    const { atWork } = node.store;
    const reply = slicedAtWork(node, words, () => atWork.hurry());
    assert.deepEqual(reply, whole(other, words));
    assert.deepEqual(all(node), all(other));
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, 0);
    assert.deepEqual(all(copy.node), all(node));
  });
}

test('who watches one that changes finds it changed, and one that does not as it was', () => {
  for (const [words, key, isChanged] of [
    [cases.DEL.words, 'k3', true],
    [cases.DEL.words, 'k0', true],
    [cases.DEL.words, 'k1', false],
    [['DEL', 'none', ...names], 'none', false],
    [cases.MSET.words, 'k569', true],
  ] as const) {
    const node = filled();
    const other = node.rig.connect();
    other.send('WATCH', key);
    sliced(node, words);
    other.send('MULTI');
    other.send('GET', key);
    assert.equal(other.send('EXEC').startsWith('*-1'), isChanged, `${words[0]} ${key}`);
  }
});

test('who listens is told of each key, once', () => {
  const node = filled();
  const { rig } = node;
  const [ears, cache] = [rig.connect(), rig.connect()];
  node.run('CONFIG SET notify-keyspace-events Eg$n');
  ears.send('PSUBSCRIBE', '__keyevent@0__:*');
  cache.send('HELLO', '3');
  cache.send('CLIENT', 'TRACKING', 'ON');
  cache.send('MGET', 'k2', 'k3');
  ears.pushed();
  sliced(node, ['MSET', ...pairs]);
  rig.timers.endTurn();
  const told = ears.pushed();
  assert.equal(told.match(/:set\r/g)?.length, count);
  assert.equal(told.match(/:new\r/g)?.length, 570 - 190 + 1);
  assert.equal(cache.pushed().match(/invalidate/g)?.length, 2);
  assert.equal(sliced(node, ['DEL', ...names]), 570);
  rig.timers.endTurn();
  assert.equal(ears.pushed().match(/:del\r/g)?.length, 570);
});

test('a client that waits for a key is served when all are there', () => {
  const node = filled();
  const waiter = node.rig.connect();
  node.run('RPUSH k1 x');
  const reader = node.rig.connect();
  assert.equal(waiter.send('BLMOVE', 'list', 'k1', 'LEFT', 'LEFT', '0'), '');
  slicedAtWork(node, ['DEL', ...names], () => {
    assert.equal(reader.send('RPUSH', 'list', 'y'), ':1\r\n');
    assert.equal(waiter.lateNow(), '');
  });
  node.rig.timers.endTurn();
  assert.match(waiter.lateNow(), /y/);
  assert.equal(node.run('LLEN k1'), 1);
});

/** All keys are there, of a text that takes no more room. */
function full(memoryBytes: number): CommandNode {
  const node = smallNode(memoryBytes);
  for (const n of numbers) node.run(`SET k${n} old${n}`);
  return node;
}

test('where room is short, or a value very long, all is put at once, or nothing', () => {
  const node = full(1024 * 1024);
  assert.equal(node.bytes('MSET', ...pairs).toString(), '+OK\r\n');
  const value = 'v'.repeat(3000);
  assert.match(errorOf(node.call('MSET', ...numbers.flatMap((n) => [`m${n}`, value]))), /OOM/);
  assert.equal(node.run('DBSIZE'), count);
  const ample = smallNode(32 * 1024 * 1024);
  assert.equal(ample.bytes('MSET', ...pairs, 'large', randomBytes(100_000)).toString(), '+OK\r\n');
});

test('room that others take before its turn comes is looked for as if it came then', () => {
  const node = full(4 * 1024 * 1024);
  const client = node.rig.connect();
  assert.equal(node.bytes('MSET', ...pairs).length, 0);
  assert.equal(client.send('SET', 'huge', randomBytes(2_900_000)), '+OK\r\n');
  let late = '';
  for (let turn = 0; late === '' && turn < 100; turn++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  assert.equal(late, '+OK\r\n');
  assert.equal(node.run('GET k1'), 'new571');
});
