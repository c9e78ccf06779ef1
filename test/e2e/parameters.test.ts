import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { TestClient } from '../server/test-client.ts';
import { until } from '../until.ts';
import { ServerProcess } from './server-process.ts';

const server = new ServerProcess();

/** What CONFIG SET sets must reach the part of the node that it is about. */
describe('parameters at work', () => {
  before(() => server.start('--set', 'edge.resources.memory_limit=32mb'));
  after(() => server.stop());

  test('timeout closes the idle', async () => {
    const client = await TestClient.connect(server.port);
    client.send('CONFIG SET timeout 1\r\n');
    await client.expect('+OK\r\n');
    await client.expectEnd();
    const next = await TestClient.connect(server.port);
    next.send('CONFIG SET timeout 0\r\n');
    await next.expect('+OK\r\n');
    next.close();
  });

  test('maxclients refuses', async () => {
    const client = await TestClient.connect(server.port);
    client.send('CONFIG SET maxclients 1\r\n');
    await client.expect('+OK\r\n');
    const refused = await TestClient.connect(server.port);
    await until(() => refused.text.length > 0);
    assert.equal(refused.text, '-ERR max number of clients reached\r\n');
    client.forget();
    client.send('CONFIG SET maxclients 100\r\n');
    await client.expect('+OK\r\n');
    client.close();
  });

  test('proto-max-bulk-len ends a request that is too long', async () => {
    const client = await TestClient.connect(server.port);
    client.send('CONFIG SET proto-max-bulk-len 1mb\r\n');
    await client.expect('+OK\r\n');
    client.send('*2\r\n$4\r\nECHO\r\n$1048577\r\n');
    await client.expect('-ERR Protocol error: invalid bulk length\r\n');
    await client.expectEnd();
  });

  test('client-output-buffer-limit drops who does not read', async () => {
    const client = await TestClient.connect(server.port);
    client.send(
      `SET big ${'x'.repeat(50_000)}\r\nCONFIG SET client-output-buffer-limit "normal 100kb 0 0"\r\n`,
    );
    await client.expect('+OK\r\n+OK\r\n');
    const slow = await TestClient.connect(server.port);
    slow.socket.pause();
    slow.send('MGET big big big\r\n'.repeat(300));
    await until(() => server.output.includes('output buffer limit reached'));
    slow.close();
    client.close();
  });

  test('loglevel changes what is logged', async () => {
    const client = await TestClient.connect(server.port);
    client.send('CONFIG SET loglevel debug\r\n');
    await client.expect('+OK\r\n');
    const other = await TestClient.connect(server.port);
    await until(() => server.output.includes('connection accepted'));
    other.close();
    client.close();
  });
});
