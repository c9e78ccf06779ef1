import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds members and gives them new scores', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b'), 2);
  assert.deepEqual(node.run('ZADD z 3 a'), 0);
  assert.deepEqual(node.run('ZADD z CH 4 a 2 b 1.5 c'), 2);
  assert.deepEqual(node.run('ZRANGE z 0 -1 WITHSCORES'), ['c', '1.5', 'b', '2', 'a', '4']);
  assert.deepEqual(node.run('ZADD z NX 9 a 9 d'), 1);
  assert.deepEqual(node.run('ZADD z XX CH 9 e 7 d'), 1);
  assert.deepEqual(node.run('ZADD z GT CH 1 d'), 0);
  assert.deepEqual(node.run('ZADD z LT CH 1 d'), 1);
  assert.deepEqual(node.run('ZADD z INCR 2 d'), '3');
  assert.deepEqual(node.run('ZADD z NX INCR 2 d'), null);
  assert.deepEqual(node.run('ZSCORE z d'), '3');
  assert.deepEqual(node.run('ZADD no XX 1 a'), 0);
  assert.deepEqual(node.run('EXISTS no'), 0);
});

test('refuses what makes no sense, and adds nothing then', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1'), "-ERR wrong number of arguments for 'zadd' command");
  assert.deepEqual(node.run('ZADD z 1 a 2'), '-ERR syntax error');
  assert.deepEqual(node.run('ZADD z 1 a x b'), '-ERR value is not a valid float');
  assert.deepEqual(node.run('ZADD z nan a'), '-ERR value is not a valid float');
  assert.deepEqual(
    node.run('ZADD z NX XX 1 a'),
    '-ERR XX and NX options at the same time are not compatible',
  );
  assert.deepEqual(
    node.run('ZADD z GT NX 1 a'),
    '-ERR GT, LT, and/or NX options at the same time are not compatible',
  );
  assert.deepEqual(
    node.run('ZADD z INCR 1 a 2 b'),
    '-ERR INCR option supports a single increment-element pair',
  );
  assert.deepEqual(node.run('EXISTS z'), 0);
  assert.deepEqual(node.run('ZADD z inf a'), 1);
  assert.deepEqual(node.run('ZADD z INCR -inf a'), '-ERR resulting score is not a number (NaN)');
  assert.deepEqual(node.run('SET s v'), 'OK');
  assert.deepEqual(
    node.run('ZADD s 1 a'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});
