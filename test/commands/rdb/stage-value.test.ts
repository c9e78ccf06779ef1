import assert from 'node:assert/strict';
import { test } from 'node:test';
import { crc64 } from '../../../src/commands/rdb/crc64.ts';
import type { Argument, CommandNode } from '../harness.ts';
import { errorOf, replayed, sliced, smallNode, whole } from '../in-slices.ts';

const count = 2000;
const numbers = Array.from({ length: count }, (_, i) => i);
/** A command that puts an element for each of the numbers. */
function puts(name: string, element: (n: number) => Argument[]): Argument[] {
  return [name, 'k', ...numbers.flatMap(element)];
}

const fields = puts('HSET', (n) => [`field:${n}`, `value:${n}`]);
const fills: Readonly<Record<string, readonly Argument[][]>> = {
  set: [puts('SADD', (n) => [`member:${n}`])],
  zset: [puts('ZADD', (n) => [(n * 7919) % count, `member:${n}`])],
  hash: [fields],
  deadlines: [
    fields,
    ['HPEXPIRE', 'k', 50_000, 'FIELDS', 900, ...numbers.slice(0, 900).map((n) => `field:${n}`)],
    ['HPEXPIRE', 'k', 90_000, 'FIELDS', 500, ...numbers.slice(1000, 1500).map((n) => `field:${n}`)],
  ],
  list: [puts('RPUSH', (n) => [`element:${n}`])],
  stream: [
    ...numbers.map((n) => ['XADD', 'k', `${n + 1}-1`, n % 50 === 0 ? 'g' : 'f', `value:${n}`]),
    ['XGROUP', 'CREATE', 'k', 'g', 0],
    ['XGROUP', 'CREATE', 'k', 'idle', 7],
    ['XREADGROUP', 'GROUP', 'g', 'one', 'COUNT', 300, 'STREAMS', 'k', '>'],
    ['XREADGROUP', 'GROUP', 'g', 'two', 'COUNT', 500, 'STREAMS', 'k', '>'],
    ['XREADGROUP', 'GROUP', 'g', 'one', 'COUNT', 250, 'STREAMS', 'k', '>'],
    ['XDEL', 'k', `${count}-1`],
  ],
  string: [['SET', 'k', 'text '.repeat(6000)]],
};
const questions: Readonly<Record<string, readonly Argument[][]>> = {
  set: [['SORT', 'k', 'ALPHA']],
  zset: [['ZRANGE', 'k', 0, -1, 'WITHSCORES']],
  hash: [
    ['SCARD', 'none'],
    ['HGETALL', 'k'],
  ],
  deadlines: [
    ['HGETALL', 'k'],
    ['HPEXPIRETIME', 'k', 'FIELDS', 20, ...numbers.slice(890, 910).map((n) => `field:${n}`)],
  ],
  list: [['LRANGE', 'k', 0, -1]],
  stream: [
    ['XRANGE', 'k', '-', '+'],
    ['XINFO', 'STREAM', 'k', 'FULL', 'COUNT', 0],
    ['XPENDING', 'k', 'g'],
  ],
  string: [['GET', 'k']],
};

const payloads = new Map<string, Buffer>();

function payloadOf(type: string): Buffer {
  const known = payloads.get(type);
  if (known !== undefined) return known;
  const node = smallNode();
  for (const words of fills[type]!) node.call(...words);
  node.run('MULTI');
  node.call('DUMP', 'k');
  const reply = node.bytes('EXEC');
  const start = reply.indexOf('\n', reply.indexOf('$')) + 1;
  const payload = Buffer.from(reply.subarray(start, -2));
  payloads.set(type, payload);
  return payload;
}

/** With the checksum that is right for it. */
function signed(payload: Buffer): Buffer {
  payload.writeBigUInt64LE(crc64(payload, 0, payload.length - 8), payload.length - 8);
  return payload;
}

/** All that a node says of the key, elements of unordered types in one order. */
function answers(node: CommandNode, type: string): string[] {
  return questions[type]!.map((words) => {
    const text = JSON.stringify(whole(node, words));
    return type === 'hash' || type === 'deadlines' ? [...text.split('"')].toSorted().join() : text;
  });
}

