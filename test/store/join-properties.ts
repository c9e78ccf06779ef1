// What must hold of every type whose content is joined element by element, over random histories of three nodes. The
// operations are the tests' own: `ofType` on keys of that type alone, `ofTwoTypes` also what puts a string in its
// place.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { deliverInOrder, playHistory } from './history.ts';
import { keys, type Op, run, steps } from './keyed-operations.ts';

function assertAlike(node: TestNode, other: TestNode): void {
  assert.deepEqual(other.visible(), node.visible());
  assert.deepEqual(other.picture(), node.picture());
}

/** Tests the joins of a type; `what` names it in the titles. */
export function testJoins(what: string, ofType: fc.Arbitrary<Op>, ofTwoTypes: fc.Arbitrary<Op>): void {
  for (const lww of [false, true]) {
    test(`three nodes that have seen the same deltas of ${what} agree (${lww ? 'lww' : 'crdt'})`, () => {
      fc.assert(
        fc.property(steps(ofType, 40), (history) => {
          const [first, ...others] = playHistory(history, run, lww);
          for (const other of others) assertAlike(first!, other);
        }),
        { numRuns: runs(150) },
      );
    });
  }

  test(`${what} and strings under one key: the later type has it on every node`, () => {
    fc.assert(
      fc.property(steps(ofTwoTypes, 30), (history) => {
        const [first, ...others] = playHistory(history, run, false);
        for (const other of others) assert.deepEqual(other.visible(), first!.visible());
      }),
      { numRuns: runs(150) },
    );
  });

  const order = 'in any order that keeps each origin its own, any number of times,';
  test(`deltas of ${what} ${order} give the state`, () => {
    fc.assert(
      fc.property(
        steps(ofType, 30),
        fc.array(fc.nat(2), { maxLength: 120 }),
        fc.array(fc.boolean(), { maxLength: 120 }),
        (history, order, again) => {
          const nodes = playHistory(history, run, false);
          const fresh = new TestNode('fresh');
          deliverInOrder(nodes, fresh, order, again);
          assertAlike(nodes[0]!, fresh);
        },
      ),
      { numRuns: runs(150) },
    );
  });

  test(`a scan of ${what} joined into an empty store is the same store; a second one changes nothing`, () => {
    fc.assert(
      fc.property(steps(ofType, 30), (history) => {
        const [node] = playHistory(history, run, false);
        const copy = new TestNode('copy');
        for (let round = 0; round < 2; round++) {
          for (const k of keys) copy.join(node!.whole(0, Buffer.from(k)), node!);
          assertAlike(node!, copy);
        }
      }),
      { numRuns: runs(100) },
    );
  });

  test(`a node without peers gives its ${what} back from its deltas`, () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ op: ofType, key: fc.constantFrom(...keys) }), { maxLength: 40 }),
        (commands) => {
          const node = new TestNode('n1', { keepsDead: false });
          for (const command of commands) run(node, command);
          const fresh = new TestNode('fresh', { keepsDead: false });
          for (const batch of node.history) fresh.join(batch, node);
          assert.deepEqual(fresh.visible(), node.visible());
        },
      ),
      { numRuns: runs(100) },
    );
  });
}
