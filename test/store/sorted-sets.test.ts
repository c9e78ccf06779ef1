import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../commands/harness.ts';

test('at the limit of memory a member is refused, nothing has changed, and removals work', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  let count = 0;
  for (; ; count++) {
    const reply = node.call('ZADD', 'z', (count * 7919) % 10_007, `member:${count}`);
    if (reply !== 1) break;
  }
  assert.ok(count > 5000, `${count}`);
  assert.equal(node.run('ZCARD z'), count);
  assert.equal(node.run('ZCOUNT z -inf +inf'), count);
  assert.match(String(node.run('ZUNIONSTORE y 1 z')), /^-OOM/);
  assert.equal(node.run('EXISTS y'), 0);
  assert.equal(node.run('ZREMRANGEBYRANK z 0 -101'), count - 100);
  assert.equal(node.run('ZADD z 1 again'), 1);
  assert.equal(node.run('ZCARD z'), 101);
});

test('a flush frees the order of large sets, too', () => {
  const node = new CommandNode();
  for (let i = 0; i < 1000; i++) node.call('ZADD', 'z', i, `member:${i}`);
  assert.equal(node.run('FLUSHALL'), 'OK');
  while (node.store.freeSlice(16));
  assert.equal(node.store.arena.liveBytes, 0);
});

test('the last member of the only large set can be written anew in another form', () => {
  const node = new CommandNode();
  node.store.keepDead();
  for (let i = 0; i < 140; i++) node.call('ZADD', 'z', i, `member:${i}`);
  node.run('ZREMRANGEBYRANK z 0 -2');
  assert.equal(node.run('ZINCRBY z 5 member:139'), '144');
  assert.deepEqual(node.run('ZRANGE z 0 -1 WITHSCORES'), ['member:139', '144']);
  assert.equal(node.run('ZADD z 0.5 other'), 1);
  assert.deepEqual(node.run('ZRANGE z 0 -1'), ['other', 'member:139']);
});
