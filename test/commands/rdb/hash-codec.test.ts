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

test('deadlines of fields go along, as Redis 7.4 writes them', () => {
  const node = new CommandNode();
  node.call('HSET', 'h', ...pairs(200, 10));
  node.run('HPEXPIRE h 5000 FIELDS 2 field:1 field:2');
  node.run('HPEXPIRE h 70000 FIELDS 1 field:3');
  const payload = bytesOf(node.bytes('DUMP', 'h'));
  assert.equal(payload[0], 24);
  assert.equal(payload.readUInt16LE(payload.length - 10), 12);
  assert.equal(node.call('RESTORE', 'back', 0, payload), 'OK');
  assert.equal(node.run('HLEN back'), 200);
  assert.deepEqual(node.run('HPTTL back FIELDS 4 field:0 field:1 field:2 field:3'), [-1, 5000, 5000, 70_000]);
  node.advance(6000);
  assert.equal(node.call('RESTORE', 'late', 0, payload), 'OK');
  assert.equal(node.run('HLEN late'), 198);
});

/** What Redis 7.4 dumps of a small hash: field a with value 7 and a deadline, field b without one. */
function listpackOfTriples(deadlineMs: number): Buffer {
  const text = (of: string): number[] => [0x80 | of.length, ...Buffer.from(of), of.length + 1];
  const big = Buffer.alloc(8);
  big.writeBigInt64LE(BigInt(deadlineMs));
  const parts = [...text('a'), 7, 1, 0xf4, ...big, 9, ...text('b'), ...text('xy'), 0, 1];
  const pack = Buffer.from([0, 0, 0, 0, 6, 0, ...parts, 0xff]);
  pack.writeUInt32LE(pack.length, 0);
  const earliest = Buffer.alloc(8);
  earliest.writeBigUInt64LE(BigInt(deadlineMs));
  return Buffer.from([25, ...earliest, pack.length, ...pack, 12, 0, ...Buffer.alloc(8)]);
}

test('a listpack with deadlines is read, and one with impossible ones refused', () => {
  const node = new CommandNode();
  assert.equal(node.call('RESTORE', 'h', 0, listpackOfTriples(node.nowMs + 100)), 'OK');
  assert.deepEqual(node.run('HMGET h a b'), ['7', 'xy']);
  assert.deepEqual(node.run('HPTTL h FIELDS 2 a b'), [100, -1]);
  assert.match(node.bytes('RESTORE', 'x', 0, listpackOfTriples(2 ** 50)).toString(), /Bad data format/);
});
