import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.CLOCK is a map in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$10\r\na/00000001\r\n:42\r\n';
  assert.equal(both(resp2, 'clock'), `*2\r\n${rows}`);
  assert.equal(both(resp3, 'clock'), `%1\r\n${rows}`);
  refusesMore(resp2, 'clock');
});
