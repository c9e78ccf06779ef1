import assert from 'node:assert/strict';
import { test } from 'node:test';
import { until } from '../until.ts';
import { newDir, startEdge, startHub } from './start-node.ts';

test('deadlines of fields reach other nodes, outlive a restart, and end the same everywhere', async (t) => {
  const dir = newDir(t);
  const hub = await startHub(t);
  let edge = await startEdge(t, hub, { dir });
  const farMs = Date.now() + 3_600_000;
  edge.command('HSET', 'h', 'far', '1', 'soon', '2', 'stays', '3');
  edge.command('HPEXPIREAT', 'h', String(farMs), 'FIELDS', '1', 'far');
  edge.command('HPEXPIRE', 'h', '400', 'FIELDS', '1', 'soon');
  for (let i = 0; i < 200; i++) edge.command('HSETEX', 'big', 'PX', '400', 'FIELDS', '1', `f${i}`, 'v');
  edge.command('HSET', 'big', 'stays', 'x');
  await edge.sync();
  assert.deepEqual(hub.command('HPEXPIRETIME', 'h', 'FIELDS', '2', 'far', 'stays'), [farMs, -1]);
  await edge.close();
  edge = await startEdge(t, hub, { dir });
  const nodes = [hub, edge];
  const all = (command: string[], expected: unknown): boolean =>
    nodes.every((node) => JSON.stringify(node.command(...command)) === JSON.stringify(expected));
  await until(() => all(['HLEN', 'h'], 2) && all(['HLEN', 'big'], 1), 'purged');
  assert.ok(all(['HGETALL', 'big'], ['stays', 'x']));
  assert.ok(all(['HPEXPIRETIME', 'h', 'FIELDS', '2', 'far', 'stays'], [farMs, -1]));
  await edge.sync();
  assert.ok(all(['HGET', 'h', 'soon'], null));
});
