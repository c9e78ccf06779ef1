import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { readInto } from '../../src/server/read-into.ts';

test('accepted sockets read into one buffer, pause, end and go like any other', async () => {
  const buffer = Buffer.alloc(64);
  const texts = new Map<Socket, string>();
  const sockets: Socket[] = [];
  const server = createServer({ allowHalfOpen: true }, (accepted) => {
    const socket = readInto(accepted, buffer, (chunk, length) => {
      assert.equal(chunk.buffer, buffer.buffer);
      texts.set(socket, `${texts.get(socket) ?? ''}${chunk.toString('latin1', 0, length)}`);
    });
    socket.on('end', () => socket.end(texts.get(socket) ?? ''));
    sockets.push(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address!.port : 0;
  const answers = ['a', 'b'].map(async (letter) => {
    const client = connect(port, '127.0.0.1');
    await once(client, 'connect');
    for (let i = 0; i < 20; i++) {
      client.write(letter.repeat(50));
      if (i % 5 === 0) {
        for (const socket of sockets) socket.pause();
        await new Promise((resolve) => setImmediate(resolve));
        for (const socket of sockets) socket.resume();
      }
    }
    client.end();
    let answer = '';
    client.on('data', (chunk) => {
      answer += chunk.toString();
    });
    await once(client, 'end');
    return answer;
  });
  assert.deepEqual(await Promise.all(answers), ['a'.repeat(1000), 'b'.repeat(1000)]);
  await new Promise<void>((done) => server.close(() => done()));
});

test('a socket that is not as expected stays, and its chunks come', () => {
  const plain = new Socket();
  const chunks: string[] = [];
  const socket = readInto(plain, Buffer.alloc(64), (chunk, length) =>
    chunks.push(chunk.toString('latin1', 0, length)),
  );
  assert.equal(socket, plain);
  plain.emit('data', Buffer.from('x'));
  assert.deepEqual(chunks, ['x']);
  plain.destroy();
});
