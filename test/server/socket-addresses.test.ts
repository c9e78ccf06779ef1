import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, Socket } from 'node:net';
import { test } from 'node:test';
import { SocketAddresses } from '../../src/server/socket-addresses.ts';

test('addresses are asked for once, and known when the socket has closed', async () => {
  const server = createServer((accepted) => accepted.resume()).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  const addresses = new SocketAddresses(undefined);
  addresses.socket = socket;
  assert.equal(addresses.remote, `127.0.0.1:${port}`);
  const { local } = addresses;
  assert.match(local, /^127\.0\.0\.1:\d+$/);
  socket.destroy();
  await once(socket, 'close');
  assert.deepEqual([addresses.remote, addresses.local], [`127.0.0.1:${port}`, local]);
  assert.equal(new SocketAddresses(undefined).remote, '?:0');
  assert.equal(new SocketAddresses('/run/node.sock').remote, '/run/node.sock:0');
  server.close();
});

test('addresses of IPv6 stand in brackets, those of IPv4 are shown as such', () => {
  const shown = (remoteAddress: string): string => {
    const addresses = new SocketAddresses(undefined);
    const socket = new Socket();
    Object.defineProperties(socket, { remoteAddress: { value: remoteAddress }, remotePort: { value: 5000 } });
    addresses.socket = socket;
    return addresses.remote;
  };
  assert.equal(shown('::1'), '[::1]:5000');
  assert.equal(shown('::ffff:127.0.0.1'), '127.0.0.1:5000');
  assert.equal(shown('10.0.0.1'), '10.0.0.1:5000');
});
