import assert from 'node:assert/strict';
import { test } from 'node:test';
import { suggest } from '../../src/config/suggest.ts';

const keys = ['server.port', 'server.bind', 'edge.hub_url', 'edge.sync_interval'];

test('a few wrong letters still name the key', () => {
  assert.equal(suggest('server.prot', keys), 'server.port');
  assert.equal(suggest('edge.sync_intervall', keys), 'edge.sync_interval');
});

test('the right name under the wrong table is found', () => {
  assert.equal(suggest('hub_url', keys), 'edge.hub_url');
  assert.equal(suggest('sync.sync_interval', keys), 'edge.sync_interval');
});

test('nothing is suggested for what is far from all', () => {
  assert.equal(suggest('completely.different', keys), undefined);
  assert.equal(suggest('x'.repeat(10_000), keys), undefined);
});
