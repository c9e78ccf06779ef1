import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { ServerProcess } from './server-process.ts';

const hub = new ServerProcess();
const token = 'of-eight-characters';
const sockets: Socket[] = [];

const settings = ['hub.port=0', `hub.tokens=a:${token}`, 'sync.handshake_timeout=500ms'];

before(() =>
  hub.start('--mode', 'hub', '--node-id', 'hub', ...settings.flatMap((setting) => ['--set', setting])),
);

after(async () => {
  for (const socket of sockets) socket.destroy();
  await hub.stop();
});

async function open(): Promise<Socket> {
  const socket = connect(Number(new URL(hub.edgesUrl).port), '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

function upgrade(path: string, headers: readonly string[] = []): string {
  const always = ['Host: hub', 'Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'];
  const key = 'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==';
  return [`GET ${path} HTTP/1.1`, ...always, key, ...headers, '', ''].join('\r\n');
}

/** The status line that a request is answered with; the connection has been closed by the hub then. */
async function answerTo(request: string): Promise<string> {
  const socket = await open();
  let text = '';
  socket.on('data', (data) => {
    text += data.toString();
  });
  socket.write(request);
  await once(socket, 'close');
  return text.split('\r\n', 1)[0]!;
}

test('who has no token is refused before a WebSocket is opened, whatever the request says', async () => {
  const bearer = `Authorization: Bearer ${token}`;
  const protocol = 'Sec-WebSocket-Protocol: ferrite.v1';
  assert.equal(await answerTo(upgrade('/edge/ws', [protocol])), 'HTTP/1.1 401 Unauthorized');
  const wrong = ['Authorization: Bearer something-else', protocol];
  assert.equal(await answerTo(upgrade('/edge/ws', wrong)), 'HTTP/1.1 401 Unauthorized');
  const asOther = [bearer, protocol, 'X-Edge-Agent-Id: b'];
  assert.equal(await answerTo(upgrade('/edge/ws', asOther)), 'HTTP/1.1 401 Unauthorized');
  assert.equal(await answerTo(upgrade('/edge/ws', [bearer])), 'HTTP/1.1 400 Bad Request');
  assert.equal(
    await answerTo(upgrade('/edge/ws', [bearer, protocol])),
    'HTTP/1.1 101 Switching Protocols',
    'and one that never says hello is closed',
  );
});

test('addresses that are none, or of something else, are answered, and the hub goes on', async () => {
  for (const path of ['//', '//:x', 'http://[']) {
    assert.equal(await answerTo(upgrade(path)), 'HTTP/1.1 400 Bad Request', path);
  }
  assert.equal(await answerTo(upgrade('/')), 'HTTP/1.1 404 Not Found');
  assert.equal(await answerTo('GET /healthz HTTP/1.0\r\n\r\n'), 'HTTP/1.1 200 OK');
  const others = ['Host: hub', 'Connection: Upgrade, HTTP2-Settings', 'Upgrade: h2c', 'HTTP2-Settings: AAM'];
  const ofJava = (path: string) => [`GET ${path} HTTP/1.1`, ...others, '', ''].join('\r\n');
  assert.equal(await answerTo(ofJava('/readyz')), 'HTTP/1.1 200 OK');
  assert.equal(await answerTo(ofJava('/edge/ws')), 'HTTP/1.1 404 Not Found');
});

test('clients that are gone before they are answered harm nobody', async () => {
  for (let i = 0; i < 50; i++) {
    const socket = await open();
    socket.write(upgrade(['/', '//', '/edge/ws', '/x'][i % 4]!));
    socket.resetAndDestroy();
  }
  assert.equal(await answerTo('GET /healthz HTTP/1.0\r\n\r\n'), 'HTTP/1.1 200 OK');
});
