import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import type { Reply } from '../parse-reply.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

function bytesOf(reply: Buffer): Buffer {
  return reply.subarray(reply.indexOf('\n') + 1, -2);
}

/** Streams of several kinds, with groups in which things are pending. */
const scripts: readonly (readonly string[])[] = [
  ['XADD s 1-1 f v'],
  ['XGROUP CREATE s g $ MKSTREAM'],
  [
    ...Array.from(
      { length: 350 },
      (_, i) => `XADD s ${i * 3 + 1}-${i % 4} ${i % 7 === 0 ? 'other' : 'f'} ${i * 77} g value:${i}`,
    ),
    'XDEL s 4-1 7-2',
    'XTRIM s MAXLEN 300',
    'XGROUP CREATE s g 0',
    'XGROUP CREATE s 12 $',
    'XREADGROUP GROUP g alice COUNT 20 STREAMS s >',
    'XREADGROUP GROUP g 7 COUNT 5 STREAMS s >',
    'XGROUP CREATECONSUMER s g idle',
    'XCLAIM s g bob 0 310-0 FORCE RETRYCOUNT 5',
    'XADD s 18446744073709551615-18446744073709551614 a -9223372036854775808 b 9223372036854775807',
  ],
];
const questions = ['XRANGE s - +', 'XPENDING s g', 'XINFO GROUPS s', 'XINFO STREAM s'];

test('streams go to redis-server and come back', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    for (const script of scripts) {
      const node = new CommandNode({ nowMs: Date.now() });
      for (const line of script) assert.doesNotMatch(node.bytes(...line.split(' ')).toString(), /^-/, line);
      const ask = (): string[] => questions.map((q) => node.bytes(...q.split(' ')).toString('latin1'));
      const before = ask();
      const [, restored, theirs, ...answers] = await redis.run([
        ['DEL', 's'],
        ['RESTORE', 's', '0', bytesOf(node.bytes('DUMP', 's'))],
        ['DUMP', 's'],
        ...questions.map((q) => q.split(' ')),
      ]);
      assert.equal(restored!.toString(), '+OK\r\n');
      const unlike = /radix-tree-\w+\r\n:\d+/g;
      const told = answers.map((a) => a.toString('latin1').replace(unlike, ''));
      assert.deepEqual(
        told,
        before.map((a) => a.replace(unlike, '')),
      );
      assert.equal(node.call('RESTORE', 's', 7000, bytesOf(theirs!), 'REPLACE'), 'OK');
      assert.deepEqual(ask(), before);
      assert.equal(node.run('PTTL s'), 7000);
    }
  } finally {
    await redis.stop();
  }
});

test('the forms of Redis 5 and of 7.2 are read', () => {
  const node = new CommandNode();
  node.run('XADD s 1-1 f v');
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a STREAMS s >');
  const whole = bytesOf(node.bytes('DUMP', 's'));
  // A checksum of zero was not computed.
  const footer = Buffer.from([10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  const body = whole.subarray(0, -10);
  const stream = body.indexOf(Buffer.from([1, 1, 1, 1, 1, 0, 0, 1]));
  assert.ok(stream > 0, 'entries, last id, first id, deleted id, entries added');
  // entries 1, last 1-1 | first 1-1, deleted 0-0, added 1 | groups 1: name g, last 1-1 | entries read 1 | ...
  const groups = body.subarray(stream + 8);
  const readAt = groups.indexOf(Buffer.from([1, 1, 1, 1]), 3) + 2;
  const old = Buffer.concat([
    Buffer.from([15]),
    body.subarray(1, stream + 3),
    groups.subarray(0, readAt),
    groups.subarray(readAt + 1),
    footer,
  ]);
  assert.equal(node.call('RESTORE', 'old', 0, old), 'OK');
  assert.deepEqual(node.run('XRANGE old - +'), [['1-1', ['f', 'v']]]);
  assert.deepEqual(node.run('XPENDING old g'), [1, '1-1', '1-1', [['a', '1']]]);

  const nameAt = body.lastIndexOf(Buffer.from([1, 97]));
  for (const activeMs of [-1n, 123n]) {
    const active = Buffer.alloc(8);
    active.writeBigInt64LE(activeMs);
    const later = Buffer.concat([
      Buffer.from([21]),
      body.subarray(1, nameAt + 10),
      active,
      body.subarray(nameAt + 10),
      footer,
    ]);
    assert.equal(node.call('RESTORE', 'later', 0, later, 'REPLACE'), 'OK');
    assert.deepEqual(node.run('XPENDING later g'), [1, '1-1', '1-1', [['a', '1']]]);
    const [consumer] = node.run('XINFO CONSUMERS later g') as [Reply[]];
    assert.equal(consumer[7], activeMs === -1n ? -1 : node.nowMs - 123, 'inactive');
  }
});

test('payloads of which a byte is another end in an error or in a stream, never in anything else', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 5; i++) node.run(`XADD s ${i} f ${i} g hello`);
  node.run('XGROUP CREATE s g 0');
  node.run('XREADGROUP GROUP g a STREAMS s >');
  const payload = bytesOf(node.bytes('DUMP', 's'));
  for (let i = 1; i < payload.length - 10; i++) {
    for (const flip of [1, 0x80, 0xff]) {
      const damaged = Buffer.from(payload);
      damaged[i] = damaged[i]! ^ flip;
      damaged.fill(0, damaged.length - 8);
      assert.match(
        node.bytes('RESTORE', 't', 0, damaged, 'REPLACE').toString(),
        /^(\+OK|-ERR Bad data format)/,
      );
      node.bytes('XRANGE', 't', '-', '+');
      node.bytes('XINFO', 'STREAM', 't', 'FULL');
    }
  }
});
