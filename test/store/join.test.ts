import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandError } from '../../src/base/errors.ts';
import { ElementType } from '../../src/delta/kinds.ts';
import { outOfMemory } from '../../src/resp/errors.ts';
import { registerCount } from '../../src/store/hyperloglog.ts';
import type { Store } from '../../src/store/store.ts';
import { keepDeadline } from '../../src/store/strings.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { deliverInOrder, playHistory, type Step } from './history.ts';
import { addToRegisters } from './keyed-operations.ts';
import { buildMs } from './new-store.ts';

const dayMs = 24 * 3600 * 1000;
const keys = ['a', 'b'];

type Op =
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly deadline: number }
  | { readonly op: 'append'; readonly key: string; readonly value: string }
  | { readonly op: 'setrange'; readonly key: string; readonly offset: number; readonly value: string }
  | { readonly op: 'incr'; readonly key: string; readonly by: number }
  | { readonly op: 'incrfloat'; readonly key: string; readonly by: string }
  | { readonly op: 'pfadd'; readonly key: string; readonly element: string }
  | { readonly op: 'del'; readonly key: string }
  | { readonly op: 'expire'; readonly key: string; readonly deadline: number }
  | { readonly op: 'purge' };

const key = fc.constantFrom(...keys);
/** Some come within the history, so that keys are purged in the middle of it. */
const deadline = fc.constantFrom(0, buildMs + dayMs, buildMs + 2 * dayMs, buildMs + 8, buildMs + 30);
/** Long enough to be patched, and PFADD takes it and adds to it: a dense HyperLogLog that was restored. */
const restored = `HYLL\0${'\0'.repeat(11 + (registerCount * 6) / 8)}`;
const value = fc.constantFrom('x', '7', '1.25', '1234567890123', 'z'.repeat(200), restored);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constant('set' as const),
    key,
    value,
    deadline: fc.oneof(deadline, fc.constant(keepDeadline)),
  }),
  fc.record({ op: fc.constant('append' as const), key, value }),
  // At the end of a HyperLogLog's header: it stays one.
  fc.record({
    op: fc.constant('setrange' as const),
    key,
    offset: fc.constantFrom(0, 14),
    value: fc.constant('\0'),
  }),
  fc.record({ op: fc.constant('incr' as const), key, by: fc.integer({ min: -5, max: 1000 }) }),
  fc.record({ op: fc.constant('incrfloat' as const), key, by: fc.constantFrom('0.5', '-1.25', '3') }),
  fc.record({ op: fc.constant('pfadd' as const), key, element: fc.constantFrom('p', 'q', 'r', 's') }),
  fc.record({ op: fc.constant('del' as const), key }),
  fc.record({ op: fc.constant('expire' as const), key, deadline }),
  fc.constant({ op: 'purge' as const }),
);

/** Runs a command as dispatch would: a client's error changes nothing. */
function apply(node: TestNode, command: Op): void {
  if (command.op === 'purge') {
    node.run((store) => store.expireSlice(100));
    return;
  }
  const k = Buffer.from(command.key);
  node.run((store: Store) => {
    const ks = store.keyspace(0);
    try {
      switch (command.op) {
        case 'set': {
          const v = Buffer.from(command.value, 'latin1');
          store.strings.set(ks, k, 0, k.length, v, 0, v.length, command.deadline);
          return;
        }
        case 'append': {
          const v = Buffer.from(command.value);
          const hash = store.hash.of(k, 0, k.length);
          const at = store.find(ks, hash, k, 0, k.length);
          store.strings.patch(ks, k, 0, k.length, at === 0 ? 0 : store.strings.length(at), v, 0, v.length);
          return;
        }
        case 'incr':
          store.strings.count(ks, k, 0, k.length, command.by);
          return;
        case 'incrfloat':
          store.strings.countDecimal(ks, k, 0, k.length, command.by);
          return;
        case 'pfadd': {
          addToRegisters(store, k, command.element);
          return;
        }
        case 'setrange': {
          const v = Buffer.from(command.value);
          store.strings.patch(ks, k, 0, k.length, command.offset, v, 0, v.length);
          return;
        }
        case 'del':
          store.remove(ks, k, 0, k.length);
          return;
        case 'expire': {
          const hash = store.hash.of(k, 0, k.length);
          const at = store.find(ks, hash, k, 0, k.length);
          if (at !== 0) store.expireAt(ks, hash, at, command.deadline);
          return;
        }
      }
    } catch (error) {
      assert.match(String(error), /CommandError/);
    }
  });
}

const step = fc.record({
  node: fc.nat(2),
  what: fc.oneof(
    { weight: 2, arbitrary: op.map((o) => ({ run: o }) as const) },
    { weight: 1, arbitrary: fc.nat(2).map((from) => ({ pull: from }) as const) },
  ),
});

