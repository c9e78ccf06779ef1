import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counterBaseWords, counterHasBase, packCounter, stateOfEntry } from '../../src/store/entry-states.ts';
import { emptyState } from '../../src/store/key-state.ts';
import { CommandNode } from '../commands/harness.ts';

test('each encoding is read as the state that it stands for', () => {
  const node = new CommandNode();
  const { store } = node;
  store.keepDead();
  const stateOf = (key: string) => {
    const bytes = Buffer.from(key);
    const hash = store.hash.of(bytes, 0, bytes.length);
    const at = store.keyspace(0).entryOf(hash, bytes, 0, bytes.length);
    return { at, state: stateOfEntry(store.ground, at) };
  };
  const textOf = (key: string): string => Buffer.from(stateOf(key).state.value?.bytes ?? []).toString();
  node.run('SET raw some-text');
  node.run('SET int -12345678901');
  node.run('SET counted 40');
  node.run('INCRBY counted 2');
  node.run('INCRBY counter -7');
  node.run('PFADD registers a b');
  node.run('PEXPIREAT raw 99999999999999');
  assert.equal(textOf('raw'), 'some-text');
  assert.equal(stateOf('raw').state.expiry.deadlineMs, 99_999_999_999_999);
  assert.equal(textOf('int'), '-12345678901');
  const counted = stateOf('counted');
  assert.ok(counterHasBase(store.entries, counted.at));
  assert.equal(textOf('counted'), '40');
  assert.deepEqual(
    counted.state.slots.map(({ sum }) => sum),
    [2n],
  );
  const counter = stateOf('counter');
  assert.ok(!counterHasBase(store.entries, counter.at));
  assert.equal(counter.state.value, undefined);
  assert.deepEqual(
    counter.state.slots.map(({ sum }) => sum),
    [-7n],
  );
  assert.equal(stateOf('registers').state.sets.length, 1);
});

test('only one integer slot with an integer base, or none, is a plain counter', () => {
  const slot = { origin: 1, stamp: 9, run: 5, sum: -3n };
  const value = { dot: { stamp: 2 ** 40, origin: 2 }, bytes: Buffer.from('17') };
  const plain = { ...emptyState(), slots: [slot], value };
  assert.deepEqual([...packCounter(plain)!].slice(0, counterBaseWords), [5, 0, -3, -1, 17, 0, 0, 256, 2]);
  assert.deepEqual([...packCounter({ ...plain, value: undefined })!].slice(0, 4), [5, 0, -3, -1]);
  assert.equal(packCounter({ ...plain, slots: [slot, slot] }), undefined);
  assert.equal(packCounter({ ...plain, slots: [{ ...slot, sum: '1.5' }] }), undefined);
  assert.equal(packCounter({ ...plain, value: { ...value, bytes: Buffer.from('x') } }), undefined);
  assert.equal(packCounter({ ...plain, floor: { stamp: 1, origin: 1 } }), undefined);
});
