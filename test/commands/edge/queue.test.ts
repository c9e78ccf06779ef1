import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.QUEUE is a map in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$11\r\npending_ops\r\n:0\r\n';
  assert.equal(both(resp2, 'queue'), `*2\r\n${rows}`);
  assert.equal(both(resp3, 'queue'), `%1\r\n${rows}`);
  refusesMore(resp2, 'queue');
});
