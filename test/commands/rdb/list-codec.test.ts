import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

test('lists go to redis-server and come back', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode({ memoryBytes: 1024 * 1024 });
    for (const count of [1, 10, 3000]) {
      const elements = Array.from({ length: count }, (_, i) =>
        i % 3 === 0 ? String(i * 7 - 50) : i % 500 === 1 ? 'long'.repeat(3000) : `element ${i}`,
      );
      const key = `l${count}`;
      node.call('RPUSH', key, ...elements);
      const [restored, theirs, range] = await redis.run([
        ['RESTORE', key, '0', bytesOf(node.bytes('DUMP', key))],
        ['DUMP', key],
        ['LRANGE', key, '0', '-1'],
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      assert.ok(node.bytes('LRANGE', key, 0, -1).equals(range!));
      assert.equal(node.call('RESTORE', 'back', 7000, bytesOf(theirs!), 'REPLACE'), 'OK');
      assert.ok(node.bytes('LRANGE', 'back', 0, -1).equals(range!));
      assert.equal(node.run('PTTL back'), 7000);
    }
  } finally {
    await redis.stop();
  }
});