for (const type of Object.keys(fills)) {
  test(`RESTORE of a large ${type} in slices makes what it makes as a whole, which is in the log at once`, async () => {
    const payload = payloadOf(type);
    const other = smallNode();
    assert.equal(whole(other, ['RESTORE', 'k', 0, payload]), 'OK');
    const node = smallNode();
    const { rig } = node;
    node.run('SET else where');
    rig.journal.commit(() => {});
    const from = rig.journal.seq;
    const unseen = (): void => {
      assert.equal(rig.connect().send('EXISTS', 'k'), ':0\r\n');
      rig.connect().send('SET', 'else', 'new');
    };
    assert.equal(sliced(node, ['RESTORE', 'k', 70_000, payload], unseen), 'OK');
    assert.equal(node.run('PTTL k'), 70_000);
    node.run('PERSIST k');
    const expected = answers(other, type);
    assert.deepEqual(answers(node, type), expected);
    const copy = await replayed(node, from);
    assert.equal(copy.runs, type === 'string' ? 0 : 1);
    if (type !== 'stream') assert.deepEqual(answers(copy.node, type), expected);
    assert.equal(node.store.nests.count, other.store.nests.count);
  });

  test(`a damaged payload of a large ${type} is refused and has no effect`, () => {
    const node = smallNode();
    node.run('SET k old');
    node.rig.journal.commit(() => {});
    const from = node.rig.journal.seq;
    const payload = Buffer.from(payloadOf(type));
    payload[payload.length >> 1]! ^= 1;
    assert.match(errorOf(sliced(node, ['RESTORE', 'k', 0, payload, 'REPLACE'])), /checksum are wrong/);
    const footer = payload.subarray(-10);
    for (const kept of [payload.length - 11, payload.length >> 1, 7000]) {
      const short = signed(Buffer.concat([payload.subarray(0, kept), footer]));
      assert.match(errorOf(sliced(node, ['RESTORE', 'k', 0, short, 'REPLACE'])), /Bad data format/);
    }
    const long = signed(Buffer.concat([payload.subarray(0, -10), Buffer.alloc(1), footer]));
    assert.match(errorOf(sliced(node, ['RESTORE', 'k', 0, long, 'REPLACE'])), /Bad data format/);
    assert.equal(node.run('GET k'), 'old');
    assert.equal(node.rig.journal.seq, from);
    while (node.store.freeSlice(1000));
    assert.equal(node.store.nests.count, 0);
  });
}

test('an element that comes twice is refused', () => {
  for (const type of ['set', 'zset', 'hash', 'deadlines']) {
    const payload = Buffer.from(payloadOf(type));
    const name = type === 'set' || type === 'zset' ? 'member:1' : 'field:1';
    const [from, to] = [payload.indexOf(`${name}111`), payload.indexOf(`${name}222`)];
    payload.copy(payload, to, from, from + name.length + 3);
    const node = smallNode();
    assert.match(errorOf(sliced(node, ['RESTORE', 'k', 0, signed(payload)])), /Bad data format/, type);
    assert.equal(node.run('EXISTS k'), 0);
  }
});

test('a key that comes meanwhile is in the way, or is replaced', () => {
  const payload = payloadOf('list');
  const node = smallNode();
  const add = (): void => void node.rig.connect().send('SADD', 'k', 'other');
  assert.match(errorOf(sliced(node, ['RESTORE', 'k', 0, payload], add)), /BUSYKEY/);
  assert.equal(node.run('SCARD k'), 1);
  assert.equal(sliced(node, ['RESTORE', 'k', 0, payload, 'REPLACE', 'IDLETIME', 500], add), 'OK');
  assert.equal(node.run('OBJECT IDLETIME k'), 500);
  assert.equal(node.run('LLEN k'), count);
});

test('a deadline that has passed leaves nothing', () => {
  for (const type of ['set', 'stream']) {
    const node = smallNode();
    node.run('SET k old');
    const words = ['RESTORE', 'k', node.nowMs - 1, payloadOf(type), 'ABSTTL', 'REPLACE'];
    assert.equal(sliced(node, words), 'OK');
    assert.equal(node.run('EXISTS k'), 0);
    while (node.store.freeSlice(1000));
    assert.equal(node.store.nests.count, 0);
  }
});

test('fields whose deadlines have passed are left out', () => {
  const node = smallNode();
  node.advance(60_000);
  assert.equal(sliced(node, ['RESTORE', 'k', 0, payloadOf('deadlines')]), 'OK');
  assert.equal(node.run('HLEN k'), count - 900);
  node.advance(60_000);
  assert.equal(sliced(node, ['RESTORE', 'k', 0, payloadOf('deadlines'), 'REPLACE']), 'OK');
  assert.equal(node.run('HLEN k'), count - 1400);
});

test('what a node that has peers puts over a key that was there is the same', () => {
  for (const type of ['set', 'list', 'stream']) {
    const node = smallNode();
    node.store.keepDead();
    node.run('SADD k old');
    assert.equal(sliced(node, ['RESTORE', 'k', 0, payloadOf(type), 'REPLACE']), 'OK');
    const other = smallNode();
    assert.equal(whole(other, ['RESTORE', 'k', 0, payloadOf(type)]), 'OK');
    assert.deepEqual(answers(node, type), answers(other, type));
  }
});

test('what finds no room changes nothing and leaves nothing', () => {
  for (const type of Object.keys(fills)) {
    const node = smallNode();
    const { store } = node;
    node.run(`CONFIG SET maxmemory ${store.arena.liveBytes + 16 * 1024}`);
    const words = ['RESTORE', 'k', 0, payloadOf(type)];
    if (type === 'string') continue;
    assert.match(errorOf(sliced(node, words)), /OOM/, type);
    assert.equal(node.run('EXISTS k'), 0);
    while (store.freeSlice(100));
    assert.equal(store.nests.count, 0);
  }
});
