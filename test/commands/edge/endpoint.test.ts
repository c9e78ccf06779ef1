import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.ENDPOINT is an address, or nil where no edges are accepted', () => {
  const { rig, resp2, resp3 } = edgeRig();
  assert.equal(both(resp2, 'endpoint'), '$27\r\nws://127.0.0.1:6380/edge/ws\r\n');
  rig.edge.url = undefined;
  assert.equal(both(resp2, 'endpoint'), '$-1\r\n');
  assert.equal(both(resp3, 'endpoint'), '_\r\n');
  refusesMore(resp2, 'endpoint');
});
