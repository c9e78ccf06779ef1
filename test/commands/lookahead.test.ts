// Requests that come together are looked up together: the replies must be those of the same requests one at a time.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import fc from 'fast-check';
import { EdgeNode } from '../../src/node.ts';
import { runs } from '../runs.ts';
import { TestClient } from '../server/test-client.ts';

const names = Array.from({ length: 40 }, (_, i) => `name:${i * 37}`);
const keys = ['large:set', 'large:hash', 'large:zset', 'small:set', 'text', 'number', 'nothing'];
const arbitraryKey = fc.constantFrom(...keys);
const arbitraryName = fc.constantFrom(...names);
const arbitraryRequest = fc.oneof(
  fc.tuple(
    fc.constantFrom('SADD', 'SREM', 'SISMEMBER', 'HGET', 'HEXISTS', 'ZSCORE'),
    arbitraryKey,
    arbitraryName,
  ),
  fc.tuple(fc.constant('HSET'), arbitraryKey, arbitraryName, arbitraryName),
  fc.tuple(fc.constant('ZADD'), arbitraryKey, fc.constantFrom('1', 'x', 'NX'), arbitraryName),
  fc.tuple(
    fc.constantFrom('ZINCRBY', 'HINCRBY'),
    arbitraryKey,
    fc.constantFrom('1', 'name:37'),
    fc.constantFrom('1', 'name:0'),
  ),
  fc.tuple(fc.constantFrom('GET', 'INCR', 'DEL', 'TYPE', 'SADD', 'nonsense'), arbitraryKey),
  fc.tuple(fc.constant('MSET'), arbitraryKey, arbitraryName, arbitraryKey, arbitraryName),
  fc.tuple(fc.constant('SELECT'), fc.constantFrom('0', '1')),
  fc.constant(['MULTI']),
  fc.constant(['EXEC']),
);

function encode(requests: readonly (readonly string[])[]): string {
  return requests
    .map((words) => `*${words.length}\r\n${words.map((word) => `$${word.length}\r\n${word}\r\n`).join('')}`)
    .join('');
}

function filling(): string[][] {
  const all = Array.from({ length: 1500 }, (_, i) => `name:${i}`);
  return [
    ['FLUSHALL'],
    ['SADD', 'large:set', ...all],
    ['HSET', 'large:hash', ...all.flatMap((name) => [name, '1'])],
    ['ZADD', 'large:zset', ...all.flatMap((name, i) => [String(i), name])],
    ['SADD', 'small:set', 'name:0', 'name:37'],
    ['MSET', 'text', 'value', 'number', '123456789012'],
    ['MSET', ...all.flatMap((name) => [name, name])],
  ];
}

async function repliesTo(chunks: readonly string[], node: EdgeNode): Promise<string> {
  const client = await TestClient.connect(node.port);
  for (const chunk of chunks) {
    client.send(chunk);
    if (chunks.length > 1) await delay(0);
  }
  client.send(encode([['QUIT']]));
  await client.expectEnd();
  const { text } = client;
  client.close();
  return text;
}

test('requests that come together have the replies that they have one at a time', async () => {
  const node = new EdgeNode({ port: 0, memoryLimit: '64mb' });
  await node.open();
  try {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRequest, { minLength: 2, maxLength: 80 }), async (requests) => {
        const start = encode(filling());
        const together = await repliesTo([start + encode(requests)], node);
        const apart = await repliesTo([start, ...requests.map((request) => encode([request]))], node);
        assert.equal(together, apart);
      }),
      { numRuns: runs(25) },
    );
  } finally {
    await node.close();
  }
});
