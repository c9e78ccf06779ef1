import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventMask } from '../../../src/commands/key-events.ts';
import type { SliceSizes } from '../../../src/store/slice-sizes.ts';
import { CommandNode } from '../harness.ts';
import { errorOf, sliced, tinySlices } from '../in-slices.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

test('counts one set, several together, and none', () => {
  const node = new CommandNode();
  node.run('PFADD a 1 2 3');
  node.run('PFADD b 3 4');
  assert.equal(node.run('PFCOUNT a'), 3);
  assert.equal(node.run('PFCOUNT a b missing'), 4);
  assert.equal(node.run('PFCOUNT missing'), 0);
  node.run('SET s x');
  assert.equal(node.run('PFCOUNT a s'), '-WRONGTYPE Key is not a valid HyperLogLog string value.');
});

test('keeps its estimate in the set until an addition', () => {
  const node = new CommandNode();
  node.run('PFADD h a b c');
  assert.equal(node.call('GETRANGE', 'h', 15, 15), '\x80');
  node.run('PFCOUNT h');
  assert.equal(node.call('GETRANGE', 'h', 15, 15), '\x00');
  node.run('PFADD h a b c');
  assert.equal(node.call('GETRANGE', 'h', 15, 15), '\x00');
  node.run('PFADD h 1 2 3');
  assert.equal(node.call('GETRANGE', 'h', 15, 15), '\x80');
});

test('counts as redis-server does, and their sets can be exchanged', { skip: redisMissing }, async () => {
  const redis = await RedisOracle.start();
  try {
    const node = new CommandNode();
    const steps: string[][] = [];
    for (let i = 0, n = 0; i < 120; i++) {
      const count = 1 + ((i * 7) % 400);
      steps.push([
        'PFADD',
        'h',
        ...Array.from({ length: count }, () => `e${(n++ * 31) % 9000}:${'x'.repeat(n % 19)}`),
      ]);
      steps.push(['PFCOUNT', 'h']);
    }
    const expected = await redis.run(steps);
    for (const [i, s] of steps.entries()) assert.deepEqual(node.bytes(...s), expected[i]!, `step ${i}`);
    const ours = node.bytes('GET', 'h');
    const bytes = ours.subarray(ours.indexOf('\n') + 1, -2);
    const [, theirCount, , theirs] = await redis.run([
      ['SET', 'ours', bytes],
      ['PFCOUNT', 'ours', 'h'],
      ['PFADD', 'small', 'a', 'b', 'c'],
      ['GET', 'small'],
    ]);
    assert.deepEqual(theirCount, node.bytes('PFCOUNT', 'h'));
    node.call('SET', 'small', theirs!.subarray(theirs!.indexOf('\n') + 1, -2));
    assert.equal(node.run('PFCOUNT small'), 3);
    assert.equal(node.run('PFADD small a b c'), 0);
  } finally {
    await redis.stop();
  }
});

test('no key is looked up behind one that is no HyperLogLog', () => {
  const node = new CommandNode();
  node.run('SET no text');
  const { stats } = node.services;
  const { misses } = stats;
  assert.match(String(node.run('PFCOUNT no missing')), /^-WRONGTYPE/);
  assert.equal(stats.misses, misses);
});

test('in slices, too, misses are told of up to the first key that is no HyperLogLog, and once each', () => {
  const events = (sliceSizes: SliceSizes | undefined, between?: string): [string[], number, string] => {
    const node = new CommandNode(sliceSizes === undefined ? {} : { sliceSizes });
    node.run('PFADD a 1 2 3');
    node.run('PFADD b 3 4');
    node.run('SET no text');
    node.rig.services.events.setMask(eventMask('AKEmg') ?? 0);
    const told: string[] = [];
    const listener = node.rig.connect();
    listener.send('PSUBSCRIBE', '__keyevent@*__:keymiss');
    const { misses } = node.services.stats;
    const words = [
      'PFCOUNT',
      'a',
      'x1',
      'x2',
      'b',
      'x3',
      between === undefined ? 'no' : 'x4',
      'x5',
      'no',
      'x6',
    ];
    const reply =
      sliceSizes === undefined
        ? String(node.run(words.join(' ')))
        : errorOf(
            sliced(node, words, () => {
              if (between !== undefined) node.run(between);
            }),
          );
    node.rig.timers.endTurn();
    for (const [, key] of listener.pushed().matchAll(/keymiss\r\n\$\d+\r\n(\w+)\r\n/g)) told.push(key!);
    return [told, node.services.stats.misses - misses, reply.replace(/^-/, '')];
  };
  const whole = events(undefined);
  assert.deepEqual(whole.slice(0, 2), [['x1', 'x2', 'x3'], 3]);
  assert.deepEqual(events(tinySlices), whole);
  const [told, misses, reply] = events(tinySlices, 'PFADD a 5');
  assert.deepEqual([told, misses], [['x1', 'x2', 'x3', 'x4', 'x5'], 5]);
  assert.match(reply, /^WRONGTYPE/);
});
