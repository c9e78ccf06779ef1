import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns what is in the first alone', () => {
  const node = new CommandNode();
  node.run('SADD a x y z');
  node.run('SADD b y');
  assert.deepEqual((node.run('SDIFF a b none') as string[]).sort(), ['x', 'z']);
  assert.deepEqual(node.run('SDIFF none a'), []);
});
