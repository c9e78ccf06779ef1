import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort } from '../free-port.ts';
import { startHub, startNode } from './start-node.ts';

async function ask(base: string, path: string): Promise<{ status: number; body: string }> {
  const response = await fetch(`${base}${path}`);
  return { status: response.status, body: await response.text() };
}

test('health and metrics are on http.port, and end with the node', async (t) => {
  const port = await freePort();
  const node = await startNode(t, { memoryLimit: '8mb', settings: { 'http.port': String(port) } });
  const base = `http://127.0.0.1:${port}`;
  await node.set('k', 'v');
  assert.deepEqual(await ask(base, '/healthz'), { status: 200, body: '{"status":"ok"}\n' });
  assert.deepEqual(await ask(base, '/readyz'), { status: 200, body: '{"status":"ok"}\n' });
  const { status, body } = await ask(base, '/metrics');
  assert.equal(status, 200);
  assert.match(body, /^ferrite_keys 1$/m);
  assert.match(body, /^ferrite_memory_limit_bytes 8388608$/m);
  assert.match(body, /^ferrite_commands_total \d+$/m);
  assert.equal((await ask(base, '/')).status, 404);
  await node.close();
  await assert.rejects(ask(`http://127.0.0.1:${port}`, '/healthz'));
});

test('a hub answers them where edges connect', async (t) => {
  const node = await startHub(t);
  const base = new URL(String(node.endpoint));
  const { status, body } = await ask(`http://${base.host}`, '/metrics');
  assert.equal(status, 200);
  assert.match(body, /^ferrite_sync_edges 0$/m);
  assert.equal((await ask(`http://${base.host}`, base.pathname)).status, 404);
});
