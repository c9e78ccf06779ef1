import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { ElementType } from '../../src/delta/kinds.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { type Conflict, conflictValueBytesMax } from '../../src/store/join-conflicts.ts';
import { packScore } from '../../src/store/score.ts';
import type { Store } from '../../src/store/store.ts';
import { TestNode } from './fleet.ts';
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
