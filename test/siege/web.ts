// Visitors of the hub's port that are no edges: requests with odd paths and headers, upgrades of all kinds, bytes that
// are no HTTP, connections that are reset while they are answered.
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../fuzz/random.ts';

const paths = [
  '/edge/ws',
  '/edge/ws?edge_agent_id=a',
  '/edge/ws?edge_agent_id=%',
  '/edge/ws?edge_agent_id=a&edge_agent_id=b',
  '/metrics',
  '/health',
  '/',
  '//',
  '//:x',
  '///edge/ws',
  'http://[',
  'http://hub/edge/ws',
  '*',
  '/%',
  '/%00',
  '/x'.repeat(4000),
  '',
];
const methods = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'OPTIONS', 'CONNECT', 'PUT', 'X', ''];
const headers = [
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Upgrade: h2c',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Version: 99',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Protocol: ferrite.v1',
  'Sec-WebSocket-Protocol: ,',
  'Authorization: Bearer x',
  'Authorization: Basic',
  'X-Edge-Agent-Id: a',
  'X-Edge-Agent-Id: b',
  'Origin: http://evil.example',
  'Content-Length: 5',
  'Content-Length: -1',
  'Transfer-Encoding: chunked',
  'Expect: 100-continue',
  `X-Long: ${'x'.repeat(20_000)}`,
];
const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];

export async function visit(random: Random, port: number, said: string[]): Promise<void> {
  const some = headers.filter(() => random.chance(0.3));
  const lines = [
    `${random.pick(methods)} ${random.pick(paths)} HTTP/1.1`,
    'Host: hub',
    ...(random.chance(0.6) ? [...new Set([...upgrade, ...some])] : some),
  ];
  const bytes = Buffer.from(
    `${lines.join('\r\n')}\r\n\r\n${random.chance(0.5) ? 'x'.repeat(random.below(300)) : ''}`,
  );
  if (random.chance(0.05)) for (let i = 0; i < 5; i++) bytes[random.below(bytes.length)] = random.below(256);
  said.push(
    bytes
      .toString('latin1')
      .replace(/x{50,}/g, 'x...')
      .slice(0, 1000),
  );
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  socket.resume();
  await Promise.race([once(socket, 'connect').catch(() => {}), delay(1000)]);
  socket.write(bytes.subarray(0, random.chance(0.2) ? random.below(bytes.length) : bytes.length));
  if (random.chance(0.3)) socket.end();
  if (random.chance(0.6)) await delay(random.below(10));
  if (random.chance(0.4)) socket.destroy();
  else socket.resetAndDestroy();
}
