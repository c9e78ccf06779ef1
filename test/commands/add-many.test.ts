import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Argument, CommandNode } from './harness.ts';
import { errorOf, replayed, shown, sliced, smallNode, whole } from './in-slices.ts';

const count = 2000;
const numbers = Array.from({ length: count }, (_, i) => i);

interface Case {
  /** What the key holds before. */
  readonly first?: Argument[];
  readonly words: Argument[];
}

const members = numbers.flatMap((n) => [n % 700, `e${n % 1900}`]);
const cases: Record<string, Case> = {
  SADD: { first: ['SADD', 'k', 'e5', 'x'], words: ['SADD', 'k', ...numbers.map((n) => `e${n % 1900}`)] },
  HSET: { first: ['HSET', 'k', 'e5', 'x'], words: ['HSET', 'k', ...numbers.flatMap((n) => [`e${n}`, n])] },
  HMSET: { words: ['HMSET', 'k', ...numbers.flatMap((n) => [`e${n % 1900}`, n])] },
  RPUSH: { first: ['RPUSH', 'k', 'x'], words: ['RPUSH', 'k', ...numbers] },
  LPUSH: { words: ['LPUSH', 'k', ...numbers] },
  RPUSHX: { first: ['RPUSH', 'k', 'x'], words: ['RPUSHX', 'k', ...numbers] },
  LPUSHX: { words: ['LPUSHX', 'k', ...numbers] },
  ZADD: { first: ['ZADD', 'k', 5, 'e5'], words: ['ZADD', 'k', ...members] },
  'ZADD NX CH': { first: ['ZADD', 'k', 5, 'e5'], words: ['ZADD', 'k', 'NX', 'CH', ...members] },
  GEOADD: { words: ['GEOADD', 'k', ...numbers.flatMap((n) => [n % 80, n % 70, `e${n}`])] },
};

function filled({ first }: Case): CommandNode {
  const node = smallNode(32 * 1024 * 1024);
  if (first !== undefined) node.call(...first);
  return node;
}

for (const [name, of] of Object.entries(cases)) {
  test(`${name} of very many adds them in slices, as it does at once`, async () => {
    const [node, other] = [filled(of), filled(of)];
    const { rig } = node;
    const expected = whole(other, of.words);
    const seen: string[] = [];
    if (name === 'LPUSHX') assert.equal(node.call(...of.words), 0);
    else {
      const reply = sliced(node, of.words, () => {
        seen.push(rig.connect().send('EXISTS', 'k'), rig.connect().send('PING'));
        seen.push(rig.connect().send('SET', 'other', 'v'));
      });
      assert.deepEqual(reply, expected);
      assert.deepEqual(seen, ['', '+PONG\r\n', '+OK\r\n'], 'who names the key waits');
    }
    assert.deepEqual(shown(node, 'k'), shown(other, 'k'));
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, name === 'LPUSHX' ? 0 : 1);
    assert.deepEqual(shown(copy.node, 'k'), shown(node, 'k'));
  });
}

test('what cannot be read, or another type, is refused before anything is added', () => {
  const node = smallNode(32 * 1024 * 1024);
  assert.match(errorOf(sliced(node, ['ZADD', 'k', ...members, 'x', 'y'])), /not a valid float/);
  assert.equal(node.run('EXISTS k'), 0);
  node.run('SET k v');
  assert.match(node.bytes('SADD', 'k', ...numbers).toString(), /WRONGTYPE/);
  assert.match(errorOf(sliced(node, ['ZADD', 'k', ...members])), /WRONGTYPE/);
  assert.equal(node.run('GET k'), 'v');
});

test('where room is short all is done at once, or nothing', () => {
  const node = smallNode(1024 * 1024);
  assert.equal(node.call('SADD', 'k', ...numbers), count);
  const value = 'v'.repeat(2000);
  assert.match(errorOf(node.call('RPUSH', 'l', ...numbers.map(() => value))), /OOM/);
  assert.equal(node.run('EXISTS l'), 0);
});

test('room that others take before its turn comes is looked for as if it came then', () => {
  const node = smallNode(4 * 1024 * 1024);
  const client = node.rig.connect();
  assert.equal(node.bytes('RPUSH', 'k', ...numbers).length, 0);
  assert.equal(client.send('SET', 'large', 'x'.repeat(3_000_000)), '+OK\r\n');
  for (let turn = 0; turn < 5; turn++) node.rig.timers.endTurn();
  assert.equal(node.client.lateNow(), `:${count}\r\n`);
  assert.equal(node.run('LLEN k'), count);
});

test('meanwhile others do not take the room that it needs', () => {
  const node = smallNode(4 * 1024 * 1024);
  const replies: string[] = [];
  const reply = sliced(node, ['RPUSH', 'k', ...numbers], () => {
    for (let n = 0; n < 100; n++) replies.push(node.rig.connect().send('SET', `s${n}`, 'x'.repeat(60_000)));
  });
  assert.equal(reply, count);
  assert.match(replies.at(-1)!, /OOM/);
  assert.match(replies[0]!, /OK/);
  assert.match(
    String(node.run(`SET last ${'x'.repeat(60_000)}`)),
    /OK/,
    'what was kept for it is free again',
  );
});

test('who waits for an element is served when all are there, and a new key is told of', () => {
  const node = smallNode(32 * 1024 * 1024);
  const { rig } = node;
  const [waiter, ears] = [rig.connect(), rig.connect()];
  node.run('CONFIG SET notify-keyspace-events KEAn');
  ears.send('SUBSCRIBE', '__keyspace@0__:k');
  assert.equal(waiter.send('BLPOP', 'k', '0'), '');
  sliced(node, ['RPUSH', 'k', ...numbers], () => {
    assert.equal(waiter.lateNow(), '');
    rig.connect().send('SET', 'other', 'v');
  });
  rig.timers.endTurn();
  assert.match(waiter.lateNow(), /\r\n0\r\n$/);
  assert.equal(node.run('LLEN k'), count - 1);
  assert.match(ears.pushed(), /new.*rpush.*lpop/s);
});

test('what must be there at once is: the rest is added, and goes into the log as it is', async () => {
  for (const name of ['RPUSH', 'ZADD'] as const) {
    const [node, other] = [filled(cases[name]!), filled(cases[name]!)];
    const { rig } = node;
    const expected = whole(other, cases[name]!.words);
    const reply = sliced(node, cases[name]!.words, () => {
      assert.equal(rig.store.atWork.isAny, true);
      rig.store.atWork.hurry();
      assert.equal(rig.connect().send('EXISTS', 'k'), ':1\r\n');
    });
    assert.deepEqual(reply, expected);
    assert.deepEqual(shown(node, 'k'), shown(other, 'k'));
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, 0);
    assert.deepEqual(shown(copy.node, 'k'), shown(node, 'k'));
  }
});
