import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';

test('counts from zero and on, within 64 bits', () => {
  const node = new CommandNode();
  assert.equal(node.run('HINCRBY h n 5'), 5);
  assert.equal(node.run('HINCRBY h n -7'), -2);
  node.run('HSET h m 9223372036854775800');
  assert.equal(node.run('HINCRBY h m 100'), '-ERR increment or decrement would overflow');
  assert.equal(node.run('HGET h m'), '9223372036854775800');
  node.run('HSET h t x');
  assert.equal(node.run('HINCRBY h t 1'), '-ERR hash value is not an integer');
  assert.equal(node.run('HINCRBY h n x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('HINCRBY none t x'), '-ERR value is not an integer or out of range');
  assert.equal(node.run('EXISTS none'), 0);
});

test('goes on when the hash has become a table', () => {
  const node = new CommandNode();
  node.run('HINCRBY h n 5');
  for (let i = 0; i < 300; i++) node.call('HSET', 'h', `f${i}`, 'v');
  assert.equal(node.run('HINCRBY h n 5'), 10);
  assert.equal(node.run('HINCRBY h n2 5'), 5);
  assert.equal(node.run('HLEN h'), 302);
});

test('goes on exactly beside any base, in small steps and in large ones', () => {
  const steps = ['1', '-7', '4294967296', '-4294967297', '9007199254740991', '-9007199254740991', '0'];
  const largest = ['9223372036854775807', '-9223372036854775808'];
  for (const base of [undefined, '0', '-5', '9007199254740990', '123456789012345678']) {
    const node = new CommandNode();
    if (base !== undefined) node.call('HSET', 'h', 'n', base);
    let value = BigInt(base ?? 0);
    for (let i = 0; i < 60; i++) {
      const by = i % 20 === 19 ? largest[(i / 20) & 1]! : steps[(i * i + i) % steps.length]!;
      const sum = value + BigInt(by);
      const fits = BigInt.asIntN(64, sum) === sum;
      const reply = node.run(`HINCRBY h n ${by}`);
      if (fits) value = sum;
      else assert.equal(reply, '-ERR increment or decrement would overflow');
      assert.equal(node.run('HGET h n'), String(value));
    }
  }
});

test('a field keeps its deadline', () => {
  const node = new CommandNode();
  node.run('HINCRBY h n 5');
  node.run('HSET h other x');
  node.run('HPEXPIRE h 100 FIELDS 1 n');
  assert.equal(node.run('HINCRBY h n 1'), 6);
  assert.deepEqual(node.run('HPTTL h FIELDS 1 n'), [100]);
  node.rig.advance(100);
  assert.equal(node.run('HINCRBY h n 1'), 1);
});

test('a count that fails speaks for nothing: the type of a key is no later than what was said of it', () => {
  const node = new CommandNode();
  const key = Buffer.from('h');
  const stamp = (): number => {
    const { store } = node;
    const at = store.keyspaces[0]!.entryOf(store.hash.of(key, 0, 1), key, 0, 1);
    return store.entries.stamp(at);
  };
  node.run('HINCRBYFLOAT h n 0.5');
  const before = stamp();
  node.run('HINCRBYFLOAT other n 0.5');
  assert.equal(node.run('HINCRBY h n 3'), '-ERR hash value is not an integer');
  assert.equal(node.run('HINCRBYFLOAT h n inf'), '-ERR value is NaN or Infinity');
  assert.equal(stamp(), before);
});
