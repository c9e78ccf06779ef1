import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { test } from 'node:test';
import { WebSocket } from 'ws';
import { askEndpoint, endpointOf } from '../../src/sync/endpoint.ts';
import { unsettledMax } from '../../src/sync/hub.ts';
import { NetworkPlug } from '../e2e/network-plug.ts';
import { until } from '../until.ts';
import { LiveNode, liveHub } from './live-node.ts';

test('two edges and a hub over WebSockets agree, and sync says when', async () => {
  const hub = await liveHub();
  const [a, b] = [
    new LiveNode({ nodeId: 'a', hubUrl: hub.url }),
    new LiveNode({ nodeId: 'b', hubUrl: hub.url }),
  ];
  a.set('k', 'from a');
  for (let i = 0; i < 10; i++) a.incr('n');
  for (let i = 0; i < 5; i++) b.incr('n');
  await a.engine.sync();
  assert.equal(hub.node.get('k'), 'from a');
  await b.engine.sync();
  await a.engine.sync();
  assert.deepEqual([a.get('n'), b.get('n'), hub.node.get('n'), b.get('k')], ['15', '15', '15', 'from a']);
  const status = a.engine.status();
  assert.deepEqual([status.syncStatus, status.pendingOps, status.linkState], ['synced', 0, 'live']);
  assert.match(status.lastSync, /^\d{4}-.*Z$/);
  assert.equal(hub.node.engine.status().peers.length, 2);
  await Promise.all([a.stop(), b.stop()]);
  await hub.stop();
});

test('a hub logs which edge came, which went, and why', async () => {
  const hub = await liveHub();
  const edge = new LiveNode({ nodeId: 'a', hubUrl: hub.url });
  await edge.engine.sync();
  await edge.stop();
  await until(() => hub.node.lines.some((line) => line.includes('link down')), 'it is missed');
  const words = hub.node.lines.map((line) => line.slice(line.indexOf(' ') + 1));
  assert.deepEqual(
    words.filter((line) => line.includes('link')),
    ['info link up peer=a\n', 'info link down peer=a error="the peer is going away"\n'],
  );
  const stranger = new WebSocket(hub.url, 'ferrite.v1');
  stranger.on('open', () => stranger.send('{"type":"hello"}'));
  await until(() => hub.node.lines.length > words.length, 'the stranger is sent away');
  assert.match(hub.node.lines.at(-1)!, /info link down peer="" error=.*malformed/);
  await hub.stop();
});

test('a hub that is away is tried again and again, and found when it is back', async () => {
  const first = await liveHub();
  const edge = new LiveNode({ nodeId: 'a', hubUrl: first.url });
  await edge.engine.sync();
  await first.stop();
  await until(() => edge.engine.status().syncStatus === 'offline', 'offline');
  edge.set('while', 'away');
  await assert.rejects(edge.engine.sync({ timeoutMs: 1000 }), { code: 'SYNC' });
  assert.ok(edge.engine.pendingOps() > 0);
  const second = await liveHub([], first.port);
  await until(() => second.node.get('while') === 'away', 'synced');
  assert.ok(edge.engine.status().reconnects >= 1);
  await edge.stop();
  await second.stop();
});

test('tokens: the right one is let in, a wrong one and a wrong id are told so', async () => {
  const hub = await liveHub(['a:right']);
  const good = new LiveNode({ nodeId: 'a', hubUrl: hub.url, token: 'right' });
  await good.engine.sync();
  const bad = new LiveNode({ nodeId: 'a2', hubUrl: hub.url, token: 'wrong' });
  const other = new LiveNode({ nodeId: 'b', hubUrl: hub.url, token: 'right' });
  for (const node of [bad, other]) {
    await assert.rejects(node.engine.sync({ timeoutMs: 2000 }), /unauthorized/);
    assert.match(node.engine.status().lastError, /unauthorized/);
  }
  await Promise.all([good.stop(), bad.stop(), other.stop()]);
  await hub.stop();
});

test('who dials a hub at another path is told so', async () => {
  const hub = await liveHub();
  const edge = new LiveNode({ nodeId: 'a', hubUrl: `${hub.url}/elsewhere` });
  await assert.rejects(edge.engine.sync({ timeoutMs: 2000 }), /there is no hub at this path/);
  await edge.stop();
  await hub.stop();
});

test('garbage is answered or refused, and the hub goes on', async () => {
  const hub = await liveHub();
  const code = (send: (socket: WebSocket) => void, protocols = ['ferrite.v1']): Promise<number> =>
    new Promise((resolve, reject) => {
      const socket = new WebSocket(hub.url, protocols);
      socket.on('open', () => send(socket));
      socket.on('close', resolve);
      socket.on('error', reject);
    });
  assert.equal(await code((s) => s.send('{')), 4002);
  assert.equal(await code((s) => s.send(Buffer.from([1, 2, 3]))), 4002);
  const future = { type: 'hello', id: 'x', timestamp: 0, payload: { version: 99 } };
  assert.equal(await code((s) => s.send(JSON.stringify(future))), 4003);
  await assert.rejects(
    code(() => {}, ['chat']),
    /400/,
  );
  const edge = new LiveNode({ nodeId: 'a', hubUrl: hub.url });
  await edge.engine.sync();
  await edge.stop();
  await hub.stop();
});

