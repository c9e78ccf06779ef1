import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { copyRecord } from '../../src/delta/copy-record.ts';
import { ElementType } from '../../src/delta/kinds.ts';
import type { Origins } from '../../src/delta/origins.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { type Conflict, conflictValueBytesMax } from '../../src/store/join-conflicts.ts';
import { JoinResult } from '../../src/store/join-result.ts';
import { packScore } from '../../src/store/score.ts';
import type { Store } from '../../src/store/store.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { dels, keys, type Op, run } from './keyed-operations.ts';
import { buildMs } from './new-store.ts';

const key = Buffer.from('k');
const name = Buffer.from('f');

function put(store: Store, type: number, value: Uint8Array): void {
  store.elements.open(store.keyspace(0), key, 0, key.length, type);
  store.elements.put(name, 0, name.length, value, 0, value.length);
}

/** Joins what `from` made as if it came over a link, whose other end has seen what `context` covers. */
function join(node: TestNode, from: TestNode, context = new VersionVector()): Conflict[] {
  const found: Conflict[] = [];
  const { store, reader } = node;
  const { recorder } = store;
  store.recorder = undefined;
  store.onConflict = (conflict) => found.push(conflict);
  for (const batch of from.history) {
    reader.open(batch, 0, batch.length);
    while (reader.next()) store.join(reader, context);
  }
  store.recorder = recorder;
  return found;
}

function two(lww = false): [TestNode, TestNode] {
  const nodes: [TestNode, TestNode] = [new TestNode('n1', { lww }), new TestNode('n2', { lww })];
  nodes[1].setTime(buildMs + 10);
  return nodes;
}

for (const lww of [false, true]) {
  test(`fields that were put apart make a conflict, told where they meet (${lww ? 'lww' : 'crdt'})`, () => {
    const [a, b] = two(lww);
    a.run((s) => put(s, ElementType.hash, Buffer.from('one')));
    b.run((s) => put(s, ElementType.hash, Buffer.from('two')));
    for (const [here, there] of [
      [a, b],
      [b, a],
    ] as const) {
      const found = join(here, there);
      assert.equal(found.length, 1);
      const { type, element, winner, loser, strategy } = found[0]!;
      assert.deepEqual([type, String(element), strategy], ['hash', 'f', lww ? 'lww' : 'crdt']);
      assert.deepEqual([winner.origin, String(winner.value)], ['n2/00000001', 'two']);
      assert.deepEqual([loser.origin, String(loser.value)], ['n1/00000001', 'one']);
      assert.ok(winner.stamp > loser.stamp);
    }
    assert.deepEqual(a.visible(), b.visible());
  });
}

test('scores are told as numbers; members of a set and equal values make no conflict', () => {
  const [a, b] = two();
  a.run((s) => put(s, ElementType.zset, Uint8Array.from(packScore(1.5))));
  b.run((s) => put(s, ElementType.zset, Uint8Array.from(packScore(2))));
  const [found] = join(a, b);
  assert.deepEqual(
    [found?.type, String(found?.winner.value), String(found?.loser.value)],
    ['zset', '2', '1.5'],
  );
  const [c, d] = two();
  for (const node of [c, d]) node.run((s) => put(s, ElementType.set, new Uint8Array(0)));
  assert.deepEqual(join(c, d), []);
});

test('who has seen what it replaces makes no conflict', () => {
  const [a, b] = two();
  a.run((s) => put(s, ElementType.hash, Buffer.from('one')));
  assert.deepEqual(join(b, a), []);
  b.run((s) => put(s, ElementType.hash, Buffer.from('two')));
  assert.deepEqual(join(a, b), []);
});

test('an element of a list that two nodes gave a new value makes one, by its id', () => {
  const [a, b] = two();
  const set = (value: string) => (store: Store) => {
    const v = Buffer.from(value);
    store.lists.open(store.keyspace(0), key, 0, key.length);
    store.lists.set(0, v, 0, v.length);
  };
  a.run((store) => {
    store.lists.open(store.keyspace(0), key, 0, key.length);
    store.lists.push(false, name, 0, name.length);
  });
  assert.deepEqual(join(b, a), []);
  const id = `n1/00000001@${a.store.clock.last()}`;
  a.run(set('one'));
  b.run(set('two'));
  const [found, more] = join(a, b);
  assert.equal(more, undefined);
  assert.deepEqual([found?.type, String(found?.element)], ['list', id]);
  assert.deepEqual([String(found?.winner.value), String(found?.loser.value)], ['two', 'one']);
});

/** Makes one type on each of two nodes, the second later, and what is found where they meet. */
function typesApart(first: (s: Store) => void, second: (s: Store) => void): Conflict[][] {
  const [a, b] = two();
  a.run(first);
  b.run(second);
  const found = [join(a, b), join(b, a)];
  assert.deepEqual(a.visible(), b.visible());
  // Told again it is nothing new, nor is it where the other has been seen.
  assert.deepEqual([join(a, b), join(b, a)], [[], []]);
  return found;
}

