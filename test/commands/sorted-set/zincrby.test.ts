import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('adds to a score, exactly where decimals can say it', () => {
  const node = new CommandNode();
  assert.deepEqual(node.run('ZINCRBY z 2 a'), '2');
  assert.deepEqual(node.run('ZINCRBY z 0.1 a'), '2.1');
  assert.deepEqual(node.run('ZINCRBY z 0.2 a'), '2.3');
  assert.deepEqual(node.run('ZADD z 10 a'), 0);
  assert.deepEqual(node.run('ZINCRBY z -3 a'), '7');
  assert.deepEqual(node.run('ZINCRBY z 1e300 a'), '1e+300');
  assert.deepEqual(node.run('ZINCRBY z inf a'), 'inf');
  assert.deepEqual(node.run('ZINCRBY z -inf a'), '-ERR resulting score is not a number (NaN)');
  assert.deepEqual(node.run('ZINCRBY z x a'), '-ERR value is not a valid float');
});

test('keeps the order in both forms', () => {
  const node = new CommandNode();
  for (let i = 0; i < 200; i++) node.call('ZADD', 'z', i, `m${i}`);
  for (let i = 0; i < 200; i += 3) node.call('ZINCRBY', 'z', 500 - 2 * i, `m${i}`);
  const scores = node.run('ZRANGE z 0 -1 WITHSCORES') as string[];
  const numbers = scores.filter((_, i) => i % 2 === 1).map(Number);
  assert.deepEqual(
    numbers,
    [...numbers].sort((a, b) => a - b),
  );
  assert.equal(numbers.length, 200);
  assert.equal(node.run('ZSCORE z m3'), '497');
});

test('refuses an option of ZADD as Redis does', () => {
  const node = new CommandNode();
  for (const option of ['NX', 'xx', 'Gt', 'incr']) {
    assert.deepEqual(node.run(`ZINCRBY z ${option} a`), '-ERR syntax error');
  }
  assert.deepEqual(node.run('ZINCRBY z in a'), '-ERR value is not a valid float');
});
