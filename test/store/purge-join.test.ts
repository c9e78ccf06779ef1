import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CommandError } from '../../src/base/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { keepDeadline } from '../../src/store/strings.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { playHistory, type Step } from './history.ts';

// Deadlines that pass while the history plays: keys are purged on one node and not yet on another when deltas meet.
type Op =
  | { readonly op: 'set'; readonly value: string; readonly ttlMs: number }
  | { readonly op: 'append'; readonly value: string }
  | { readonly op: 'incr'; readonly by: number }
  | { readonly op: 'del' }
  | { readonly op: 'purge' }
  | { readonly op: 'expire'; readonly ttlMs: number };

const ttlMs = fc.constantFrom(0, 3, 10, 30, 100);
const op: fc.Arbitrary<Op> = fc.oneof(
  fc.record({
    op: fc.constant('set' as const),
    value: fc.constantFrom('x', '7', 'z'.repeat(100)),
    ttlMs: fc.oneof(ttlMs, fc.constant(keepDeadline)),
  }),
  fc.record({ op: fc.constant('append' as const), value: fc.constantFrom('a', 'b'.repeat(80)) }),
  fc.record({ op: fc.constant('incr' as const), by: fc.integer({ min: -5, max: 100 }) }),
  fc.record({ op: fc.constant('del' as const) }),
  fc.record({ op: fc.constant('purge' as const) }),
  fc.record({ op: fc.constant('expire' as const), ttlMs }),
);

const key = Buffer.from('k');

function run(store: Store, command: Op): void {
  const ks = store.keyspace(0);
  const deadline = (ms: number): number => (ms > 0 ? store.nowMs + ms : ms);
  const { strings } = store;
  const hash = store.hash.of(key, 0, key.length);
  if (command.op === 'purge') store.expireSlice(100);
  else if (command.op === 'del') store.remove(ks, key, 0, key.length);
  else if (command.op === 'incr') strings.count(ks, key, 0, key.length, command.by);
  else if (command.op === 'expire') {
    const at = store.find(ks, hash, key, 0, key.length);
    if (at !== 0) store.expireAt(ks, hash, at, deadline(command.ttlMs));
  } else if (command.op === 'append') {
    const at = store.find(ks, hash, key, 0, key.length);
    const v = Buffer.from(command.value);
    strings.patch(ks, key, 0, key.length, at === 0 ? 0 : strings.length(at), v, 0, v.length);
  } else {
    const v = Buffer.from(command.value);
    strings.set(ks, key, 0, key.length, v, 0, v.length, deadline(command.ttlMs));
  }
}

const step = fc.record({
  node: fc.nat(2),
  passMs: fc.constantFrom(0, 1, 1, 5, 20),
  what: fc.oneof(
    { weight: 2, arbitrary: op.map((o) => ({ run: o }) as const) },
    { weight: 1, arbitrary: fc.nat(2).map((from) => ({ pull: from }) as const) },
  ),
});

/** Runs a command as dispatch would: a client's error changes nothing. */
function apply(node: TestNode, command: Op): void {
  node.run((store) => {
    try {
      run(store, command);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
    }
  });
}

function play(steps: readonly Step<Op>[], lww: boolean): TestNode[] {
  const nodes = ['n1', 'n2', 'n3'].map((n) => new TestNode(n, { lww, memoryBytes: 512 * 1024 }));
  return playHistory(steps, apply, lww, nodes);
}

for (const lww of [false, true]) {
  test(`nodes that purge at different times agree (${lww ? 'lww' : 'crdt'})`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const nodes = play(steps, lww);
        assert.deepEqual(nodes[1]!.visible(), nodes[0]!.visible());
        assert.deepEqual(nodes[2]!.visible(), nodes[0]!.visible());
      }),
      { numRuns: runs(300) },
    );
  });
}

test('what has expired is let go of where there is no room for a tomb that holds it, or for any', () => {
  for (const [isFull, length, tombs] of [
    [false, 300_000, 1],
    [true, 300_000, 1],
    [true, 1, 0],
  ] as const) {
    const node = new TestNode('n1', { memoryBytes: 1024 * 1024 });
    const { store } = node;
    const { arena } = store;
    run(store, { op: 'set', value: 'v'.repeat(length), ttlMs: 10 });
    for (let bytes = 65_536; bytes >= 8; bytes >>= 1)
      while (arena.alloc(bytes, isFull ? 0 : store.ground.reserveBytes) !== 0);
    const fillBytes = arena.liveBytes;
    node.setTime(store.nowMs + 20);
    store.recorder?.reset();
    assert.equal(store.expireSlice(100), 1);
    assert.equal(store.recorder?.count, 1);
    assert.equal(store.keyspace(0).table.size, 0);
    assert.equal(store.keyspace(0).grave.size, tombs);
    assert.equal(store.horizon.stampOf(store.self) > 0, tombs === 0);
    assert.equal(store.graveyard.sweep(100, 0), 1 - tombs);
    assert.ok(length === 1 || arena.liveBytes < fillBytes);
  }
});