/** Plays a history on three nodes that deliver to one another now and then. */
function play(steps: readonly Step<Op>[], lww: boolean): TestNode[] {
  const nodes = ['n1', 'n2', 'n3'].map((n) => new TestNode(n, { lww }));
  // The first keeps long values compressed: nobody else may notice.
  nodes[0]!.store.compression.level = 3;
  playHistory(steps, apply, lww, nodes);
  for (const node of nodes) settle(node);
  return nodes;
}

/** Everything that expires within the history has expired, and is purged. */
function settle(node: TestNode): void {
  node.setTime(buildMs + 1000);
  while (node.store.expireSlice(100) > 0);
}

for (const lww of [false, true]) {
  test(`three nodes that have seen the same deltas agree (${lww ? 'lww' : 'crdt'})`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const nodes = play(steps, lww);
        assert.deepEqual(nodes[1]!.visible(), nodes[0]!.visible());
        assert.deepEqual(nodes[2]!.visible(), nodes[0]!.visible());
        assert.deepEqual(nodes[1]!.picture(), nodes[0]!.picture());
        assert.deepEqual(nodes[2]!.picture(), nodes[0]!.picture());
      }),
      { numRuns: runs(600) },
    );
  });
}

test('deltas joined in any order that keeps each origin its own, any number of times, give the state', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 30 }),
      fc.array(fc.nat(2), { maxLength: 120 }),
      fc.array(fc.boolean(), { maxLength: 120 }),
      (steps, order, again) => {
        const nodes = play(steps, false);
        const fresh = new TestNode('fresh');
        deliverInOrder(nodes, fresh, order, again);
        settle(fresh);
        assert.deepEqual(fresh.visible(), nodes[0]!.visible());
        assert.deepEqual(fresh.picture(), nodes[0]!.picture());
      },
    ),
    { numRuns: runs(600) },
  );
});

test('a scan joined into an empty store is the same store', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const [node] = play(steps, false);
      const copy = new TestNode('copy');
      for (const k of keys) copy.join(node!.whole(0, Buffer.from(k)), node!);
      settle(copy);
      assert.deepEqual(copy.picture(), node!.picture());
      assert.deepEqual(copy.visible(), node!.visible());
    }),
    { numRuns: runs(500) },
  );
});

test('registers below the type that had the key last are dead, whichever came first', () => {
  const [a, b, c] = [new TestNode('a'), new TestNode('b'), new TestNode('c')];
  const k = Buffer.from('a');
  a.run((store) => addToRegisters(store, k, 'y'));
  b.setTime(buildMs + 10);
  b.run((store) => {
    store.elements.open(store.keyspace(0), k, 0, k.length, ElementType.hash);
    store.elements.put(k, 0, k.length, k, 0, k.length);
  });
  b.run((store) => store.remove(store.keyspace(0), k, 0, k.length));
  b.run((store) => addToRegisters(store, k, 'x'));
  for (const batch of [...b.history, ...a.history]) c.join(batch, b);
  for (const batch of b.history) a.join(batch, b);
  for (const batch of a.history) b.join(batch, a);
  for (const node of [b, c]) {
    assert.deepEqual(node.visible(), a.visible());
    assert.deepEqual(node.picture(), a.picture());
  }
});

test('a patch of a HyperLogLog that was put ends the sets below it, whichever came first', () => {
  const [a, b, c] = [new TestNode('a'), new TestNode('b'), new TestNode('c')];
  const deadline = buildMs + dayMs;
  apply(a, { op: 'set', key: 'a', value: restored, deadline });
  for (const node of [b, c]) node.join(a.history[0]!, a);
  apply(b, { op: 'pfadd', key: 'a', element: 'x' });
  a.setTime(buildMs + 10);
  apply(a, { op: 'setrange', key: 'a', offset: 14, value: '\0' });
  c.join(b.history[0]!, b);
  c.join(a.history[1]!, a);
  b.join(a.history[1]!, a);
  a.join(b.history[0]!, b);
  for (const node of [b, c]) {
    assert.deepEqual(node.visible(), a.visible());
    assert.deepEqual(node.picture(), a.picture());
  }
});

test('the clear of a database for which memory fails in its midst is not taken for done when it is tried again', () => {
  const [a, b] = [new TestNode('a'), new TestNode('b')];
  const names = Array.from({ length: 20 }, (_, i) => Buffer.from(`key:${i}`));
  const ks = a.store.keyspace(0);
  for (const k of names) a.run(({ strings }) => strings.set(ks, k, 0, k.length, k, 0, k.length, 0));
  b.setTime(buildMs + 10_000);
  b.run((store) => store.flush(store.keyspace(0)));
  const { save } = ks;
  let saves = 0;
  ks.save = (...args) => {
    if (++saves === 5) throw new CommandError(outOfMemory);
    save.apply(ks, args);
  };
  assert.throws(() => a.join(b.history[0]!, b), /too small/);
  a.join(b.history[0]!, b);
  assert.equal(ks.table.size, 0);
  assert.deepEqual(a.visible(), {});
});
