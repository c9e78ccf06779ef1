import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DeltaKind, ElementType } from '../../src/delta/kinds.ts';
import type { Collection } from '../../src/store/collection.ts';
import type { Store } from '../../src/store/store.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { deliverInOrder, playHistory, type Step } from './history.ts';
import { addToRegisters } from './keyed-operations.ts';
import { buildMs } from './new-store.ts';

/** The smallest segment, which a table that was ever used keeps. */
const emptySegmentBytes = 64;
const dayMs = 24 * 3600 * 1000;

type Op =
  | { readonly op: 'put'; readonly key: string; readonly name: string; readonly value: string }
  | {
      readonly op: 'many';
      readonly key: string;
      readonly count: number;
      readonly value: string;
      /** The names come in steps of so many. */
      readonly stride: number;
      /** The elements are told of before the first is put. */
      readonly isTold: boolean;
    }
  | { readonly op: 'count'; readonly key: string; readonly name: string; readonly by: number }
  | { readonly op: 'decimal'; readonly key: string; readonly name: string; readonly by: string }
  | { readonly op: 'drop'; readonly key: string; readonly name: string }
  | { readonly op: 'expireField'; readonly key: string; readonly name: string; readonly deadline: number }
  | { readonly op: 'purge' }
  | { readonly op: 'set'; readonly key: string; readonly value: string }
  | { readonly op: 'incr'; readonly key: string; readonly by: number }
  | { readonly op: 'pfadd'; readonly key: string; readonly element: string }
  | { readonly op: 'del'; readonly key: string }
  | { readonly op: 'expire'; readonly key: string; readonly deadline: number };

const key = fc.constantFrom('a', 'b');
const name = fc.constantFrom('f', 'g', 'n3');
const value = fc.constantFrom('x', '7', '1.25', '1234567890123', 'z'.repeat(200));
const put = fc.record({ op: fc.constant('put' as const), key, name, value });
const many = fc.record({
  op: fc.constant('many' as const),
  key,
  count: fc.constantFrom(3, 20, 127, 130),
  value: fc.constantFrom('v', 'w'.repeat(70)),
  stride: fc.constantFrom(1, 7),
  isTold: fc.boolean(),
});
const count = fc.record({
  op: fc.constant('count' as const),
  key,
  name,
  by: fc.integer({ min: -5, max: 9 }),
});
const decimal = fc.record({
  op: fc.constant('decimal' as const),
  key,
  name,
  by: fc.constantFrom('0.5', '-1.25'),
});
const drop = fc.record({ op: fc.constant('drop' as const), key, name });
const incr = fc.record({ op: fc.constant('incr' as const), key, by: fc.integer({ min: -5, max: 9 }) });
const pfadd = fc.record({
  op: fc.constant('pfadd' as const),
  key,
  element: fc.constantFrom('p', 'q', 'r', 's'),
});
const del = fc.record({ op: fc.constant('del' as const), key });
const set = fc.record({ op: fc.constant('set' as const), key, value });
const expire = fc.record({
  op: fc.constant('expire' as const),
  key,
  deadline: fc.constantFrom(0, buildMs + dayMs, buildMs + 2 * dayMs),
});
const expireField = fc.record({
  op: fc.constant('expireField' as const),
  key,
  name,
  deadline: fc.constantFrom(0, buildMs + 10, buildMs + 60, buildMs + 90, buildMs + dayMs),
});
const purge = fc.constant({ op: 'purge' as const });
const ofOneType = fc.oneof(
  { weight: 4, arbitrary: put },
  { weight: 1, arbitrary: many },
  { weight: 2, arbitrary: count },
  { weight: 1, arbitrary: decimal },
  { weight: 3, arbitrary: drop },
  { weight: 3, arbitrary: expireField },
  { weight: 1, arbitrary: purge },
  { weight: 2, arbitrary: del },
  { weight: 1, arbitrary: expire },
);
const ofTwoTypes = fc.oneof(
  { weight: 3, arbitrary: put },
  { weight: 2, arbitrary: count },
  { weight: 1, arbitrary: decimal },
  { weight: 2, arbitrary: drop },
  { weight: 2, arbitrary: expireField },
  { weight: 2, arbitrary: set },
  { weight: 2, arbitrary: incr },
  { weight: 2, arbitrary: pfadd },
  { weight: 2, arbitrary: del },
  { weight: 1, arbitrary: expire },
);

