import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { ShortWrites, WriteAtOnce } from '../../src/server/write-at-once.ts';

/** A socket that a server has accepted, and the client at its other end, which does not read yet. */
async function pair(): Promise<{ accepted: Socket; client: Socket; close(): void }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const client = connect(typeof address === 'object' ? address!.port : 0, '127.0.0.1');
  client.pause();
  const [accepted] = (await once(server, 'connection')) as [Socket];
  const close = (): void => {
    server.close();
    accepted.destroy();
  };
  return { accepted, client, close };
}

/** Reads until so many bytes have come. */
async function read(client: Socket, length: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  client.on('data', (chunk) => {
    chunks.push(chunk);
    received += chunk.length;
    if (received >= length) client.end();
  });
  client.resume();
  await once(client, 'close');
  return Buffer.concat(chunks);
}

test('long bytes leave at once until the kernel has no room, which counts as none taken', async () => {
  const { accepted, client, close } = await pair();
  const atOnce = WriteAtOnce.of(accepted, new ShortWrites())!;
  const bytes = Buffer.alloc(1 << 20, 'x');
  let taken = 0;
  for (let n = 1; n > 0; taken += n) n = atOnce.write(bytes, 0, bytes.length);
  assert.ok(taken > 0);
  assert.equal(atOnce.isWaiting, false);
  assert.equal((await read(client, taken)).length, taken);
  close();
});

test('short bytes leave once a stream has shown how, and wait in the handle when the kernel has no room', async () => {
  const { accepted, client, close } = await pair();
  const short = new ShortWrites();
  const atOnce = WriteAtOnce.of(accepted, short)!;
  const expected: Buffer[] = [];
  const bytes = Buffer.alloc(1 << 16);
  for (let i = 0; i < bytes.length; i++) bytes[i] = i % 251;

  assert.equal(atOnce.write(bytes, 0, 5), 0, 'nobody knows how yet');
  accepted.write(bytes.subarray(0, 5));
  expected.push(bytes.subarray(0, 5));
  assert.equal(short.isReady, true);

  // Runs of all short lengths, and long ones until there is no more room.
  for (let at = 0, length = 1; !atOnce.isWaiting; length = (length % 512) + 1, at = (at + length) % 30_000) {
    assert.equal(atOnce.write(bytes, at, length), length);
    expected.push(bytes.subarray(at, at + length));
    if (atOnce.isWaiting || length % 64 !== 0) continue;
    const taken = atOnce.write(bytes, 0, bytes.length);
    expected.push(bytes.subarray(0, taken));
  }
  // What another socket writes meanwhile does not change what waits.
  const other = await pair();
  const otherAtOnce = WriteAtOnce.of(other.accepted, short)!;
  assert.equal(otherAtOnce.write(bytes, 100, 400), 400);
  assert.deepEqual(await read(other.client, 400), bytes.subarray(100, 500));
  other.close();
  // The stream's own bytes follow it.
  accepted.write(bytes.subarray(7, 77));
  expected.push(bytes.subarray(7, 77));

  const all = Buffer.concat(expected);
  assert.ok((await read(client, all.length)).equals(all));
  close();
});

test('a closed socket takes nothing', async () => {
  const { accepted, client, close } = await pair();
  const short = new ShortWrites();
  const atOnce = WriteAtOnce.of(accepted, short)!;
  accepted.write(Buffer.from('x'));
  assert.equal(short.isReady, true);
  accepted.destroy();
  await once(accepted, 'close');
  assert.equal(atOnce.write(Buffer.alloc(10), 0, 10), 0);
  client.destroy();
  close();
});

test('a socket without a handle, or an encrypted one, cannot be written to at once', () => {
  assert.equal(WriteAtOnce.of(new Socket(), new ShortWrites()), undefined);
  const encrypted = Object.assign(new Socket(), { encrypted: true, _handle: { fd: 1 } });
  assert.equal(WriteAtOnce.of(encrypted, new ShortWrites()), undefined);
});
