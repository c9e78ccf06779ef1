import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FerriteError } from '../../../src/base/errors.ts';
import { ExecuteResult } from '../../../src/commands/executor.ts';
import { edgeRig } from './both-forms.ts';

const rows = '$6\r\nstatus\r\n$2\r\nok\r\n$11\r\ndeltas_sent\r\n:2\r\n';

test('EDGE.SYNC answers when the sync is done, with what went each way', async () => {
  const { rig, resp2, resp3 } = edgeRig();
  for (const args of [['EDGE.SYNC'], ['EDGE', 'SYNC']]) {
    assert.equal(resp2.send(...args), '');
    assert.equal(resp2.result, ExecuteResult.deferred);
    assert.equal(await resp2.later(), `*4\r\n${rows}`);
    resp3.send(...args);
    assert.equal(await resp3.later(), `%2\r\n${rows}`);
    assert.equal(rig.edge.lastFull, false);
  }
});

test('EDGE.SYNC FULL sends everything, ASYNC answers at once, in either order', async () => {
  const { rig, resp2 } = edgeRig();
  resp2.send('EDGE.SYNC', 'full');
  assert.equal(await resp2.later(), `*4\r\n${rows}`);
  assert.equal(rig.edge.lastFull, true);
  for (const words of [['ASYNC'], ['async', 'FULL'], ['FULL', 'async']]) {
    rig.edge.lastFull = undefined;
    assert.equal(resp2.send('EDGE', 'sync', ...words), '+OK\r\n');
    assert.equal(rig.edge.lastFull, words.length === 2);
  }
});

test('EDGE.SYNC says why not', async () => {
  const { rig, resp2 } = edgeRig();
  rig.edge.failure = new FerriteError('SYNC', 'ws://hub/edge/ws: connect ECONNREFUSED 10.0.0.1:6380');
  resp2.send('EDGE.SYNC');
  assert.equal(
    await resp2.later(),
    '-ERR sync failed: ws://hub/edge/ws: connect ECONNREFUSED 10.0.0.1:6380\r\n',
  );
  assert.equal(resp2.send('EDGE.SYNC', 'ASYNC'), '+OK\r\n');
});

test('EDGE.SYNC in a transaction is refused before a sync begins, ASYNC is not', () => {
  const { rig, resp2 } = edgeRig();
  rig.edge.failure = new FerriteError('SYNC', 'there is no hub');
  for (const args of [['EDGE.SYNC'], ['EDGE', 'SYNC', 'FULL']]) {
    resp2.send('MULTI');
    resp2.send(...args);
    assert.equal(resp2.send('EXEC'), '*1\r\n-ERR Command not allowed inside a transaction\r\n');
    assert.equal(rig.edge.lastFull, undefined);
  }
  resp2.send('MULTI');
  resp2.send('EDGE.SYNC', 'ASYNC');
  assert.equal(resp2.send('EXEC'), '*1\r\n+OK\r\n');
  assert.equal(rig.edge.lastFull, false);
});

test('EDGE.SYNC takes each of its words once, and no others', () => {
  const { resp2 } = edgeRig();
  for (const words of [['now'], ['FULL', 'FULL'], ['ASYNC', 'x']]) {
    assert.equal(resp2.send('EDGE.SYNC', ...words), '-ERR syntax error\r\n');
    assert.equal(resp2.send('EDGE', 'SYNC', ...words), '-ERR syntax error\r\n');
  }
  assert.equal(resp2.send('EDGE.SYNC', 'ASYNC', 'FULL', 'x'), '-ERR syntax error\r\n');
});
