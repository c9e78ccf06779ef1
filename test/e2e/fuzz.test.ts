import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { seededRandom } from './mixed-writer.ts';
import { askOnce, encodeCommand } from './pipeline.ts';
import { ServerProcess } from './server-process.ts';

const seed = randomInt(1_000_000);
const random = seededRandom(seed);
const server = new ServerProcess();
const rounds = 400;
const atOnce = 20;
/** What a client may hold of the node is limited; what it holds afterwards is little more than before. */
const rssGrowthBytesMax = 256 * 1024 * 1024;

before(() => server.start('--set', 'edge.resources.memory_limit=64mb'));
after(() => server.stop());

function below(count: number): number {
  return Math.floor(random() * count);
}

function pick<T>(from: readonly T[]): T {
  return from[below(from.length)]!;
}

function randomBytes(lengthMax: number): Buffer {
  return Buffer.from(Array.from({ length: below(lengthMax) }, () => below(256)));
}

const requests: readonly (readonly (string | number)[])[] = [
  ['SET', 'key', 'value', 'EX', 100],
  ['MSET', 'a', '1', 'b', '2'],
  ['GET', 'key'],
  ['INCRBYFLOAT', 'number', '1.5'],
  ['SETRANGE', 'key', 20, 'patch'],
  ['CONFIG', 'GET', '*'],
  ['HELLO', 3],
  ['CLIENT', 'LIST'],
  ['EDGE.STATUS'],
  ['COMMAND', 'DOCS', 'get'],
  ['SCAN', 0, 'MATCH', '*', 'COUNT', 10],
  ['BITFIELD', 'bits', 'SET', 'u8', '#3', 200],
];

function valid(): Buffer {
  return Buffer.from(Array.from({ length: 1 + below(5) }, () => encodeCommand(pick(requests))).join(''));
}

function mutated(): Buffer {
  const bytes = valid();
  for (let i = 1 + below(4); i > 0; i--) bytes[below(bytes.length)] = below(256);
  return bytes;
}

const nonsense: readonly (() => Buffer)[] = [
  () => randomBytes(4096),
  mutated,
  () => valid().subarray(0, below(60)),
  () => Buffer.from(`*${pick(['1048577', '-7', '999999999999', '1e3', '', '0x10'])}\r\n`),
  () => Buffer.from(`*2\r\n$3\r\nGET\r\n$${pick(['536870913', '-1', '99999999999', ' 3', ''])}\r\nabc\r\n`),
  () => Buffer.from('*1\r\n'.repeat(1 + below(20_000))),
  () => Buffer.from(`${pick(['GET "unbalanced', "SET 'a", 'PING\t\t', '"\\x', '\0\0\0'])}\r\n`),
  () => Buffer.alloc(70 * 1024, pick(['a', '"', '$', '*'])),
  () => Buffer.from(`*1\r\n$${'1'.repeat(70_000)}`),
  () => Buffer.concat([valid(), randomBytes(64), valid()]),
];

/** Sends something, in pieces or whole, and goes away in one way or another. */
async function visit(): Promise<void> {
  const socket: Socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
  socket.on('error', () => {});
  await once(socket, 'connect');
  const readsNothing = random() < 0.2;
  if (readsNothing) socket.pause();
  else socket.resume();
  const bytes = pick(nonsense)();
  const cut = random() < 0.5 ? below(bytes.length + 1) : bytes.length;
  socket.write(bytes.subarray(0, cut));
  if (cut < bytes.length) {
    await delay(below(3));
    socket.write(bytes.subarray(cut));
  }
  const leaving = random();
  if (leaving < 0.4) socket.end();
  await delay(below(20));
  if (leaving < 0.7) socket.destroy();
  else socket.resetAndDestroy();
}

function rssBytes(): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

test('a node goes on serving whatever bytes it is sent', { skip: process.platform !== 'linux' }, async () => {
  process.stdout.write(`# seed ${seed}\n`);
  assert.equal(await askOnce(server.port, 'PING'), 'PONG', `seed ${seed}`);
  const before = rssBytes();
  const slow = connect(server.port, '127.0.0.1');
  slow.on('error', () => {});
  slow.pause();
  await askOnce(server.port, 'SET', 'large', 'x'.repeat(1024 * 1024));
  slow.write(encodeCommand(['GET', 'large']).repeat(1000));
  for (let round = 0; round < rounds; round += atOnce) {
    await Promise.all(Array.from({ length: atOnce }, visit));
  }
  slow.destroy();
  assert.equal(await askOnce(server.port, 'PING'), 'PONG', `seed ${seed}: ${server.output}`);
  const grownBytes = rssBytes() - before;
  assert.ok(grownBytes < rssGrowthBytesMax, `seed ${seed}: grown by ${grownBytes} bytes`);
  assert.doesNotMatch(server.output, /\bat .*\.[jt]s:\d+|uncaught|unhandled/i, `seed ${seed}`);
});
