// A transaction is one group on its whole way: nobody ever sees a part of it, however small batches are to be.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Pipeline } from '../e2e/pipeline.ts';
import { startEdge, startHub } from './start-node.ts';

const keys = 500;
const patienceTurns = 200_000;

test('what EXEC writes reaches the hub, and from there another edge, all at once', async (t) => {
  const hub = await startHub(t);
  const small = { 'sync.batch_deltas': '10', 'sync.batch_bytes': '1kb' };
  const a = await startEdge(t, hub, { nodeId: 'a', settings: small });
  const b = await startEdge(t, hub, { nodeId: 'b', settings: small });
  await a.set('warm', 'up');
  await a.sync();
  await b.sync();
  assert.equal(b.get('warm'), 'up');
  await a.transaction(Array.from({ length: keys }, (_, i) => ['set', `group:${i}`, 'x'.repeat(50)]));
  const seen = new Map([hub, b].map((node) => [node, new Set<number>()]));
  for (let i = 0; i < patienceTurns && !seen.get(b)?.has(keys + 1); i++) {
    for (const [node, sizes] of seen) sizes.add(Number(node.command('dbsize')));
    await turn();
  }
  // The hub may have it all before it is first looked at.
  for (const sizes of seen.values())
    assert.deepEqual(
      [...sizes, 1].filter((size) => size !== 1),
      [keys + 1],
    );
});

test('a watched key that a peer writes stops EXEC', async (t) => {
  const hub = await startHub(t, { port: 0 });
  const edge = await startEdge(t, hub);
  const client = await Pipeline.connect(hub.port);
  t.after(() => client.close());
  await client.ask('watch', 'k');
  await edge.set('k', 'v');
  await edge.sync();
  assert.equal(hub.get('k'), 'v');
  await client.ask('multi');
  await client.ask('set', 'k', 'w');
  assert.equal(await client.ask('exec'), null);
});
