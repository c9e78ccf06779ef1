import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.STATUS is a map in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$11\r\nsync_status\r\n$6\r\nsynced\r\n$11\r\npending_ops\r\n:0\r\n';
  assert.equal(both(resp2, 'status'), `*4\r\n${rows}`);
  assert.equal(both(resp3, 'status'), `%2\r\n${rows}`);
  refusesMore(resp2, 'status');
});
