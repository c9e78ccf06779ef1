// Clients of a pause: those that leave while their requests are held, and those whose held requests end them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClient } from '../server/test-client.ts';
import { until } from '../until.ts';
import { startNode } from './start-node.ts';

test('what a pause holds of clients that leave is never run, and their connections end', async (t) => {
  const node = await startNode(t, { settings: { 'server.port': '0' } });
  const admin = await TestClient.connect(node.port);
  t.after(() => admin.close());
  admin.send('CLIENT PAUSE 600000 WRITE\r\n');
  await admin.expect('+OK\r\n');
  const requests = ['SET k v', 'BLPOP q 0', 'MULTI\r\nSET k v\r\nEXEC'];
  for (const request of requests) {
    const client = await TestClient.connect(node.port);
    client.send(`PING\r\n${request}\r\n`);
    client.socket.end();
    await client.expectEnd();
    assert.match(client.text, /^\+PONG\r\n(\+OK\r\n)?$/, request);
  }
  await until(() => String(node.command('info', 'clients')).includes('connected_clients:1\r\n'));
  assert.match(String(node.command('info', 'clients')), /\r\nblocked_clients:0\r\n/);
  admin.send('CLIENT UNPAUSE\r\nEXISTS k\r\nRPUSH q x\r\nLLEN q\r\n');
  await admin.expect('+OK\r\n:0\r\n:1\r\n:1\r\n');
});

test('a client that ends itself by a request that was held gets its reply', async (t) => {
  const node = await startNode(t, { settings: { 'server.port': '0' } });
  const admin = await TestClient.connect(node.port);
  t.after(() => admin.close());
  admin.send('ACL SETUSER gone on nopass +@all ~* &*\r\nCLIENT PAUSE 300 ALL\r\n');
  await admin.expect('+OK\r\n+OK\r\n');
  const [quitter, killer, leaver] = [
    await TestClient.connect(node.port),
    await TestClient.connect(node.port),
    await TestClient.connect(node.port),
  ];
  quitter.send('QUIT\r\nPING\r\n');
  killer.send(`CLIENT KILL 127.0.0.1:${killer.socket.localPort}\r\nPING\r\n`);
  leaver.send('AUTH gone x\r\nACL DELUSER gone\r\nPING\r\n');
  for (const client of [quitter, killer, leaver]) await client.expectEnd();
  assert.equal(quitter.text, '+OK\r\n');
  assert.equal(killer.text, '+OK\r\n');
  assert.equal(leaver.text, '+OK\r\n:1\r\n');
});
