import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocket, WebSocketServer } from 'ws';
import type { Connection } from '../../src/sync/transport.ts';
import { connectSocket } from '../../src/sync/ws-connection.ts';
import { until } from '../until.ts';

test('a peer that does not read what it is told is dropped, before that is without end', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  client.on('error', () => {});
  const [accepted] = (await once(server, 'connection')) as [WebSocket];
  await once(client, 'open');
  client.pause();
  let isOver = false;
  let connection: Connection | undefined;
  connectSocket(accepted, (opened) => {
    connection = opened;
    const ignore = (): void => {};
    const closed = (): void => {
      isOver = true;
    };
    return { text: ignore, binary: ignore, alive: ignore, drained: ignore, closed };
  });
  const text = 'nack '.repeat(200);
  for (let i = 0; i < 40_000; i++) connection?.sendText(text);
  assert.equal(accepted.readyState, WebSocket.CLOSING);
  await until(() => isOver, 'it is dropped');
  client.terminate();
  server.close();
});

test('who waits for room is told when control messages have left', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const [accepted] = (await once(server, 'connection')) as [WebSocket];
  await once(client, 'open');
  client.pause();
  let drained = 0;
  let connection: Connection | undefined;
  connectSocket(accepted, (opened) => {
    connection = opened;
    const ignore = (): void => {};
    const noteDrained = (): void => {
      drained += 1;
    };
    return { text: ignore, binary: ignore, alive: ignore, drained: noteDrained, closed: ignore };
  });
  for (let i = 0; i < 16; i++) connection?.sendText('x'.repeat(1024 * 1024));
  assert.ok((connection?.bufferedBytes ?? 0) > 1024 * 1024);
  assert.equal(drained, 0);
  client.resume();
  await until(() => drained > 0, 'there is room again');
  client.terminate();
  server.close();
});
