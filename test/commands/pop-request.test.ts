import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from './harness.ts';

test('lists and sorted sets are asked in the same grammar', () => {
  const node = new CommandNode();
  for (const [name, end] of [
    ['LMPOP', 'LEFT'],
    ['ZMPOP', 'MIN'],
  ] as const) {
    assert.equal(node.run(`${name} 2 a b ${end} COUNT 3`), null);
    assert.equal(node.run(`${name} 1 a up`), '-ERR syntax error');
    assert.equal(node.run(`${name} 2 a ${end}`), '-ERR syntax error');
    assert.equal(node.run(`${name} 1 a ${end} COUNT 1 COUNT 2`), '-ERR syntax error');
    assert.equal(node.run(`${name} 1 a ${end} COUNT`), '-ERR syntax error');
    assert.match(String(node.run(`${name} 0 a ${end}`)), /numkeys should be greater than 0/);
    assert.match(String(node.run(`${name} 1 a ${end} COUNT 0`)), /count should be greater than 0/);
  }
});
