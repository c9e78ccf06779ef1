import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

function pairs(count: number, valueBytes: number): string[] {
  return Array.from({ length: count }, (_, i) => [
    `field:${i}`,
    i % 3 === 0 ? String(i * 1000 - 7) : 'v'.repeat(valueBytes),
  ]).flat();
}

test('hashes, small and large, go to redis-server and come back', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    for (const [i, all] of [pairs(1, 3), pairs(20, 20), pairs(40, 100), pairs(700, 10)].entries()) {
      node.call('HSET', `h${i}`, ...all);
      const [restored, theirs, length] = await redis.run([
        ['RESTORE', `h${i}`, '0', bytesOf(node.bytes('DUMP', `h${i}`))],
        ['DUMP', `h${i}`],
        ['HLEN', `h${i}`],
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      assert.equal(length!.toString(), `:${all.length / 2}\r\n`);
      assert.equal(node.call('RESTORE', 'back', 5000, bytesOf(theirs!), 'REPLACE'), 'OK');
      assert.equal(node.run('HLEN back'), all.length / 2);
      assert.equal(node.run('PTTL back'), 5000);
      for (let k = 0; k < all.length; k += 2) assert.equal(node.call('HGET', 'back', all[k]!), all[k + 1]);
    }
  } finally {
    await redis.stop();
  }
});

test('a hash takes the place of a string only where it is told to', () => {
  const node = new CommandNode();
  node.run('HSET h f v');
  const payload = bytesOf(node.bytes('DUMP', 'h'));
  node.run('SET s x');
  assert.match(node.bytes('RESTORE', 's', 0, payload).toString(), /BUSYKEY/);
  assert.equal(node.call('RESTORE', 's', 0, payload, 'REPLACE'), 'OK');
  assert.equal(node.run('HGET s f'), 'v');
  assert.equal(node.run('TYPE s'), 'hash');
});
