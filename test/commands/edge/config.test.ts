import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.CONFIG is a map in RESP3 and a flat array in RESP2', () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$9\r\nedge.mode\r\n$4\r\nedge\r\n';
  assert.equal(both(resp2, 'config'), `*2\r\n${rows}`);
  assert.equal(both(resp3, 'config'), `%1\r\n${rows}`);
  refusesMore(resp2, 'config');
});
