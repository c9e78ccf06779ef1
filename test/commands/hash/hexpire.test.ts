import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ElementType } from '../../../src/delta/kinds.ts';
import { CommandNode } from '../harness.ts';

test('gives fields a deadline, in four ways to say it', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2 c 3 d 4');
  assert.deepEqual(node.run('HEXPIRE h 10 FIELDS 2 a x'), [1, -2]);
  assert.deepEqual(node.run('HPEXPIRE h 500 FIELDS 1 b'), [1]);
  assert.deepEqual(node.run(`HEXPIREAT h ${Math.floor(node.nowMs / 1000) + 100} FIELDS 1 c`), [1]);
  assert.deepEqual(node.run(`HPEXPIREAT h ${node.nowMs + 7} FIELDS 1 d`), [1]);
  assert.deepEqual(node.run('HPTTL h FIELDS 5 a b d x c'), [10_000, 500, 7, -2, 100_000]);
  assert.deepEqual(node.run('HEXPIRE none 10 FIELDS 2 a b'), [-2, -2]);
});

test('a field past its deadline is hidden from all reads, and gone for writes', () => {
  const node = new CommandNode();
  for (const many of [0, 200]) {
    node.run('HSET h a 1 b 2 c 3');
    for (let i = 0; i < many; i++) node.run(`HSET h n${i} v`);
    node.run('HPEXPIRE h 10 FIELDS 2 a b');
    node.advance(10);
    assert.equal(node.run('HGET h a'), null);
    assert.equal(node.run('HEXISTS h b'), 0);
    assert.equal(node.run('HSTRLEN h b'), 0);
    assert.deepEqual(node.run('HMGET h a b c'), [null, null, '3']);
    assert.deepEqual(node.run('HTTL h FIELDS 3 a b c'), [-2, -2, -1]);
    const all = node.run('HGETALL h') as string[];
    assert.equal(all.length, 2 * (many + 1));
    assert.equal((node.run('HKEYS h') as string[]).length, many + 1);
    assert.equal((node.run('HVALS h') as string[]).length, many + 1);
    assert.equal((node.run('HRANDFIELD h 1000') as string[]).length, many + 1);
    assert.equal((node.run('HSCAN h 0 COUNT 1000') as [string, string[]])[1].length, 2 * (many + 1));
    // As in Redis, what is not purged yet counts.
    assert.equal(node.run('HLEN h'), many + 3);
    assert.equal(node.run('HDEL h a'), 1);
    assert.equal(node.run('HDEL h a'), 0);
    assert.equal(node.run('HSET h b 9'), 1);
    assert.deepEqual(node.run('HTTL h FIELDS 1 b'), [-1]);
    assert.equal(node.run('HLEN h'), many + 2);
    node.run('DEL h');
  }
});

test('the key goes with its last field', () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  node.run('HPEXPIRE h 10 FIELDS 1 a');
  node.advance(10);
  assert.equal(node.run('HRANDFIELD h'), null);
  assert.deepEqual(node.run('HGETALL h'), []);
  assert.equal(node.store.fieldExpiry.slice(1000), false);
  assert.equal(node.run('EXISTS h'), 0);
  node.run('HSET h a 1');
  assert.deepEqual(node.run('HPEXPIRE h 0 FIELDS 1 a'), [2]);
  assert.equal(node.run('EXISTS h'), 0);
});

test('conditions', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  node.run('HEXPIRE h 100 FIELDS 1 b');
  assert.deepEqual(node.run('HEXPIRE h 50 XX FIELDS 2 a b'), [0, 1]);
  assert.deepEqual(node.run('HEXPIRE h 50 GT FIELDS 2 a b'), [0, 0]);
  assert.deepEqual(node.run('HEXPIRE h 60 gt FIELDS 2 a b'), [0, 1]);
  assert.deepEqual(node.run('HEXPIRE h 50 LT FIELDS 2 a b'), [1, 1]);
  assert.deepEqual(node.run('HEXPIRE h 50 LT FIELDS 2 a b'), [0, 0]);
  assert.deepEqual(node.run('HEXPIRE h 90 NX FIELDS 2 a b'), [0, 0]);
  assert.deepEqual(node.run('HTTL h FIELDS 2 a b'), [50, 50]);
});

test('HSET takes a deadline away, HINCRBY and HINCRBYFLOAT keep it, COPY and RENAME carry it', () => {
  const node = new CommandNode();
  for (const many of [0, 200]) {
    node.run('HSET h a 1 b 2 c 3');
    for (let i = 0; i < many; i++) node.run(`HSET h n${i} v`);
    node.run('HEXPIRE h 100 FIELDS 3 a b c');
    node.run('HSET h a 5');
    assert.equal(node.run('HINCRBY h b 5'), 7);
    assert.equal(node.run('HINCRBYFLOAT h c 0.5'), '3.5');
    assert.deepEqual(node.run('HTTL h FIELDS 3 a b c'), [-1, 100, 100]);
    node.run('COPY h copied');
    node.run('RENAME h moved');
    assert.deepEqual(node.run('HTTL copied FIELDS 3 a b c'), [-1, 100, 100]);
    assert.deepEqual(node.run('HTTL moved FIELDS 3 a b c'), [-1, 100, 100]);
    assert.deepEqual(node.run('HMGET moved a b c'), ['5', '7', '3.5']);
    node.run('DEL moved copied');
  }
});