function perform(store: Store, command: Op): void {
  if (command.op === 'purge') {
    while (store.fieldExpiry.slice(10_000));
    return;
  }
  const ks = store.keyspace(0);
  const k = Buffer.from(command.key);
  const { elements } = store;
  if (command.op === 'set') {
    const v = Buffer.from(command.value);
    store.strings.set(ks, k, 0, k.length, v, 0, v.length, 0);
    return;
  }
  if (command.op === 'incr') {
    store.strings.count(ks, k, 0, k.length, command.by);
    return;
  }
  if (command.op === 'pfadd') {
    addToRegisters(store, k, command.element);
    return;
  }
  if (command.op === 'del') {
    store.remove(ks, k, 0, k.length);
    return;
  }
  if (command.op === 'expire') {
    const hash = store.hash.of(k, 0, k.length);
    const at = store.find(ks, hash, k, 0, k.length);
    if (at !== 0) store.expireAt(ks, hash, at, command.deadline);
    return;
  }
  elements.open(ks, k, 0, k.length, ElementType.hash);
  if (command.op === 'many') {
    const v = Buffer.from(command.value);
    if (command.isTold) elements.requireRoom(command.count, command.count * (v.length + 3));
    for (let i = 0; i < command.count; i++) {
      const n = Buffer.from(`n${(i * command.stride) % command.count}`);
      elements.put(n, 0, n.length, v, 0, v.length);
    }
    return;
  }
  const n = Buffer.from(command.name);
  if (command.op === 'put') {
    const v = Buffer.from(command.value);
    elements.put(n, 0, n.length, v, 0, v.length);
  } else if (command.op === 'count') elements.count(n, 0, n.length, command.by);
  else if (command.op === 'expireField') {
    if (elements.get(n, 0, n.length)) elements.expire(n, 0, n.length, command.deadline);
  } else if (command.op === 'decimal') elements.countDecimal(n, 0, n.length, command.by);
  else elements.drop(n, 0, n.length);
}

/** Runs a command as dispatch would: a client's error changes nothing. */
function apply(node: TestNode, command: Op): void {
  node.run((store) => {
    try {
      perform(store, command);
    } catch (error) {
      assert.match(String(error), /CommandError/);
    }
  });
}

function steps(op: fc.Arbitrary<Op>, maxLength: number): fc.Arbitrary<Step<Op>[]> {
  const what = fc.oneof(
    { weight: 2, arbitrary: op.map((o) => ({ run: o }) as const) },
    { weight: 1, arbitrary: fc.nat(2).map((from) => ({ pull: from }) as const) },
  );
  return fc.array(fc.record({ node: fc.nat(2), what }), { maxLength });
}

function play(history: readonly Step<Op>[], lww: boolean): TestNode[] {
  return playHistory(history, apply, lww);
}

/** At one time, with what has expired by then purged, all nodes show the same. */
function assertSeenAlike(nodes: readonly TestNode[]): void {
  for (const node of nodes) {
    node.setTime(buildMs + 1000);
    node.run((store) => {
      while (store.fieldExpiry.slice(10_000));
    });
  }
  for (const node of nodes.slice(1)) assert.deepEqual(node.visible(), nodes[0]!.visible());
}

for (const lww of [false, true]) {
  test(`hashes: three nodes that have seen the same deltas agree (${lww ? 'lww' : 'crdt'})`, () => {
    fc.assert(
      fc.property(steps(ofOneType, 30), (history) => {
        const nodes = play(history, lww);
        for (const node of nodes.slice(1)) assert.deepEqual(node.picture(), nodes[0]!.picture());
        assertSeenAlike(nodes);
      }),
      { numRuns: runs(200) },
    );
  });
}

for (const lww of [false, true]) {
  test(`hashes and strings under one key: the later type has it on every node (${lww ? 'lww' : 'crdt'})`, () => {
    fc.assert(
      fc.property(
        steps(ofTwoTypes, 30),
        fc.array(fc.nat(2), { maxLength: 60 }),
        fc.array(fc.boolean(), { maxLength: 60 }),
        (history, order, again) => {
          const nodes = play(history, lww);
          const fresh = new TestNode('fresh', { lww });
          deliverInOrder(nodes, fresh, order, again);
          assertSeenAlike([...nodes, fresh]);
        },
      ),
      { numRuns: runs(250) },
    );
  });
}

test('a scan of keys that several types fought over says all that a key needs to go on with', () => {
  fc.assert(
    fc.property(steps(ofTwoTypes, 20), steps(ofTwoTypes, 12), (before, after) => {
      const nodes = play(before, false);
      const copy = new TestNode('copy');
      for (const k of ['a', 'b']) copy.join(nodes[0]!.whole(0, Buffer.from(k)), nodes[0]!);
      const more = new TestNode('n4');
      for (const { what } of after) if ('run' in what) apply(more, what.run);
      for (const batch of more.history) for (const node of [copy, nodes[0]!]) node.join(batch, more);
      assertSeenAlike([copy, nodes[0]!]);
    }),
    { numRuns: runs(150) },
  );
});

