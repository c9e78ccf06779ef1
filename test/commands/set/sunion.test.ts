import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns what is in any', () => {
  const node = new CommandNode();
  node.run('SADD a x y');
  node.run('SADD b y z');
  assert.deepEqual((node.run('SUNION a b none') as string[]).sort(), ['x', 'y', 'z']);
  node.run('SET t 1');
  assert.match(String(node.run('SUNION a t')), /^-WRONGTYPE/);
});