test('a count on a field that has expired begins anew', () => {
  const node = new CommandNode();
  for (const many of [0, 200]) {
    node.run('HSET h a 40');
    for (let i = 0; i < many; i++) node.run(`HSET h n${i} v`);
    node.run('HINCRBY h a 1');
    node.run('HPEXPIRE h 10 FIELDS 1 a');
    node.advance(11);
    assert.equal(node.run('HINCRBY h a 2'), 2);
    assert.deepEqual(node.run('HTTL h FIELDS 1 a'), [-1]);
    node.run('DEL h');
  }
});

test('what it refuses, in the words of Redis', () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  node.run('SET s x');
  const missing = '-ERR Mandatory argument FIELDS is missing or not at the right position';
  assert.equal(node.run('HEXPIRE h 10 FIELD 1 a'), missing);
  assert.equal(node.run('HEXPIRE h 10 NX 1 FIELDS 1 a'), missing);
  assert.equal(node.run('HEXPIRE h 10 FIELDS 0 a'), '-ERR Parameter `numFields` should be greater than 0');
  const mismatch = '-ERR The `numfields` parameter must match the number of arguments';
  assert.equal(node.run('HEXPIRE h 10 FIELDS 2 a'), mismatch);
  assert.equal(node.run('HEXPIRE h -1 FIELDS 1 a'), '-ERR invalid expire time, must be >= 0');
  assert.equal(node.run('HEXPIRE h x FIELDS 1 a'), '-ERR value is not an integer or out of range');
  const late = "-ERR invalid expire time in 'hexpire' command";
  assert.equal(node.run('HEXPIRE h 99999999999999 FIELDS 1 a'), late);
  assert.match(String(node.run('HEXPIRE s 10 FIELDS 1 a')), /^-WRONGTYPE/);
  assert.equal(node.run('HEXPIRE h 10 FIELDS 1'), "-ERR wrong number of arguments for 'hexpire' command");
});

test('OBJECT ENCODING says that there are deadlines', () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  assert.equal(node.run('OBJECT ENCODING h'), 'listpack');
  node.run('HEXPIRE h 10 FIELDS 1 a');
  assert.equal(node.run('OBJECT ENCODING h'), 'listpackex');
});

test('tells of deadlines, of fields that go, and of the key that goes with them', () => {
  const node = new CommandNode();
  node.run('CONFIG SET notify-keyspace-events Khg');
  const listener = node.rig.connect();
  listener.send('SUBSCRIBE', '__keyspace@0__:h');
  const events = (): string[] =>
    [...listener.pushed().matchAll(/\r\n(h\w+|del)\r\n/g)].map((match) => match[1]!);
  node.run('HSET h a 1 b 2');
  node.run('HEXPIRE h 10 FIELDS 2 a b');
  node.run('HPERSIST h FIELDS 1 a');
  node.run('HPEXPIRE h 0 FIELDS 1 a');
  assert.deepEqual(events(), ['hset', 'hexpire', 'hpersist', 'hdel']);
  node.advance(10_000);
  while (node.store.fieldExpiry.slice(100));
  node.advance(0);
  assert.deepEqual(events(), ['hexpired', 'del']);
});

test("the deadline of a field that was read is no other element's", () => {
  const node = new CommandNode();
  node.run('HSET h a 1');
  node.run('HEXPIRE h 100 FIELDS 1 a');
  node.run('ZADD z 1 m 2 n');
  node.run('SADD s m');
  for (const key of ['z', 's']) {
    node.run('COPY h copied REPLACE');
    node.run('HGETALL copied');
    assert.equal(node.run(`COPY ${key} ${key}2`), 1);
    node.advance(200_000);
    while (node.store.fieldExpiry.slice(1000));
    node.run('HSET h a 1');
    node.run('HEXPIRE h 100 FIELDS 1 a');
  }
  assert.deepEqual(node.run('ZRANGE z2 0 -1 WITHSCORES'), ['m', '1', 'n', '2']);
  assert.equal(node.run('SCARD s2'), 1);
  const { store } = node;
  const key = Buffer.from('z2');
  store.elements.open(store.keyspace(0), key, 0, key.length, ElementType.zset);
  assert.ok(store.elements.states().every(({ state }) => state.expiry.deadlineMs === 0));
});
