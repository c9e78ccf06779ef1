import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { commandList } from '../../src/commands/list.generated.ts';
import { same } from './compare.ts';
import { makeRequest, targetsOf } from './grammar.ts';
import { knownDifferences } from './known-differences.ts';
import { Random } from './random.ts';

test('every known difference has its title in docs/compatibility.md', () => {
  const text = readFileSync('docs/compatibility.md', 'utf8');
  assert.deepEqual(
    knownDifferences.filter(({ title }) => !text.includes(`\n### ${title}\n`)),
    [],
  );
});

test('one seed makes one stream of requests, of any command', () => {
  const targets = targetsOf(commandList);
  const stream = (): string[][] => {
    const random = new Random(7);
    return targets.flatMap((target) => Array.from({ length: 20 }, () => [...makeRequest(random, target)]));
  };
  const requests = stream();
  assert.deepEqual(requests, stream());
  assert.ok(
    requests.every((request) => request.length > 0 && request.every((arg) => typeof arg === 'string')),
  );
});

test('no request waits for long', () => {
  const random = new Random(11);
  const reads = targetsOf(commandList).filter(({ spec }) => /^(xread|xreadgroup)$/.test(spec.name));
  for (const target of reads) {
    for (let i = 0; i < 3000; i++) {
      const request = makeRequest(random, target);
      for (const [at, word] of request.entries()) {
        if (word.toLowerCase() !== 'block' || at + 1 === request.length) continue;
        const ms = Number(request[at + 1]);
        assert.ok(Number.isNaN(ms) || ms < 0 || (ms > 0 && ms <= 5), request.join(' '));
      }
    }
  }
});

test('replies are the same but for order and for moments that pass', () => {
  const is = (request: string[], a: string, b: string): boolean =>
    same(request, Buffer.from(a), Buffer.from(b));
  assert.ok(is(['smembers', 's'], '*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+a\r\n'));
  assert.ok(!is(['lrange', 's', '0', '-1'], '*2\r\n+a\r\n+b\r\n', '*2\r\n+b\r\n+a\r\n'));
  assert.ok(is(['TTL', 's'], ':999\r\n', ':1000\r\n'));
  assert.ok(!is(['TTL', 's'], ':-1\r\n', ':1000\r\n'));
  assert.ok(!is(['smembers', 's'], '-ERR a\r\n', '-ERR b\r\n'));
  assert.ok(!is(['get', 's'], '$-1\r\n', '_\r\n'));
});
