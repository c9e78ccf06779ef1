import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

test('tells places, digit for digit as Redis', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('GEOADD g 13.361389 38.115556 Palermo 15.087269 37.502669 Catania'), 2);
  assert.deepEqual(node.run('GEOPOS g Palermo no'), [['13.36138933897018433', '38.11555639549629859'], null]);
  assert.deepEqual(node.run('GEOPOS none a'), [null]);
});

/** Scores that no place has, and some at the edges of what is one. */
const strangeScores = (
  '-1 -0.5 -1e10 -4294967296 -4294967297 -9e18 -9223372036854775808 -1e300 -inf inf 1e300 1.5 4503599627370495 ' +
  '4503599627370496 4503599627370497 1e16 9e18 9223372036854774784 9223372036854775808 1e19 18446744073709549568 2e19'
).split(' ');

test('a score that no place has is read as Redis reads it on x86-64', () => {
  const node = new CommandNode();
  const placeOf = (score: string): unknown => {
    node.run(`ZADD g ${score} m`);
    return node.run('GEOPOS g m');
  };
  assert.deepEqual(placeOf('-1'), [['180', '85.0511287799999991']]);
  assert.deepEqual(placeOf('-inf'), [['180', '-85.05112751263942528']]);
  assert.deepEqual(placeOf('2e19'), [['-179.99999731779098511', '-85.05112751263942528']]);
});

const skip =
  redisMissing !== false ? redisMissing : process.arch !== 'x64' && 'other processors read them otherwise';

test('such scores are found, told of and stored as in redis-server', { skip }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    const steps: string[][] = strangeScores.map((score, i) => ['ZADD', 'z', score, `m${i}`]);
    for (const i of strangeScores.keys()) {
      const m = `m${i}`;
      steps.push(
        ['GEOPOS', 'z', m],
        ['GEOHASH', 'z', m],
        ['GEODIST', 'z', m, 'm0'],
        ['GEODIST', 'z', 'm11', m],
      );
    }
    for (const [longitude, latitude] of [
      ['-179.99', '-85.05'],
      ['-179.99', '85.05'],
      ['179.99', '85.05'],
      ['179.99', '-85.05'],
    ] as const) {
      const within = ['FROMLONLAT', longitude, latitude, 'BYRADIUS', '5', 'km'];
      for (const tail of [[], ['STOREDIST']]) {
        steps.push(['GEOSEARCHSTORE', 'd', 'z', ...within, ...tail], ['ZRANGE', 'd', '0', '-1']);
      }
      steps.push(['GEOSEARCH', 'z', ...within, 'WITHCOORD', 'WITHHASH', 'ASC']);
    }
    const expected = await redis.run(steps);
    for (const [i, step] of steps.entries()) {
      assert.equal(node.bytes(...step).toString(), expected[i]!.toString(), step.join(' '));
    }
  } finally {
    await redis.stop();
  }
});
