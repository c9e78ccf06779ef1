import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { EdgeNode } from '../../src/node.ts';

async function eventually(what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000; i++) {
    if (holds()) return;
    await delay(10);
  }
  throw new Error(`not so after ten seconds: ${what}`);
}

test('deadlines of fields reach other nodes, outlive a restart, and end the same everywhere', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'ferrite-fields-'));
  const settings = { 'hub.port': '0', 'sync.reconnect_initial_delay': '20ms' };
  const hub = new EdgeNode({ memoryLimit: '8mb', nodeId: 'hub', mode: 'hub', settings });
  await hub.open();
  const begin = async (): Promise<EdgeNode> => {
    const hubUrl = String(hub.endpoint);
    const edge = new EdgeNode({ memoryLimit: '8mb', nodeId: 'edge', hubUrl, dir, settings });
    await edge.open();
    return edge;
  };
  let edge = await begin();
  try {
    const farMs = Date.now() + 3_600_000;
    edge.command('HSET', 'h', 'far', '1', 'soon', '2', 'stays', '3');
    edge.command('HPEXPIREAT', 'h', String(farMs), 'FIELDS', '1', 'far');
    edge.command('HPEXPIRE', 'h', '400', 'FIELDS', '1', 'soon');
    for (let i = 0; i < 200; i++) edge.command('HSETEX', 'big', 'PX', '400', 'FIELDS', '1', `f${i}`, 'v');
    edge.command('HSET', 'big', 'stays', 'x');
    await edge.sync();
    assert.deepEqual(hub.command('HPEXPIRETIME', 'h', 'FIELDS', '2', 'far', 'stays'), [farMs, -1]);
    await edge.close();
    edge = await begin();
    const nodes = [hub, edge];
    const all = (command: string[], expected: unknown): boolean =>
      nodes.every((node) => JSON.stringify(node.command(...command)) === JSON.stringify(expected));
    await eventually('purged', () => all(['HLEN', 'h'], 2) && all(['HLEN', 'big'], 1));
    assert.ok(all(['HGETALL', 'big'], ['stays', 'x']));
    assert.ok(all(['HPEXPIRETIME', 'h', 'FIELDS', '2', 'far', 'stays'], [farMs, -1]));
    await edge.sync();
    assert.ok(all(['HGET', 'h', 'soon'], null));
  } finally {
    await Promise.all([edge.close(), hub.close()]);
    rmSync(dir, { recursive: true, force: true });
  }
});
