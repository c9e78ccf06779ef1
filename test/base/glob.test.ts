import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Glob } from '../../src/base/glob.ts';
import { RedisOracle, redisMissing } from '../commands/redis-oracle.ts';
import { runs } from '../runs.ts';

function matches(pattern: string, text: string): boolean {
  const bytes = Buffer.from(`<${text}>`, 'latin1');
  return new Glob(Buffer.from(pattern, 'latin1')).matches(bytes, 1, bytes.length - 2);
}

const cases: readonly (readonly [pattern: string, text: string, expected: boolean])[] = [
  ['*', '', true],
  ['**', 'abc', true],
  ['', '', true],
  ['', 'a', false],
  ['abc', 'abc', true],
  ['abc', 'abcd', false],
  ['a*c', 'abbc', true],
  ['a*c', 'abbd', false],
  ['*b*', 'abc', true],
  ['h?llo', 'hello', true],
  ['h?llo', 'hllo', false],
  ['h[ae]llo', 'hallo', true],
  ['h[ae]llo', 'hillo', false],
  ['h[^e]llo', 'hbllo', true],
  ['h[^e]llo', 'hello', false],
  ['[a-c]', 'b', true],
  ['[c-a]', 'b', true],
  ['[a-c]', 'd', false],
  ['[a-]', 'a', true],
  ['[\\]]', ']', true],
  ['[]', 'a', false],
  ['[^]', 'a', true],
  ['[ab', 'b', true],
  ['a\\*', 'a*', true],
  ['a\\*', 'ab', false],
  ['a\\', 'a\\', true],
  ['\xff?', '\xff\xfe', true],
];

test('fixed cases', () => {
  for (const [pattern, text, expected] of cases) {
    assert.equal(matches(pattern, text), expected, `${pattern} against ${text}`);
  }
});

test('a pattern that matches everything says so', () => {
  assert.equal(new Glob(Buffer.from('***')).matchesAll, true);
  assert.equal(new Glob(Buffer.from('*a')).matchesAll, false);
});

test('many stars take no exponential time', () => {
  assert.equal(matches(`${'a*'.repeat(2000)}b`, 'a'.repeat(10_000)), false);
  assert.equal(matches(`${'*a'.repeat(2000)}*`, 'a'.repeat(10_000)), true);
});

test('redis-server agrees', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  const piece = fc.constantFrom(
    '*',
    '?',
    '[',
    ']',
    '^',
    '-',
    '\\',
    'a',
    'b',
    'c',
    'd',
    '[ab]',
    '[^a]',
    '[a-c]',
  );
  const pattern = fc.array(piece, { minLength: 1, maxLength: 8 }).map((p) => p.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', 'c', 'd', '-', ']', '^', '\\', '*'), {
    minLength: 1,
    maxLength: 6,
  });
  try {
    await fc.assert(
      fc.asyncProperty(
        fc.array(pattern, { minLength: 1, maxLength: 20 }),
        fc.uniqueArray(
          text.map((t) => t.join('')),
          { minLength: 1, maxLength: 20 },
        ),
        async (patterns, texts) => {
          const head = [['FLUSHALL'], ['MSET', ...texts.flatMap((t) => [t, 'v'])]];
          const replies = await redis.run([...head, ...patterns.map((p) => ['KEYS', p])]);
          patterns.forEach((p, i) => {
            const theirs = replies[i + head.length]!.toString('latin1').split('\r\n');
            const found = theirs.filter((_, n) => n > 0 && n % 2 === 0).sort();
            assert.deepEqual(texts.filter((t) => matches(p, t)).sort(), found, p);
          });
        },
      ),
      { numRuns: runs(100) },
    );
  } finally {
    await redis.stop();
  }
});
