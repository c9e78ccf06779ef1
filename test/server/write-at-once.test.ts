import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { descriptorOf, writeAtOnce } from '../../src/server/write-at-once.ts';

test('bytes leave at once until the kernel has no room, which counts as none taken', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect(typeof address === 'object' ? address!.port : 0, '127.0.0.1');
  client.pause();
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const descriptor = descriptorOf(accepted);
  assert.ok(descriptor >= 0);
  const bytes = Buffer.alloc(1 << 20, 'x');
  let taken = 0;
  for (let n = 1; n > 0; taken += n) n = writeAtOnce(descriptor, bytes, 0, bytes.length);
  assert.ok(taken > 0);
  let received = 0;
  client.on('data', (chunk) => {
    received += chunk.length;
    if (received === taken) client.end();
  });
  client.resume();
  await once(client, 'close');
  assert.equal(received, taken);
  server.close();
  accepted.destroy();
});

test('a socket without a descriptor, or an encrypted one, has none to write to', () => {
  assert.equal(descriptorOf(new Socket()), -1);
  const encrypted = Object.assign(new Socket(), { encrypted: true, _handle: { fd: 1 } });
  assert.equal(descriptorOf(encrypted), -1);
});
