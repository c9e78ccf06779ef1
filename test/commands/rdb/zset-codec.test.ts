import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

test('sorted sets go to redis-server and come back', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    const scores = ['-inf', '-1.5', '0', '1099511627776', '+inf', '3', '0.25', '12345678901234'];
    for (const count of [1, 8, 60, 900]) {
      const pairs = Array.from({ length: count }, (_, i) => [
        i < scores.length ? scores[i]! : String((i * 7919) % 1000),
        `member ${i}`,
      ]).flat();
      const key = `z${count}`;
      node.call('ZADD', key, ...pairs);
      const [restored, theirs, range] = await redis.run([
        ['RESTORE', key, '0', bytesOf(node.bytes('DUMP', key))],
        ['DUMP', key],
        ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      assert.equal(node.bytes('ZRANGE', key, 0, -1, 'WITHSCORES').toString(), range!.toString());
      assert.equal(node.call('RESTORE', 'back', 0, bytesOf(theirs!), 'REPLACE'), 'OK');
      assert.equal(node.bytes('ZRANGE', 'back', 0, -1, 'WITHSCORES').toString(), range!.toString());
    }
  } finally {
    await redis.stop();
  }
});
