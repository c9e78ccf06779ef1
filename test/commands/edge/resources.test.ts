import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExecuteResult } from '../../../src/commands/executor.ts';
import { edgeRig, refusesMore } from './both-forms.ts';

test('EDGE.RESOURCES answers once the device is sampled', async () => {
  const { resp2, resp3 } = edgeRig();
  const rows = '$12\r\nmemory_level\r\n$6\r\nnormal\r\n';
  for (const args of [['EDGE.RESOURCES'], ['EDGE', 'resources']]) {
    assert.equal(resp2.send(...args), '');
    assert.equal(resp2.result, ExecuteResult.deferred);
    assert.equal(await resp2.later(), `*2\r\n${rows}`);
    resp3.send(...args);
    assert.equal(await resp3.later(), `%1\r\n${rows}`);
  }
  refusesMore(resp2, 'resources');
});

test('EDGE.RESOURCES says why the device cannot be sampled', async () => {
  const { rig, resp2 } = edgeRig();
  rig.edge.resources = () => Promise.reject(new Error('no /proc'));
  resp2.send('EDGE.RESOURCES');
  assert.equal(await resp2.later(), '-ERR no /proc\r\n');
});