test('without tokens a web page in a browser on this machine is not let in', async () => {
  const hub = await liveHub();
  const socket = new WebSocket(hub.url, ['ferrite.v1'], { origin: 'http://page.example' });
  const [error] = await once(socket, 'error');
  assert.match(String(error), /401/);
  await hub.stop();
});

test('a full hub says so before a connection is opened, and lets in who is to replace its own', async () => {
  const hub = await liveHub([], 0, new LiveNode({ nodeId: 'hub', connectionsMax: 1 }));
  const first = new LiveNode({ nodeId: 'a', hubUrl: hub.url });
  await first.engine.sync();
  const second = new LiveNode({ nodeId: 'b', hubUrl: hub.url });
  await until(() => /busy/.test(second.engine.status().lastError), 'told');
  assert.ok(second.engine.status().nextRetryMs > 1000);
  const again = new LiveNode({ nodeId: 'a', hubUrl: hub.url });
  await until(() => /replaced/.test(first.engine.status().lastError), 'replaced');
  await Promise.all([first.stop(), second.stop(), again.stop()]);
  await hub.stop();
});

test('connections that say nothing are limited', async () => {
  const hub = await liveHub();
  const silent = Array.from({ length: unsettledMax }, () => new WebSocket(hub.url, ['ferrite.v1']));
  for (const socket of silent) socket.on('error', () => {});
  await Promise.all(silent.map((socket) => once(socket, 'open')));
  const edge = new LiveNode({ nodeId: 'a', hubUrl: hub.url });
  await until(() => /busy/.test(edge.engine.status().lastError), 'told');
  for (const socket of silent) socket.terminate();
  await edge.engine.sync();
  await edge.stop();
  await hub.stop();
});

test('a newer connection of the same node replaces the older', async () => {
  const hub = await liveHub();
  const first = new LiveNode({ nodeId: 'twin', hubUrl: hub.url });
  await first.engine.sync();
  const second = new LiveNode({ nodeId: 'twin', hubUrl: hub.url });
  await until(() => /replaced/.test(first.engine.status().lastError), 'told');
  await Promise.all([first.stop(), second.stop()]);
  await hub.stop();
});

test('a value crosses a link that takes longer for it than silence is borne', async () => {
  const times = { deadPeerTimeoutMs: 600, heartbeatIntervalMs: 200 };
  const hub = await liveHub([], 0, new LiveNode({ nodeId: 'hub', times, memoryBytes: 32 * 1024 * 1024 }));
  const way = await NetworkPlug.to(hub.url, 700_000);
  const edge = new LiveNode({
    nodeId: 'a',
    hubUrl: way.url,
    times,
    limits: { packs: false },
    memoryBytes: 32 * 1024 * 1024,
  });
  await edge.engine.sync();
  edge.set('k', 'v'.repeat(1_000_000));
  await edge.engine.sync({ timeoutMs: 10_000 });
  assert.equal(hub.node.get('k')?.length, 1_000_000);
  assert.equal(edge.engine.status().reconnects, 0);
  await edge.stop();
  await way.close();
  await hub.stop();
});

test('a redis:// hub is asked for its endpoint', async () => {
  const hub = await liveHub();
  const resp = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const text = data.toString().toLowerCase();
      const answer = `ws://0.0.0.0:${hub.port}/edge/ws`;
      if (text.includes('edge.endpoint')) socket.write(`$${answer.length}\r\n${answer}\r\n`);
      else for (const _ of text.matchAll(/\*\d+\r\n/g)) socket.write('+OK\r\n');
    });
  });
  await new Promise<void>((resolve) => resp.listen(0, '127.0.0.1', resolve));
  const { port } = resp.address() as AddressInfo;
  assert.equal(await askEndpoint(`redis://127.0.0.1:${port}`, 2000), hub.url);
  const edge = new LiveNode({ nodeId: 'a', hubUrl: `redis://127.0.0.1:${port}` });
  edge.set('k', 'v');
  await edge.engine.sync();
  assert.equal(hub.node.get('k'), 'v');
  await edge.stop();
  resp.close();
  await hub.stop();
  await assert.rejects(askEndpoint('redis://127.0.0.1:1', 500), { code: 'SYNC' });
});

test('endpoints: hosts that mean everywhere become the one that was asked', () => {
  const hub = 'rediss://user:secret@hub.example:6379';
  assert.equal(endpointOf(hub, 'wss://0.0.0.0:6380/edge/ws'), 'wss://hub.example:6380/edge/ws');
  assert.equal(endpointOf('redis://hub:1', 'ws://10.0.0.1:1/x'), 'ws://10.0.0.1:1/x');
  assert.throws(() => endpointOf(hub, 'ws://10.0.0.1:1/x'), /without TLS/);
  assert.throws(() => endpointOf(hub, 'http://x/'), /no WebSocket/);
  assert.throws(() => endpointOf(hub, null), /no endpoint/);
});
