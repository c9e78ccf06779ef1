import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig } from './both-forms.ts';

test('EDGE.PEERS is a map of nodes in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$1\r\na\r\n$6\r\nlinked\r\n$1\r\nb\r\n$4\r\naway\r\n';
  assert.equal(both(resp2, 'peers'), `*4\r\n${rows}`);
  assert.equal(both(resp3, 'peers'), `%2\r\n${rows}`);
});

test('EDGE.PEERS FORGET takes one that is away and known', () => {
  const { resp2 } = edgeRig();
  assert.equal(both(resp2, 'peers', 'FORGET', 'a'), '-ERR the node is linked\r\n');
  assert.equal(both(resp2, 'peers', 'forget', 'c'), ':0\r\n');
  assert.equal(resp2.send('EDGE.PEERS', 'FORGET', 'b'), ':1\r\n');
  assert.equal(both(resp2, 'peers', 'FORGET', 'b'), ':0\r\n');
  for (const words of [['FORGET'], ['x'], ['x', 'b'], ['FORGET', 'b', 'c']]) {
    assert.equal(both(resp2, 'peers', ...words), '-ERR syntax error\r\n');
  }
});
