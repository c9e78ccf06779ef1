import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('ranges by place, score and member, in both directions', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 3 c 4 d'), 4);
  assert.deepEqual(node.run('ZRANGE z 1 -2'), ['b', 'c']);
  assert.deepEqual(node.run('ZRANGE z 0 1 REV WITHSCORES'), ['d', '4', 'c', '3']);
  assert.deepEqual(node.run('ZRANGE z (1 3 BYSCORE'), ['b', 'c']);
  assert.deepEqual(node.run('ZRANGE z +inf 2 BYSCORE REV LIMIT 1 2'), ['c', 'b']);
  assert.deepEqual(node.run('ZREVRANGE z 0 0'), ['d']);
  assert.deepEqual(node.run('ZRANGEBYSCORE z -inf (2 WITHSCORES'), ['a', '1']);
  assert.deepEqual(node.run('ZREVRANGEBYSCORE z 2 -inf LIMIT 0 1'), ['b']);
  assert.deepEqual(node.run('ZADD l 0 a 0 b 0 c'), 3);
  assert.deepEqual(node.run('ZRANGE l [b + BYLEX'), ['b', 'c']);
  assert.deepEqual(node.run('ZRANGEBYLEX l - (c'), ['a', 'b']);
  assert.deepEqual(node.run('ZREVRANGEBYLEX l + - LIMIT 1 1'), ['b']);
  assert.deepEqual(node.run('ZRANGE no 0 -1'), []);
});

test('refuses words that come twice or contradict one another, as redis-server does', () => {
  const node = new CommandNode();
  node.run('ZADD z 1 a 2 b');
  for (const words of ['0 -1 REV REV', '0 1 BYSCORE BYLEX', '- + BYLEX BYLEX', '0 1 BYSCORE REV BYSCORE']) {
    assert.equal(node.run(`ZRANGE z ${words}`), '-ERR syntax error', words);
    assert.equal(node.run(`ZRANGESTORE d z ${words}`), '-ERR syntax error', words);
  }
  assert.deepEqual(node.run('ZRANGE z 0 5 BYSCORE LIMIT 0 1 LIMIT 1 2'), ['b']);
  assert.deepEqual(node.run('ZRANGE z 0 0 WITHSCORES WITHSCORES'), ['a', '1']);
});

test('refuses what makes no sense', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZRANGE z 0 x'), '-ERR value is not an integer or out of range');
  assert.deepEqual(node.run('ZRANGE z x 1 BYSCORE'), '-ERR min or max is not a float');
  assert.deepEqual(node.run('ZRANGE z b [c BYLEX'), '-ERR min or max not valid string range item');
  assert.deepEqual(
    node.run('ZRANGE z 0 1 LIMIT 0 1'),
    '-ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX',
  );
  assert.deepEqual(
    node.run('ZRANGE z - + BYLEX WITHSCORES'),
    '-ERR syntax error, WITHSCORES not supported in combination with BYLEX',
  );
  assert.deepEqual(node.run('ZREVRANGE z 0 1 REV'), '-ERR syntax error');
});

test('scores are numbers in RESP3, in pairs', () => {
  const node = new CommandNode();
  node.run('ZADD z 1 a 2.5 b');
  node.run('HELLO 3');
  assert.equal(
    node.bytes('ZRANGE', 'z', '0', '-1', 'WITHSCORES').toString(),
    '*2\r\n*2\r\n$1\r\na\r\n,1\r\n*2\r\n$1\r\nb\r\n,2.5\r\n',
  );
});
