import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('sets fields, counts the new ones, and keeps the order', () => {
  const node = new CommandNode();
  assert.equal(node.run('HSET h a 1 b 2'), 2);
  assert.equal(node.run('HSET h b 3 c 4 c 5'), 1);
  assert.deepEqual(node.run('HGETALL h'), ['a', '1', 'b', '3', 'c', '5']);
  assert.equal(node.run('TYPE h'), 'hash');
  assert.equal(node.run('HSET h a'), "-ERR wrong number of arguments for 'hset' command");
  assert.equal(node.run('HSET h a 1 b'), "-ERR wrong number of arguments for 'hset' command");
});

test('other types are refused, and SET replaces a hash', () => {
  const node = new CommandNode();
  node.run('SET s 1');
  const wrong = '-WRONGTYPE Operation against a key holding the wrong kind of value';
  assert.equal(node.run('HSET s a 1'), wrong);
  node.run('HSET h a 1');
  assert.equal(node.run('GET h'), wrong);
  assert.equal(node.run('INCR h'), wrong);
  assert.equal(node.run('SET h x'), 'OK');
  assert.equal(node.run('GET h'), 'x');
});

test('grows from one run of bytes into a table and back to nothing', () => {
  const node = new CommandNode();
  for (let i = 0; i < 1000; i++) assert.equal(node.call('HSET', 'h', `f${i}`, `v${i}`), 1);
  assert.equal(node.run('HLEN h'), 1000);
  for (let i = 0; i < 1000; i++) assert.equal(node.call('HGET', 'h', `f${i}`), `v${i}`);
  assert.equal(node.run('OBJECT ENCODING h'), 'hashtable');
  for (let i = 0; i < 1000; i++) assert.equal(node.call('HDEL', 'h', `f${i}`), 1);
  assert.equal(node.run('EXISTS h'), 0);
  assert.equal(node.run('DBSIZE'), 0);
});