test('hashes: deltas joined in any order that keeps each origin its own, any number of times', () => {
  fc.assert(
    fc.property(
      steps(ofOneType, 20),
      fc.array(fc.nat(2), { maxLength: 60 }),
      fc.array(fc.boolean(), { maxLength: 60 }),
      (history, order, again) => {
        const nodes = play(history, false);
        const fresh = new TestNode('fresh');
        deliverInOrder(nodes, fresh, order, again);
        assert.deepEqual(fresh.picture(), nodes[0]!.picture());
        assertSeenAlike([...nodes, fresh]);
      },
    ),
    { numRuns: runs(150) },
  );
});

test('hashes: a scan joined into an empty store is the same store; without peers a key leaves nothing', () => {
  fc.assert(
    fc.property(steps(ofOneType, 20), fc.boolean(), (history, keepsDead) => {
      const node = new TestNode('n1', { keepsDead });
      for (const { what } of history) if ('run' in what) apply(node, what.run);
      const copy = new TestNode('copy', { keepsDead });
      for (const k of ['a', 'b']) copy.join(node.whole(0, Buffer.from(k)), node);
      assert.deepEqual(copy.picture(), node.picture());
      assert.deepEqual(copy.visible(), node.visible());
      if (keepsDead) return;
      for (const k of ['a', 'b']) apply(node, { op: 'del', key: k });
      while (node.store.freeSlice(100));
      assert.ok(node.store.arena.liveBytes <= emptySegmentBytes, 'only the empty table is left');
    }),
    { numRuns: runs(120) },
  );
});

test('without peers a hash forgets when it was said that a field has no deadline, small or large', () => {
  for (const count of [3, 127, 130]) {
    const node = new TestNode('n1', { keepsDead: false });
    const field = { key: 'a', name: 'g' } as const;
    apply(node, { op: 'count', ...field, by: 0 });
    apply(node, { op: 'many', key: 'a', count, stride: 1, isTold: false, value: 'v' });
    apply(node, { op: 'expireField', ...field, deadline: buildMs + dayMs });
    apply(node, { op: 'expireField', ...field, deadline: 0 });
    apply(node, { op: 'expire', key: 'a', deadline: buildMs + dayMs });
    apply(node, { op: 'expire', key: 'a', deadline: 0 });
    assert.deepEqual(
      node.picture().filter((line) => line.includes(' expire ')),
      [],
    );
    const copy = new TestNode('copy', { keepsDead: false });
    copy.join(node.whole(0, Buffer.from('a')), node);
    assert.deepEqual(copy.picture(), node.picture());
  }
});

test('a key that is made anew does not have the deadline of its earlier life', () => {
  for (const keepsDead of [true, false]) {
    const node = new TestNode('n1', { keepsDead });
    const field = { key: 'a', name: 'f' } as const;
    apply(node, { op: 'put', ...field, value: 'x' });
    apply(node, { op: 'expire', key: 'a', deadline: buildMs + 10 });
    apply(node, { op: 'drop', ...field });
    node.setTime(buildMs + 20);
    apply(node, { op: 'put', ...field, value: 'y' });
    assert.deepEqual(node.visible(), { '0:a': '4{f=y} until 0' });
    const other = new TestNode('n2', { keepsDead });
    other.setTime(buildMs + 20);
    for (const batch of node.history) other.join(batch, node);
    assert.deepEqual(other.visible(), node.visible());
  }
});

test('a put over a field of a large hash that has expired speaks of the field', () => {
  const node = new TestNode('n1');
  apply(node, { op: 'many', key: 'a', count: 140, stride: 1, isTold: false, value: 'v' });
  apply(node, { op: 'expireField', key: 'a', name: 'n3', deadline: buildMs + 10 });
  node.setTime(buildMs + 20);
  apply(node, { op: 'put', key: 'a', name: 'n3', value: 'x' });
  const other = new TestNode('n2');
  other.setTime(buildMs + 20);
  for (const batch of node.history) other.join(batch, node);
  assert.deepEqual(Object.keys(other.visible()), ['0:a']);
  assert.deepEqual(other.visible(), node.visible());
});

/** A key's collection, alive or in the graveyard. */
function collectionOf(store: Store, key: string): Collection {
  const ks = store.keyspace(0);
  const k = Buffer.from(key);
  const hash = store.hash.of(k, 0, k.length);
  const live = ks.entryOf(hash, k, 0, k.length);
  return store.collectionAt(ks, hash, live !== 0 ? live : ks.tombOf(hash, k, 0, k.length));
}

