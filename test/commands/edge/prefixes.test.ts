import assert from 'node:assert/strict';
import { test } from 'node:test';
import { both, edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.PREFIXES lists the patterns that sync', () => {
  const { rig, resp2, resp3 } = edgeRig();
  for (const client of [resp2, resp3]) assert.equal(both(client, 'prefixes'), '*1\r\n$1\r\n*\r\n');
  rig.edge.prefixes = () => [];
  assert.equal(both(resp2, 'prefixes'), '*0\r\n');
  refusesMore(resp2, 'prefixes');
});
