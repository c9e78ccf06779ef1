import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readIntset } from '../../../src/commands/rdb/intset.ts';
import { MalformedRdb } from '../../../src/commands/rdb/rdb-reader.ts';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

test('sets of integers and of text go to redis-server and come back', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    const count = (n: number, make: (i: number) => string): string[] =>
      Array.from({ length: n }, (_, i) => make(i));
    const sets = [
      count(1, () => '-5'),
      count(300, (i) => String(i * 3 - 400)),
      count(20, (i) => String(i * 100_000_000_000)),
      count(10, (i) => `member ${i}`),
      count(900, (i) => `member ${i}`),
    ];
    for (const [i, members] of sets.entries()) {
      node.call('SADD', `s${i}`, ...members);
      const [restored, theirs] = await redis.run([
        ['RESTORE', `s${i}`, '0', bytesOf(node.bytes('DUMP', `s${i}`))],
        ['DUMP', `s${i}`],
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      assert.equal(node.call('RESTORE', 'back', 0, bytesOf(theirs!), 'REPLACE'), 'OK');
      assert.equal(node.run('SCARD back'), members.length);
      for (const member of members) assert.equal(node.call('SISMEMBER', 'back', member), 1);
    }
  } finally {
    await redis.stop();
  }
});

test('an intset that does not hold together is refused', () => {
  const bad = ['', '0200000001000000', '03000000010000000100', '02000000010000000100ff'];
  for (const hex of bad) assert.throws(() => [...readIntset(Buffer.from(hex, 'hex'))], MalformedRdb, hex);
});