test('a prune tells how many of the dead went, and takes none that may not go', () => {
  const field = fc.record({ length: fc.integer({ min: 1, max: 60 }), stays: fc.boolean() });
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 12 }), fc.boolean(), (fields, hasLive) => {
      const node = new TestNode('n1');
      const names = fields.map(({ length }, i) => `${i}`.padEnd(length, 'x'));
      if (hasLive) apply(node, { op: 'put', key: 'a', name: 'live', value: 'v' });
      for (const name of names) apply(node, { op: 'put', key: 'a', name, value: 'v' });
      for (const name of names) apply(node, { op: 'drop', key: 'a', name });
      const mayGo = new Set(fields.flatMap(({ stays }, i) => (stays ? [] : [names[i]!])));
      const dead = (): string[] => node.picture().filter((line) => line.includes(' clear '));
      const lines = dead();
      const stamps = new Map(
        lines.map((line) => [Number(/@(\d+) /.exec(line)?.[1]), /:(\S+) clear/.exec(line)?.[1]]),
      );
      const gone = collectionOf(node.store, 'a').prune((dots) =>
        dots.some(({ stamp }) => mayGo.has(stamps.get(stamp) ?? '')),
      );
      const left = dead();
      assert.equal(gone, lines.length - left.length);
      for (const line of lines)
        if (!left.includes(line)) assert.ok(mayGo.has(/:(\S+) clear/.exec(line)![1]!));
      if (mayGo.size === names.length) assert.deepEqual(left, []);
      assert.equal(node.visible()['0:a'], hasLive ? '4{live=v} until 0' : undefined);
    }),
    { numRuns: runs(200) },
  );
});

test('of many dead elements a part is looked at each time, until all are gone, and the key with them', () => {
  const node = new TestNode('n1');
  const names = Array.from({ length: 2000 }, (_, i) => `name:${i}`);
  for (const name of names) apply(node, { op: 'put', key: 'a', name, value: 'v' });
  for (const name of names) apply(node, { op: 'drop', key: 'a', name });
  const dead = (): number => node.picture().filter((line) => line.includes(' clear ')).length;
  assert.equal(dead(), 2000);
  let seen = 0;
  const stays = (): boolean => {
    seen += 1;
    return false;
  };
  assert.equal(collectionOf(node.store, 'a').prune(stays), 0);
  assert.ok(seen >= 512 && seen < 2000, String(seen));
  let gone = 0;
  for (let i = 0; i < 100 && dead() > 0; i++) gone += collectionOf(node.store, 'a').prune(() => true);
  assert.equal(gone, 2000);
  assert.deepEqual(node.picture(), []);
});

test('a dead record that keeps its tomb from becoming shorter in place stays, and is not counted, while another stays', () => {
  const node = new TestNode('n1');
  const names = ['x'.repeat(100), 'y'.repeat(100), 'z'.repeat(20)];
  for (const name of names) apply(node, { op: 'put', key: 'a', name, value: 'v' });
  for (const name of names) apply(node, { op: 'drop', key: 'a', name });
  const dead = (): number => node.picture().length;
  const before = dead();
  let seen = 0;
  // The first and the second may go, and the length crosses 255 with one of them.
  const gone = collectionOf(node.store, 'a').prune(() => seen++ < 2);
  assert.equal(before - dead(), gone);
  assert.ok(gone < 2, `${gone}`);
  assert.equal(
    collectionOf(node.store, 'a').prune(() => true),
    before - gone,
  );
  assert.deepEqual(node.picture(), []);
});

test('a copy finds the room that a flush has yet to give back', () => {
  const node = new TestNode('n1', { keepsDead: false, memoryBytes: 4 * 1024 * 1024 });
  const { store } = node;
  for (let i = 0; i < 60; i++) {
    node.run(() => {
      const k = Buffer.from(`s${i}`);
      store.strings.set(store.keyspace(0), k, 0, k.length, Buffer.alloc(50_000, 'x'), 0, 50_000, 0);
    });
  }
  node.run(() => store.flush(store.keyspace(0)));
  apply(node, { op: 'many', key: 'a', count: 3, stride: 1, isTold: false, value: 'v'.repeat(50_000) });
  for (const to of ['b', 'c', 'd', 'e']) {
    node.run(() => {
      const k = Buffer.from(to);
      collectionOf(store, 'a').shipTo(store.keyspace(0), k, 0, k.length);
    });
  }
  assert.equal(Object.keys(node.visible()).length, 5);
});

test('what a copy replaces is removed before its first element is put', () => {
  for (const count of [3, 200]) {
    const node = new TestNode('n1');
    apply(node, { op: 'many', key: 'a', count, stride: 1, isTold: false, value: 'v' });
    apply(node, { op: 'many', key: 'b', count, stride: 1, isTold: false, value: 'old' });
    node.run((store) => {
      const k = Buffer.from('b');
      collectionOf(store, 'a').shipTo(store.keyspace(0), k, 0, k.length);
    });
    const batch = node.history.at(-1)!;
    node.reader.open(batch, 0, batch.length);
    const kinds: number[] = [];
    while (node.reader.next()) kinds.push(node.reader.kind);
    assert.deepEqual(kinds, [DeltaKind.clear, ...Array.from({ length: count }, () => DeltaKind.put)]);
  }
});
