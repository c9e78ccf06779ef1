import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('combines sorted sets', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD a 1 x 2 y'), 2);
  assert.deepEqual(node.run('ZADD b 10 y 20 z'), 2);
  assert.deepEqual(node.run('ZUNION 2 a b WITHSCORES'), ['x', '1', 'y', '12', 'z', '20']);
  assert.deepEqual(node.run('ZUNION 2 a b WEIGHTS 2 -1 AGGREGATE MIN WITHSCORES'), [
    'z',
    '-20',
    'y',
    '-10',
    'x',
    '2',
  ]);
  assert.deepEqual(node.run('ZINTER 2 a b WITHSCORES'), ['y', '12']);
  assert.deepEqual(node.run('ZDIFF 2 a b WITHSCORES'), ['x', '1']);
  assert.deepEqual(node.run('ZDIFF 1 no'), []);
  assert.deepEqual(node.run('ZUNION 0 a'), "-ERR at least 1 input key is needed for 'zunion' command");
  assert.deepEqual(node.run('ZUNION 3 a b'), '-ERR syntax error');
  assert.deepEqual(node.run('ZDIFF 2 a b WEIGHTS 1 1'), '-ERR syntax error');
  assert.deepEqual(node.run('ZUNION 1 a WEIGHTS x'), '-ERR weight value is not a float');
  assert.deepEqual(node.run('SET s v'), 'OK');
  assert.deepEqual(
    node.run('ZINTER 2 a s'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});

test('takes sets, whose members have the score 1', () => {
  const node = new CommandNode();
  assert.equal(node.run('ZADD a 1 x 2 y'), 2);
  assert.equal(node.run('SADD s x z'), 2);
  assert.deepEqual(node.run('ZUNION 2 a s WITHSCORES'), ['z', '1', 'x', '2', 'y', '2']);
  assert.deepEqual(node.run('ZINTER 2 s a WITHSCORES'), ['x', '2']);
  assert.deepEqual(node.run('ZDIFF 2 s a WITHSCORES'), ['z', '1']);
});
