import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestClient } from '../server/test-client.ts';
import { until } from '../until.ts';
import { startNode } from './start-node.ts';

const limitBytes = 1024 * 1024;
const value = (i: number): string => String(i).padStart(400, 'v');
const refusal = `-ERR reply exceeds the limit of ${limitBytes} bytes\r\n`;

/** A node with a low limit, and lists, a set and a sorted set of more than fits. */
async function startFull(t: Parameters<typeof startNode>[0], count: number) {
  const settings = { 'server.client_output_buffer_limit': '1mb' };
  const node = await startNode(t, { port: 0, memoryLimit: '64mb', settings });
  for (let i = 0; i < count; i += 500) {
    const values = Array.from({ length: 500 }, (_, k) => value(i + k));
    node.command('rpush', 'l', ...values);
    node.command('sadd', 's', ...values);
    node.command('zadd', 'z', ...values.flatMap((member, k) => [i + k, member]));
  }
  return { node, client: await TestClient.connect(node.port) };
}

/** The elements of a reply, once all of it has come. */
async function elementsOf(client: TestClient, count: number): Promise<number> {
  const seen = (): number => client.text.match(/v\d+\r\n/g)?.length ?? 0;
  await until(
    () => seen() >= count || client.text.includes('-ERR') || client.ended,
    () => `${seen()} of ${count}`,
  );
  return seen();
}

/** More than a socket takes at once; the second is popped in slices. */
for (const count of [10_000, 20_000]) {
  test(`${count} elements that were popped reach the client, however long the reply`, async (t) => {
    const { node, client } = await startFull(t, count);
    for (const [key, line, size] of [
      ['l', `LPOP l ${count - 1}\r\n`, 'llen'],
      ['s', `SPOP s ${count - 1}\r\n`, 'scard'],
      ['z', `ZMPOP 1 z MIN COUNT ${count - 1}\r\n`, 'zcard'],
    ] as const) {
      client.send(line);
      assert.equal(await elementsOf(client, count - 1), count - 1, line);
      assert.equal(node.command(size, key), 1);
      client.forget();
      client.send('PING\r\n');
      await until(() => client.text.endsWith('+PONG\r\n'), 'the next reply');
      client.forget();
    }
  });
}

test('a transaction replies with all that it popped, and refuses in it what only reads', async (t) => {
  const { node, client } = await startFull(t, 4000);
  client.send('MULTI\r\nLPOP l 1000\r\nLRANGE l 0 -1\r\nINCR n\r\nEXEC\r\n');
  await until(() => client.text.endsWith(':1\r\n'), 'the end of EXEC');
  assert.ok(client.text.includes(refusal));
  assert.equal(client.text.match(/v\d+\r\n/g)?.length, 1000);
  assert.equal(node.command('llen', 'l'), 3000);
});

test('a client that waited gets all that was popped for it', async (t) => {
  const { node, client } = await startFull(t, 0);
  client.send('BLMPOP 0 1 q LEFT COUNT 5000\r\n');
  await until(() => /blocked_clients:1/.test(String(node.command('info', 'clients'))), 'it waits');
  await node.execute('rpush', 'q', ...Array.from({ length: 5000 }, (_, i) => value(i)));
  assert.equal(await elementsOf(client, 5000), 5000);
  assert.equal(node.command('exists', 'q'), 0);
});

test('what only reads is refused before a reply is too long, and removes nothing', async (t) => {
  const { node, client } = await startFull(t, 4000);
  client.send('LRANGE l 0 -1\r\n');
  await client.expect(refusal);
  client.send('SMEMBERS s\r\n');
  await client.expect(refusal);
  assert.equal(node.command('llen', 'l'), 4000);
});

test('what only reads is refused beyond the limit also where it was held, or waited for its key', async (t) => {
  const { node, client } = await startFull(t, 4000);
  t.after(() => client.close());
  client.send('CLIENT PAUSE 50 ALL\r\nLRANGE l 0 -1\r\n');
  await client.expect(`+OK\r\n${refusal}`);
  client.send('XREAD BLOCK 0 STREAMS x 0\r\n');
  await until(() => String(node.command('info', 'clients')).includes('blocked_clients:1\r\n'));
  node.command('xadd', 'x', '*', 'f', 'v'.repeat(limitBytes));
  await client.expect(refusal);
});