const setString = (s: Store): void => {
  const value = Buffer.from('text');
  s.strings.set(s.keyspace(0), key, 0, key.length, value, 0, value.length, 0);
};
const setField = (s: Store): void => put(s, ElementType.hash, Buffer.from('one'));
const addMember = (s: Store): void => put(s, ElementType.set, Buffer.alloc(0));
const pushElement = (s: Store): void => {
  s.lists.open(s.keyspace(0), key, 0, key.length);
  s.lists.push(false, name, 0, name.length);
};

test('a key that two nodes used for different types is a conflict of types: the later has it', () => {
  const pairs = [
    ['string', setString, 'hash', setField],
    ['hash', setField, 'string', setString],
    ['set', addMember, 'list', pushElement],
    ['list', pushElement, 'set', addMember],
  ] as const;
  for (const [earlier, first, later, second] of pairs) {
    for (const found of typesApart(first, second)) {
      assert.equal(found.length, 1, `${earlier}, ${later}`);
      const { type, loserType, element, winner, loser } = found[0]!;
      assert.deepEqual([type, loserType, element], [later, earlier, undefined]);
      assert.deepEqual([winner.origin, loser.origin], ['n2/00000001', 'n1/00000001']);
      assert.equal(String(winner.value), later === 'string' ? 'text' : '');
      assert.equal(String(loser.value), earlier === 'string' ? 'text' : '');
    }
  }
});

test('a type that replaces one that it has seen, or what was removed, is no conflict', () => {
  const [a, b] = two();
  a.run(setField);
  b.join(a.history[0]!, a);
  b.run((s) => s.remove(s.keyspace(0), key, 0, key.length));
  b.run(setString);
  const known = new VersionVector();
  known.advance(a.store.origins.intern('n1/00000001'), a.store.clock.last(), 0);
  assert.deepEqual(join(a, b, known), []);
  const [c, d] = two();
  c.run(setField);
  c.run((s) => s.remove(s.keyspace(0), key, 0, key.length));
  d.run(setString);
  assert.deepEqual(join(c, d), []);
});

function three(): [TestNode, TestNode, TestNode] {
  const [a, b, c] = ['n1', 'n2', 'n3'].map((id) => new TestNode(id, { memoryBytes: 4 * 1024 * 1024 }));
  return [a!, b!, c!];
}

/** `loser` comes to the winner at last, and elsewhere it is there first; returns what is found by the winner. */
function meet(loser: TestNode, winner: TestNode, other: TestNode): Conflict[] {
  const found = join(winner, loser);
  assert.equal(join(winner, loser).length, 0, 'what is said again raises nothing');
  join(other, loser);
  join(other, winner);
  assert.deepEqual(winner.picture(), other.picture());
  return found;
}

