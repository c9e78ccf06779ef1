import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { metricsTable } from '../../src/node/node-metrics.ts';
import { subprotocol } from '../../src/sync/envelope.ts';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { startEdge, startHub } from './start-node.ts';

/** The metrics without labels that a node tells at `base`. */
async function metricsOf(base: string): Promise<ReadonlyMap<string, number>> {
  const text = await (await fetch(`${base}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.split(' ')[0]!, Number(line.split(' ')[1])]));
}

test('docs/metrics.md names every metric', () => {
  const doc = readFileSync('docs/metrics.md', 'utf8');
  assert.ok(doc.includes(metricsTable()), 'run `npm run docs` to write the table anew');
});

test('what goes wrong between nodes is counted where it is found', async (t) => {
  const hub = await startHub(t);
  const endpoint = String(hub.endpoint);
  const base = `http://${new URL(endpoint).host}`;
  const before = await metricsOf(base);
  const names = ['nacks_sent', 'nacks_received', 'malformed_messages', 'malformed_frames', 'forks'];
  for (const name of [...names, 'deltas_rejected', 'wants_refused']) {
    assert.equal(before.get(`ferrite_sync_${name}_total`), 0, name);
  }
  assert.equal(before.get('ferrite_sync_bytes_in_flight'), 0);
  const stranger = new WebSocket(endpoint, subprotocol);
  await new Promise((resolve) => stranger.once('open', resolve));
  stranger.on('error', () => {});
  stranger.send('{"type":"dance","id":"x","timestamp":0,"payload":{}}');
  await until(async () => {
    const now = await metricsOf(base);
    return now.get('ferrite_sync_malformed_messages_total') === 1;
  }, 'counted');
  stranger.terminate();
});

test('the lag is told while the hub has not everything', async (t) => {
  const hub = await startHub(t);
  const port = await freePort();
  const edge = await startEdge(t, hub, { syncPolicy: 'never', settings: { 'http.port': `${port}` } });
  await edge.set('k', 'v');
  const base = `http://127.0.0.1:${port}`;
  await until(async () => (await metricsOf(base)).get('ferrite_sync_lag_seconds')! > 0.05, 'lag');
  const stats = await edge.execute('edge.stats');
  assert.ok(Array.isArray(stats));
  assert.ok(Number(stats[stats.indexOf('sync_lag_ms') + 1]) >= 50);
  await edge.sync();
  assert.equal((await metricsOf(base)).get('ferrite_sync_lag_seconds'), 0);
  const { keys_synced: keysSynced } = edge.status();
  assert.equal(keysSynced, 1);
});
