import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

/** The bytes of a bulk reply. */
function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

test('gives nil for a key that is not there', () => {
  assert.equal(new CommandNode().run('DUMP missing'), null);
});

test('redis-server and this node read what the other has dumped', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    const values = [
      '',
      'hello',
      '0',
      '-1',
      '127',
      '128',
      '-32769',
      '2147483648',
      '9223372036854775807',
      '007',
    ];
    values.push('abc'.repeat(1000), 'x'.repeat(20_000), '\x00\xff\r\n', 'ab '.repeat(30));
    for (const [i, value] of values.entries()) {
      node.call('SET', 'ours', value);
      const key = `k${i}`;
      const [restored, got, , theirs] = await redis.run([
        ['RESTORE', key, '0', bytesOf(node.bytes('DUMP', 'ours'))],
        ['GET', key],
        ['SET', 'theirs', Buffer.from(value, 'latin1')],
        ['DUMP', 'theirs'],
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      assert.equal(bytesOf(got!).toString('latin1'), value);
      assert.equal(node.call('RESTORE', key, 0, bytesOf(theirs!)), 'OK');
      assert.equal(node.call('GET', key), value);
    }
    node.call('PFADD', 'h', 'a', 'b', 'c');
    const [, count] = await redis.run([
      ['RESTORE', 'h', '0', bytesOf(node.bytes('DUMP', 'h'))],
      ['PFCOUNT', 'h'],
    ]);
    assert.equal(count!.toString(), ':3\r\n');
  } finally {
    await redis.stop();
  }
});