function putFields(node: TestNode, names: readonly string[]): void {
  for (const each of names) {
    const field = Buffer.from(each);
    node.run((s) => {
      s.elements.open(s.keyspace(0), key, 0, key.length, ElementType.hash);
      s.elements.put(field, 0, field.length, field, 0, field.length);
    });
  }
}

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i}`);

test('of many elements that lose their key to a long string each raises its floor', () => {
  const [a, b, c] = three();
  putFields(a, numbered('f', 200));
  b.setTime(buildMs + 10_000);
  const long = Buffer.alloc(64 * 1024, randomBytes(1021));
  b.run((s) => s.strings.set(s.keyspace(0), key, 0, key.length, long, 0, long.length, 0));
  const found = meet(a, b, c);
  assert.equal(found.length, 200, 'the log tells which of them are one');
  assert.ok(found.at(-1)!.winner.value.equals(long.subarray(0, conflictValueBytesMax)));
});

test('elements that lose their key to a large collection take with them what of it is older, and nothing else', () => {
  const [a, b, c] = three();
  const [before, after] = [numbered('old', 300), numbered('new', 300)];
  const expire = (each: string): void =>
    b.run((s) => {
      s.elements.open(s.keyspace(0), key, 0, key.length, ElementType.hash);
      s.elements.expire(Buffer.from(each), 0, each.length, buildMs + 1e9);
    });
  putFields(b, before);
  expire('old1');
  a.setTime(buildMs + 5000);
  for (let i = 0; i < 50; i++) a.run(pushElement);
  b.setTime(buildMs + 10_000);
  putFields(b, after);
  for (const each of ['old5', 'new5', 'new6']) {
    b.run((s) => {
      s.elements.open(s.keyspace(0), key, 0, key.length, ElementType.hash);
      s.elements.drop(Buffer.from(each), 0, each.length);
    });
  }
  for (const each of ['old2', 'new3', 'new4']) expire(each);
  assert.equal(meet(a, b, c).length, 50);
  b.store.elements.open(b.store.keyspace(0), key, 0, key.length, ElementType.hash);
  assert.equal(b.store.elements.size, 298);
});

/** What several nodes made, each in its order, as one batch: `turns` says whose is next. */
function inOneBatch(nodes: readonly TestNode[], turns: readonly number[]): Buffer {
  const { origins } = nodes[0]!.store;
  const [writer, reader] = [new BatchWriter(origins), new BatchReader(origins)];
  const left = nodes.map((node) => [...node.history]);
  const take = (batch: Buffer | undefined): void => {
    if (batch === undefined) return;
    reader.open(batch, 0, batch.length);
    while (reader.next()) copyRecord(reader, writer);
  };
  for (const turn of turns) take(left[turn]!.shift());
  for (const batch of left.flat()) take(batch);
  return Buffer.from(writer.buf.subarray(0, writer.pos));
}

test('of the elements of one batch that lose their key to a collection one raises its floor, of each node that wrote them', () => {
  const nodes = ['n1', 'n2', 'n3'].map((id) => new TestNode(id, { memoryBytes: 4 * 1024 * 1024 }));
  const [a, b, c] = nodes as [TestNode, TestNode, TestNode];
  for (let i = 0; i < 300; i++) {
    for (const node of nodes) node.setTime(buildMs + i);
    for (const node of [a, b]) node.run(pushElement);
    putFields(c, [`f${i}`]);
  }
  const batch = inOneBatch(
    [a, b],
    Array.from({ length: 600 }, (_, i) => i % 2),
  );
  const { store, reader } = c;
  const origins: number[] = [];
  const found: Conflict[] = [];
  store.recorder = undefined;
  store.onConflict = (conflict) => found.push(conflict);
  reader.open(batch, 0, batch.length);
  while (reader.next())
    if (store.join(reader, new VersionVector()) === JoinResult.joined) origins.push(reader.origin);
  assert.deepEqual(
    origins.map((origin) => store.origins.name(origin)),
    ['n1/00000001', 'n2/00000001'],
  );
  assert.deepEqual(found.map((conflict) => conflict.loser.origin).sort(), ['n1/00000001', 'n2/00000001']);
  const other = new TestNode('n4', { memoryBytes: 4 * 1024 * 1024 });
  for (const each of [c, b, a]) for (const delta of each.history.toReversed()) other.join(delta, each);
  assert.deepEqual(c.picture(), other.picture());
});

const picks = fc.constantFrom('f', 'g', 'h').map((text) => Buffer.from(text));
const typeOps: fc.Arbitrary<Op> = fc.oneof(
  fc.tuple(picks, fc.constantFrom(ElementType.hash, ElementType.set)).map(
    ([field, type]): Op =>
      (s, k) => {
        s.elements.open(s.keyspace(0), k, 0, k.length, type);
        s.elements.put(field, 0, field.length, field, 0, type === ElementType.hash ? field.length : 0);
      },
  ),
  picks.map(
    (field): Op =>
      (s, k) => {
        s.elements.open(s.keyspace(0), k, 0, k.length, ElementType.hash);
        s.elements.drop(field, 0, field.length);
      },
  ),
  picks.map(
    (field): Op =>
      (s, k) => {
        s.elements.open(s.keyspace(0), k, 0, k.length, ElementType.hash);
        s.elements.count(field, 0, field.length, 1);
      },
  ),
  fc.constant<Op>((s, k) => {
    s.lists.open(s.keyspace(0), k, 0, k.length);
    s.lists.push(false, name, 0, name.length);
  }),
  fc.constant<Op>((s, k) => {
    if (s.lists.open(s.keyspace(0), k, 0, k.length)) s.lists.pop(true);
  }),
  dels,
);

/** The records of a batch as batches of their own. */
function oneByOne(origins: Origins, batch: Buffer): Buffer[] {
  const [writer, reader] = [new BatchWriter(origins), new BatchReader(origins)];
  const singles: Buffer[] = [];
  reader.open(batch, 0, batch.length);
  while (reader.next()) {
    writer.reset();
    copyRecord(reader, writer);
    singles.push(Buffer.from(writer.buf.subarray(0, writer.pos)));
  }
  return singles;
}

test('what is joined as one batch leaves what it leaves one by one', () => {
  const step = fc.record({ node: fc.nat(2), passMs: fc.nat(3), op: typeOps, key: fc.constantFrom(...keys) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), fc.array(fc.nat(2), { maxLength: 40 }), (steps, turns) => {
      const nodes = ['n1', 'n2', 'n3'].map((id) => new TestNode(id));
      let now = buildMs;
      for (const { node, passMs, op, key } of steps) {
        now += passMs;
        nodes[node]!.setTime(now);
        run(nodes[node]!, { op, key });
      }
      const [whole, each] = [new TestNode('n4'), new TestNode('n5')];
      const batch = inOneBatch(nodes, turns);
      whole.join(batch, nodes[0]!);
      for (const single of oneByOne(each.store.origins, batch)) each.join(single, nodes[0]!);
      assert.deepEqual(whole.picture(), each.picture());
    }),
    { numRuns: runs(300) },
  );
});
