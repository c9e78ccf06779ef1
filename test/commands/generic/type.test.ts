import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('names the type', () => {
  const node = new CommandNode();
  assert.equal(node.run('TYPE k'), 'none');
  assert.equal(node.run('SET k v'), 'OK');
  assert.equal(node.run('TYPE k'), 'string');
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('TYPE c'), 'string');
  assert.equal(node.run('PEXPIRE k 10'), 1);
  node.advance(10);
  assert.equal(node.run('TYPE k'), 'none');
});
