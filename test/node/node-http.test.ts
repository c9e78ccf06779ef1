import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { test } from 'node:test';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { newDir, startHub, startNode } from './start-node.ts';

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

test('a node that is offline is ready, until its tries to reach the hub are used up', async (t) => {
  const hubUrl = 'ws://127.0.0.1:1/edge/ws';
  const ports = [await freePort(), await freePort()];
  const [never, tired] = await Promise.all([
    startNode(t, { hubUrl, syncPolicy: 'never', settings: { 'http.port': `${ports[0]}` } }),
    startNode(t, {
      hubUrl,
      settings: {
        'http.port': `${ports[1]}`,
        'sync.reconnect_max_attempts': '2',
        'sync.reconnect_initial_delay': '10ms',
      },
    }),
  ]);
  await assert.rejects(never.sync({ timeoutMs: 5000 }), { code: 'SYNC' });
  assert.equal((await ask(`http://127.0.0.1:${ports[0]}`, '/readyz')).status, 200);
  const readiness = () => ask(`http://127.0.0.1:${ports[1]}`, '/readyz');
  await until(async () => (await readiness()).status === 503, 'given up');
  assert.match((await readiness()).body, /"link".*reconnect_max_attempts/);
  assert.equal((await ask(`http://127.0.0.1:${ports[1]}`, '/healthz')).status, 200);
  const { failed_syncs: failed } = tired.status();
  assert.equal(failed, 2);
});

test('a journal that takes no writes is told by /readyz and a metric', async (t) => {
  const [dir, port] = [newDir(t), await freePort()];
  const settings = { 'http.port': `${port}`, 'persistence.segment_size': '1mb' };
  const node = await startNode(t, { dir, settings });
  const base = `http://127.0.0.1:${port}`;
  assert.match((await ask(base, '/metrics')).body, /^ferrite_journal_failed 0$/m);
  assert.match((await ask(base, '/readyz')).body, /ok/);
  rmSync(dir, { recursive: true });
  const fill = async () => {
    for (;;) await node.execute('set', 'k', 'x'.repeat(500_000));
  };
  await assert.rejects(fill());
  await until(async () => /^ferrite_journal_failed 1$/m.test((await ask(base, '/metrics')).body), 'failed');
  const { status, body } = await ask(base, '/readyz');
  assert.equal(status, 503);
  assert.match(body, /journal/);
  await assert.rejects(node.close(), { code: 'JOURNAL_IO' });
});
