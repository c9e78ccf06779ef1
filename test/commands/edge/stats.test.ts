import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.STATS is a map in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$4\r\nkeys\r\n:3\r\n';
  assert.equal(both(resp2, 'stats'), `*2\r\n${rows}`);
  assert.equal(both(resp3, 'stats'), `%1\r\n${rows}`);
  refusesMore(resp2, 'stats');
});
