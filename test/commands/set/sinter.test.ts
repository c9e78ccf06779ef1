import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('returns what is in all', () => {
  const node = new CommandNode();
  node.run('SADD a x y z');
  node.run('SADD b y z q');
  assert.deepEqual((node.run('SINTER a b') as string[]).sort(), ['y', 'z']);
  assert.deepEqual(node.run('SINTER a b none'), []);
  node.run('SET t 1');
  assert.match(String(node.run('SINTER none t')), /^-WRONGTYPE/);
});
