import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('orders numbers, texts, both ways, and parts of them', () => {
  const node = new CommandNode();
  node.run('RPUSH l 3 1 20 -4.5');
  assert.deepEqual(node.run('SORT l'), ['-4.5', '1', '3', '20']);
  assert.deepEqual(node.run('SORT l DESC'), ['20', '3', '1', '-4.5']);
  assert.deepEqual(node.run('SORT l ALPHA'), ['-4.5', '1', '20', '3']);
  assert.deepEqual(node.run('SORT l LIMIT 1 2'), ['1', '3']);
  assert.deepEqual(node.run('SORT l LIMIT 10 2'), []);
  assert.deepEqual(node.run('SORT_RO l'), ['-4.5', '1', '3', '20']);
  node.run('SADD s b a c');
  assert.deepEqual(node.run('SORT s ALPHA'), ['a', 'b', 'c']);
  node.run('ZADD z 1 c 2 a 3 b');
  assert.deepEqual(node.run('SORT z BY nosort'), ['c', 'a', 'b']);
  assert.deepEqual(node.run('SORT z BY nosort DESC'), ['b', 'a', 'c']);
  assert.deepEqual(node.run('SORT none'), []);
});

test('orders by other keys and gets others', () => {
  const node = new CommandNode();
  node.run('RPUSH l a b c');
  node.run('MSET w_a 3 w_b 1 w_c 2');
  node.run('HSET h_a f x');
  assert.deepEqual(node.run('SORT l BY w_*'), ['b', 'c', 'a']);
  assert.deepEqual(node.run('SORT l BY w_* GET # GET w_* GET h_*->f GET none'), [
    ...['b', '1', null, null],
    ...['c', '2', null, null],
    ...['a', '3', 'x', null],
  ]);
});

test('stores the result as a new list, or nothing', () => {
  const node = new CommandNode();
  node.run('RPUSH l 3 1 2');
  node.run('SET d v');
  assert.equal(node.run('SORT l STORE d'), 3);
  assert.deepEqual(node.run('LRANGE d 0 -1'), ['1', '2', '3']);
  assert.equal(node.run('SORT none STORE d'), 0);
  assert.equal(node.run('EXISTS d'), 0);
});

test('tells of what is no number, other types and bad options', () => {
  const node = new CommandNode();
  node.run('RPUSH l a b');
  node.run('SET s v');
  assert.equal(node.run('SORT l'), "-ERR One or more scores can't be converted into double");
  assert.match(String(node.run('SORT s')), /WRONGTYPE/);
  node.run('XADD x 1-1 f v');
  node.run('HSET h f v');
  assert.match(String(node.run('SORT x')), /WRONGTYPE/);
  assert.match(String(node.run('SORT h')), /WRONGTYPE/);
  assert.equal(node.run('SORT l BY'), '-ERR syntax error');
  assert.equal(node.run('SORT l LIMIT 1'), '-ERR syntax error');
  assert.equal(node.run('SORT_RO l STORE d'), '-ERR syntax error');
  assert.equal(node.run('SORT l LIMIT x 1'), '-ERR value is not an integer or out of range');
});

test('who may not read every key may not use patterns', () => {
  const node = new CommandNode();
  node.run('RPUSH l 2 1');
  node.run('SET w_1 x');
  node.run('ACL SETUSER bob on nopass ~l +@all');
  node.run('AUTH bob any');
  assert.deepEqual(node.run('SORT l'), ['1', '2']);
  assert.deepEqual(node.run('SORT l BY nosort'), ['2', '1']);
  assert.match(
    String(node.run('SORT l BY w_*')),
    /BY option of SORT denied due to insufficient ACL permissions/,
  );
  assert.match(
    String(node.run('SORT l GET w_*')),
    /GET option of SORT denied due to insufficient ACL permissions/,
  );
});
