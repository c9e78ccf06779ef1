import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { coveredKey, isHeadCovered } from '../../src/store/coverage.ts';
import type { Store } from '../../src/store/store.ts';
import { Rig } from '../commands/command-rig.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

const many = Array.from({ length: 600 }, (_, i) => `name-${i}`);

/** Commands that make a key `k`, then one that changes something deep in it. */
const histories: Readonly<Record<string, readonly (readonly string[])[]>> = {
  string: [
    ['SET', 'k', 'v'],
    ['PEXPIRE', 'k', '100000'],
  ],
  counter: [
    ['INCR', 'k'],
    ['INCR', 'k'],
  ],
  'counter over a value': [
    ['SET', 'k', '5'],
    ['INCR', 'k'],
  ],
  hyperloglog: [
    ['PFADD', 'k', 'a'],
    ['PFADD', 'k', 'b'],
  ],
  'small hash': [
    ['HSET', 'k', 'a', '1', 'b', '2'],
    ['HDEL', 'k', 'a'],
  ],
  'small hash with a deadline': [
    ['HSET', 'k', 'a', '1', 'b', '2'],
    ['HPEXPIRE', 'k', '100000', 'FIELDS', '1', 'a'],
  ],
  'hash of counters': [
    ['HINCRBY', 'k', 'a', '1'],
    ['HINCRBY', 'k', 'a', '1'],
  ],
  'large hash': [
    ['HSET', 'k', ...many.flatMap((name) => [name, name])],
    ['HDEL', 'k', 'name-300'],
  ],
  'small set': [
    ['SADD', 'k', 'a', 'b'],
    ['SREM', 'k', 'a'],
  ],
  'large set': [
    ['SADD', 'k', ...many],
    ['SREM', 'k', 'name-7'],
  ],
  'sorted set': [
    ['ZADD', 'k', ...many.flatMap((name, i) => [String(i), name])],
    ['ZREM', 'k', 'name-7'],
  ],
  'small list': [
    ['RPUSH', 'k', 'a', 'b', 'c'],
    ['LSET', 'k', '1', 'x'],
  ],
  'large list': [
    ['RPUSH', 'k', ...many],
    ['LSET', 'k', '300', 'x'],
  ],
  'list with a removal': [
    ['RPUSH', 'k', ...many],
    ['LPOP', 'k'],
  ],
  stream: [
    ['XADD', 'k', '1-1', 'f', 'v'],
    ['XADD', 'k', '2-1', 'f', 'v'],
  ],
  'stream with a removal': [
    ['XADD', 'k', '1-1', 'f', 'v', 'g', 'w'],
    ['XDEL', 'k', '1-1'],
  ],
};

function coverageOf(store: Store, covered: VersionVector): ReturnType<typeof coveredKey> {
  const ks = store.keyspace(0);
  const key = Buffer.from('k');
  const at = ks.entryOf(store.hash.of(key, 0, 1), key, 0, 1);
  assert.notEqual(at, 0);
  const isWhole = coveredKey(store, ks, at, covered);
  if (isWhole !== undefined) assert.ok(isHeadCovered(store, at, covered));
  return isWhole;
}

for (const [name, commands] of Object.entries(histories)) {
  test(`a ${name} is covered only up to its last change`, () => {
    const rig = new Rig();
    rig.store.keepDead();
    const client = rig.connect();
    const covered = new VersionVector();
    assert.ok(!client.send(...commands[0]!).startsWith('-'));
    assert.equal(coverageOf(rig.store, covered), undefined);
    covered.advance(rig.store.self, rig.store.clock.last(), 0);
    const before = coverageOf(rig.store, covered);
    assert.equal(before?.hasCounters, /^(INCR|HINCRBY)$/.test(commands[0]![0]!));
    assert.ok(!client.send(...commands[1]!).startsWith('-'));
    assert.equal(coverageOf(rig.store, covered), undefined, 'the second change is pending');
    covered.advance(rig.store.self, rig.store.clock.last(), 0);
    const after = coverageOf(rig.store, covered);
    assert.equal(after?.hasCounters, /^(INCR|HINCRBY)$/.test(commands[1]![0]!));
  });
}

test('consumer groups are nowhere else', () => {
  const rig = new Rig();
  rig.store.keepDead();
  const covered = new VersionVector();
  covered.advance(rig.store.self, stampMax, 0);
  const client = rig.connect();
  client.send('XADD', 'k', '1-1', 'f', 'v');
  assert.notEqual(coverageOf(rig.store, covered), undefined);
  client.send('XGROUP', 'CREATE', 'k', 'g', '0');
  assert.equal(coverageOf(rig.store, covered), undefined);
});

const contended: Readonly<Record<string, readonly [lost: readonly string[], won: readonly string[]]>> = {
  'a string that lost its key to a hash': [
    ['SET', 'k', 'v'],
    ['HSET', 'k', 'a', '1'],
  ],
  'a hash that lost its key to a string': [
    ['HSET', 'k', 'a', '1'],
    ['SET', 'k', 'v'],
  ],
  'a set that lost its key to a list': [
    ['SADD', 'k', 'a'],
    ['RPUSH', 'k', 'a'],
  ],
};

for (const [name, [lost, won]] of Object.entries(contended)) {
  test(`${name} is pending as long as it would be itself: it kills what is older of the other`, () => {
    const here = new TestNode('a');
    const there = new TestNode('b');
    const send = (node: TestNode, ...args: readonly string[]): void =>
      node.run((store) =>
        assert.ok(
          !new Rig({ store })
            .connect()
            .send(...args)
            .startsWith('-'),
        ),
      );
    send(here, ...lost);
    there.setTime(buildMs + 1000);
    send(there, ...won);
    here.setTime(buildMs + 2000);
    here.join(there.whole(0, Buffer.from('k')), there);
    const covered = new VersionVector();
    covered.advance(here.store.origins.intern(there.store.origins.name(there.store.self)), stampMax, 0);
    assert.equal(coverageOf(here.store, covered), undefined);
    covered.advance(here.store.self, here.store.clock.last(), 0);
    assert.notEqual(coverageOf(here.store, covered), undefined);
  });
}
