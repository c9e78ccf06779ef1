import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../commands/harness.ts';

/** The reply of what is done in slices. */
function inSlices({ client, rig }: CommandNode, ...words: string[]): string {
  assert.equal(client.send(...words), '');
  for (let turns = 0; turns < 1000; turns++) {
    rig.timers.endTurn();
    const late = client.lateNow();
    if (late !== '') return late;
  }
  return '';
}

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
  assert.match(inSlices(node, 'ZUNIONSTORE', 'y', '1', 'z'), /^-OOM/);
  assert.equal(node.run('EXISTS y'), 0);
  assert.equal(inSlices(node, 'ZREMRANGEBYRANK', 'z', '0', '-101'), `:${count - 100}\r\n`);
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

test('whole increments are counted in place, and stay exact and in order where they are not', () => {
  for (const members of [20, 300]) {
    const node = new CommandNode();
    const scores = new Map<string, number>();
    for (let i = 0; i < members; i++) {
      node.call('ZADD', 'z', i, `m${i}`);
      scores.set(`m${i}`, i);
    }
    const steps = [1, -7, 0, 250, 0.5, 9_999_999_999_999, -3];
    for (let n = 0; n < members * 6; n++) {
      const member = `m${(n * 7) % members}`;
      const by = steps[n % steps.length]!;
      scores.set(member, scores.get(member)! + by);
      assert.equal(node.call('ZINCRBY', 'z', by, member), String(scores.get(member)));
    }
    const sorted = [...scores].sort(([a, x], [b, y]) => x - y || (a < b ? -1 : 1));
    const shown = node.run('ZRANGE z 0 -1 WITHSCORES') as string[];
    assert.deepEqual(
      shown,
      sorted.flatMap(([member, score]) => [member, String(score)]),
    );
  }
});
