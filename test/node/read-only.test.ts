import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { startEdge, startHub, startNode } from './start-node.ts';

const refused = { message: "READONLY You can't write against a read only replica." };

test('a read-only node refuses what clients write and takes in what its hub sends', async (t) => {
  const hub = await startHub(t);
  const edge = await startEdge(t, hub, { settings: { 'store.read_only': 'true' } });
  await hub.set('price', '22.5');
  await until(() => edge.get('price') === '22.5', 'taken in');
  await assert.rejects(edge.set('price', '1'), refused);
  await assert.rejects(edge.execute('FLUSHALL'), refused);
  await assert.rejects(edge.execute('BLPOP', 'list', '0'), refused);
  await assert.rejects(edge.transaction([['SET', 'price', '1']]), /EXECABORT|READONLY/);
  assert.equal(edge.get('price'), '22.5');
  await hub.execute('DEL', 'price');
  await until(() => edge.get('price') === undefined, 'deleted');
});

test('whether clients may write is changed while the node runs', async (t) => {
  const node = await startNode(t, {});
  await node.execute('CONFIG', 'SET', 'replica-read-only', 'yes');
  assert.deepEqual(await node.execute('CONFIG', 'GET', 'slave-read-only'), ['slave-read-only', 'yes']);
  await assert.rejects(node.set('k', 'v'), refused);
  await assert.rejects(node.execute('CONFIG', 'SET', 'replica-read-only', 'maybe'), /must be 'yes' or 'no'/);
  await node.execute('CONFIG', 'SET', 'slave-read-only', 'no');
  assert.equal(await node.set('k', 'v'), true);
});

test('what writes nothing is done in a transaction as it is outside of one', async (t) => {
  const node = await startNode(t, { settings: { 'store.read_only': 'true' } });
  assert.equal(await node.execute('PUBLISH', 'news', 'x'), 0);
  assert.deepEqual(
    await node.transaction([
      ['PUBLISH', 'news', 'x'],
      ['PFCOUNT', 'none'],
    ]),
    [0, 0],
  );
});
