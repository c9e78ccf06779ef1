import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('tells places from either end', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZADD z 1 a 2 b 2 c'), 3);
  assert.deepEqual(node.run('ZRANK z c'), 2);
  assert.deepEqual(node.run('ZREVRANK z c'), 0);
  assert.deepEqual(node.run('ZRANK z x'), null);
  assert.deepEqual(node.run('ZRANK z b WITHSCORE'), [1, '2']);
  assert.deepEqual(node.run('ZREVRANK z a WITHSCORE'), [2, '1']);
  assert.deepEqual(node.run('ZRANK z x WITHSCORE'), null);
  assert.deepEqual(node.run('ZRANK z b y'), '-ERR syntax error');
  assert.deepEqual(node.run('ZRANK z b y z'), "-ERR wrong number of arguments for 'zrank' command");
});
