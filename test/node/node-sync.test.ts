import assert from 'node:assert/strict';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import type { EdgeNode, SyncEvent } from '../../src/node.ts';
import { NetworkPlug } from '../e2e/network-plug.ts';
import { askOnce, Pipeline } from '../e2e/pipeline.ts';
import { freePort } from '../free-port.ts';
import { until } from '../until.ts';
import { newDir, startEdge, startHub, startNode } from './start-node.ts';

function shown(node: EdgeNode, name: string): string {
  return String(node.status()[name]);
}

interface Told {
  readonly messages: readonly { readonly type: string; readonly payload: Record<string, unknown> }[];
  readonly closeCode: number;
}

/** What a hub tells a peer that says this and nothing else. */
function tell(url: string, text: string): Promise<Told> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, ['ferrite.v1'], { headers: { 'X-Edge-Agent-Id': 'stranger' } });
    const messages: Told['messages'][number][] = [];
    socket.on('open', () => socket.send(text));
    socket.on('message', (data) => messages.push(JSON.parse(String(data))));
    socket.on('close', (closeCode) => resolve({ messages, closeCode }));
    socket.on('error', reject);
  });
}

const envelope = (type: string, payload: object) =>
  JSON.stringify({ type, id: 'msg-1-1', timestamp: 1, payload });

test('nothing is accepted before the handshake, and another version is told so', async (t) => {
  const hub = await startHub(t, { settings: { 'sync.handshake_timeout': '1s' } });
  const url = String(hub.endpoint);
  const early = await tell(url, envelope('ack', { received: 1 }));
  assert.ok(early.messages.every((m) => m.type !== 'welcome'));
  const newer = await tell(url, envelope('hello', { version: 99 }));
  assert.match(JSON.stringify(newer.messages), /version 99/);
  assert.equal(shown(hub, 'edges_online'), '0');
});

test('a peer that says nothing any more is dropped after dead_peer_timeout, and found when it is back', async (t) => {
  const hub = await startHub(t);
  const plug = await NetworkPlug.to(String(hub.endpoint));
  const settings = {
    'sync.heartbeat_interval': '200ms',
    'sync.dead_peer_timeout': '600ms',
    'sync.reconnect_initial_delay': '20ms',
  };
  const edge = await startNode(t, { nodeId: 'edge', hubUrl: plug.url, settings });
  try {
    await until(() => shown(edge, 'link_state') === 'live', 'live');
    plug.swallow();
    await until(() => shown(edge, 'link_state') !== 'live', 'dropped');
    assert.equal(shown(edge, 'sync_status'), 'offline');
    assert.notEqual(shown(edge, 'last_error'), '');
    await edge.set('meanwhile', '1');
    plug.pull();
    plug.plugIn();
    await until(() => hub.get('meanwhile') === '1', 'back');
  } finally {
    await plug.close();
  }
});

test('a node that closes tells clients of syncs on demand that it does, and waits for none', async (t) => {
  const hub = await startHub(t);
  const plug = await NetworkPlug.to(String(hub.endpoint));
  t.after(() => plug.close());
  const edge = await startNode(t, { nodeId: 'edge', port: 0, hubUrl: plug.url });
  await until(() => shown(edge, 'link_state') === 'live', 'live');
  plug.swallow();
  await edge.set('k', 'v');
  const client = await Pipeline.connect(edge.port);
  const asked = client.ask('EDGE.SYNC');
  assert.equal(await askOnce(edge.port, 'PING'), 'PONG');
  const fromMs = performance.now();
  await edge.close();
  assert.match(String(await asked), /ERR sync failed: the node is closing/);
  assert.ok(performance.now() - fromMs < 4000, 'it was not cut');
});

test('one INCR each on fifty partitioned edges is fifty on all', async (t) => {
  const hub = await startHub(t);
  const edges = await Promise.all(
    Array.from({ length: 50 }, (_, i) =>
      startNode(t, {
        nodeId: `e${i}`,
        memoryLimit: '1mb',
        hubUrl: String(hub.endpoint),
        syncPolicy: 'never',
      }),
    ),
  );
  for (const edge of edges) await edge.incrBy('visits');
  for (const edge of edges) assert.equal(edge.get('visits'), '1');
  for (const edge of edges) await edge.sync();
  for (const edge of edges) await edge.sync();
  for (const node of [hub, ...edges]) assert.equal(node.get('visits'), '50');
});

test('policies that push now and then ask for what is pushed to be made durable, also where nothing else does', async (t) => {
  const hub = await startHub(t);
  for (const syncPolicy of ['opportunistic', 'periodic'] as const) {
    for (const appendfsync of ['everysec', 'no']) {
      const nodeId = `${syncPolicy}-${appendfsync}`;
      const settings = { 'persistence.appendfsync': appendfsync };
      const told: string[] = [];
      const onSyncEvent = ({ type }: SyncEvent): void => {
        told.push(type);
      };
      const how = { nodeId, dir: newDir(t), syncPolicy, syncInterval: '200ms', settings, onSyncEvent };
      const edge = await startEdge(t, hub, how);
      await until(() => shown(edge, 'link_state') === 'live', 'live');
      for (const value of ['v', 'w']) {
        await edge.set(nodeId, value);
        await until(() => hub.get(nodeId) === value, `${nodeId}: ${value} pushed`);
      }
      await until(
        () => told.includes('sync:completed'),
        () => `${nodeId} is told so: ${told}`,
      );
      assert.ok(told.includes('link:connected'));
      await edge.close();
    }
  }
});

test('what expires leaves for the hub and is pending no more, also where nothing else asks for a sync of the log', async (t) => {
  const hub = await startHub(t);
  const settings = { 'persistence.appendfsync': 'no' };
  const edge = await startEdge(t, hub, { dir: newDir(t), port: 0, settings });
  await until(() => shown(edge, 'link_state') === 'live', 'live');
  await edge.set('k', 'v', { px: 400 });
  await until(async () => (await askOnce(edge.port, 'DBSIZE')) === 0, 'expired');
  await until(() => shown(edge, 'pending_ops') === '0', 'what expired is pushed');
});

test('what is more than the queue holds is coalesced, and the hub gets all of it', async (t) => {
  const port = await freePort();
  const hubUrl = `ws://127.0.0.1:${port}/edge/ws`;
  const settings = { 'edge.offline_queue_size': '100', 'sync.reconnect_initial_delay': '20ms' };
  const edge = await startNode(t, { nodeId: 'edge', hubUrl, settings });
  for (let i = 0; i < 3000; i++) await edge.set(`k${i % 1000}`, `${i}`);
  await edge.incrBy('sum', 5);
  const hub = await startHub(t, { settings: { 'hub.port': `${port}` } });
  await edge.sync();
  assert.equal(hub.command('dbsize'), 1001);
  for (let i = 0; i < 1000; i++) assert.equal(hub.get(`k${i}`), `${2000 + i}`);
  assert.equal(hub.get('sum'), '5');
  assert.equal(shown(edge, 'pending_ops'), '0');
});
