import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Store } from '../../src/store/store.ts';
import { keepDeadline } from '../../src/store/strings.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { deliverInOrder, playHistory, type Step } from './history.ts';
import { buildMs } from './new-store.ts';

const dayMs = 24 * 3600 * 1000;
const keys = ['a', 'b'];

type Op =
  | { readonly op: 'set'; readonly key: string; readonly value: string; readonly deadline: number }
  | { readonly op: 'append'; readonly key: string; readonly value: string }
  | { readonly op: 'incr'; readonly key: string; readonly by: number }
  | { readonly op: 'incrfloat'; readonly key: string; readonly by: string }
  | { readonly op: 'pfadd'; readonly key: string; readonly element: string }
  | { readonly op: 'del'; readonly key: string }
  | { readonly op: 'expire'; readonly key: string; readonly deadline: number }
  | { readonly op: 'purge' };

const key = fc.constantFrom(...keys);
/** Some come within the history, so that keys are purged in the middle of it. */
const deadline = fc.constantFrom(0, buildMs + dayMs, buildMs + 2 * dayMs, buildMs + 8, buildMs + 30);
const value = fc.constantFrom('x', '7', '1.25', '1234567890123', 'z'.repeat(200));
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constant('set' as const),
    key,
    value,
    deadline: fc.oneof(deadline, fc.constant(keepDeadline)),
  }),
  fc.record({ op: fc.constant('append' as const), key, value }),
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
          const v = Buffer.from(command.value);
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
          const element = Buffer.from(command.element);
          const hash = store.hash.of(k, 0, k.length);
          const at = store.find(ks, hash, k, 0, k.length);
          if (at !== 0) store.registers.require(at);
          store.registers.open();
          store.registers.take(at, element, 0, element.length);
          store.registers.add({ ks, key: k, offset: 0, length: k.length }, at);
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
