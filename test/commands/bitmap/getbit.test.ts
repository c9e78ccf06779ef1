import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('reads bits from the highest of the first byte on, zeros beyond the end', () => {
  const node = new CommandNode();
  node.run('SET k `');
  assert.deepEqual(
    [0, 1, 2, 3, 7, 8, 100_000].map((i) => node.run(`GETBIT k ${i}`)),
    [0, 1, 1, 0, 0, 0, 0],
  );
  assert.equal(node.run('GETBIT missing 3'), 0);
  assert.equal(node.run('GETBIT k -1'), '-ERR bit offset is not an integer or out of range');
  node.run('SET n 1234567890123');
  assert.equal(node.run('GETBIT n 2'), 1);
  assert.equal(node.run('INCR c'), 1);
  assert.equal(node.run('GETBIT c 7'), 1);
});
