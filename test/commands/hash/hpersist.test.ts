import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('takes deadlines away', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  node.run('HEXPIRE h 10 FIELDS 1 a');
  assert.deepEqual(node.run('HPERSIST h FIELDS 3 a b c'), [1, -1, -2]);
  node.advance(20_000);
  assert.equal(node.run('HGET h a'), '1');
  assert.deepEqual(node.run('HPERSIST none FIELDS 1 a'), [-2]);
});

test('leaves a field that it persisted as small as it was', () => {
  const node = new CommandNode();
  node.run('HSET h a 1 b 2');
  const before = node.run('MEMORY USAGE h');
  node.run('HEXPIRE h 10 FIELDS 2 a b');
  assert.deepEqual(node.run('HPERSIST h FIELDS 2 a b'), [1, 1]);
  assert.ok(Number(node.run('MEMORY USAGE h')) <= Number(before));
});
