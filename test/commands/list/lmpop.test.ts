import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('pops from the first list that has elements', () => {
  const node = new CommandNode();
  assert.equal(node.run('RPUSH l a b c'), 3);
  assert.deepEqual(node.run('LMPOP 2 none l LEFT'), ['l', ['a']]);
  assert.deepEqual(node.run('LMPOP 2 l none RIGHT COUNT 5'), ['l', ['c', 'b']]);
  assert.equal(node.run('EXISTS l'), 0);
  assert.equal(node.bytes('LMPOP', '1', 'l', 'LEFT').toString(), '*-1\r\n');
});

test('refuses bad arguments', () => {
  const node = new CommandNode();
  assert.equal(node.run('LMPOP 0 l LEFT'), '-ERR numkeys should be greater than 0');
  assert.equal(node.run('LMPOP x l LEFT'), '-ERR numkeys should be greater than 0');
  assert.equal(node.run('LMPOP 2 l LEFT'), '-ERR syntax error');
  assert.equal(node.run('LMPOP 1 l UP'), '-ERR syntax error');
  assert.equal(node.run('LMPOP 1 l LEFT COUNT 0'), '-ERR count should be greater than 0');
  assert.equal(node.run('LMPOP 1 l LEFT COUNT 1 COUNT 1'), '-ERR syntax error');
  assert.equal(node.run('LMPOP 1 l LEFT COUNT'), '-ERR syntax error');
  assert.equal(node.run('SET s v'), 'OK');
  assert.equal(
    node.run('LMPOP 1 s LEFT'),
    '-WRONGTYPE Operation against a key holding the wrong kind of value',
  );
});
