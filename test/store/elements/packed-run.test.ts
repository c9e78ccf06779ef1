import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ElementType } from '../../../src/delta/kinds.ts';
import type { Store } from '../../../src/store/store.ts';
import { runs } from '../../runs.ts';
import { TestNode } from '../fleet.ts';
import { buildMs } from '../new-store.ts';

const names = 40;

interface Step {
  readonly op: 'put' | 'many' | 'drop' | 'get' | 'forget' | 'expire' | 'delete';
  readonly node: number;
  readonly key: number;
  readonly name: number;
  /** What is put: so many bytes, or this score. */
  readonly value: number;
  /** Time that passes before: stamps take another byte after 32 us, 8 ms, 2 s, 9 minutes, 37 hours and 400 days. */
  readonly ms: number;
}

const weighted = (op: Step['op'], weight: number) => ({ weight, arbitrary: fc.constant(op) });
const step: fc.Arbitrary<Step> = fc.record({
  op: fc.oneof(
    weighted('put', 6),
    weighted('many', 1),
    weighted('drop', 1),
    weighted('get', 8),
    weighted('forget', 1),
    weighted('expire', 1),
    weighted('delete', 1),
  ),
  node: fc.nat(1),
  key: fc.nat(1),
  name: fc.nat(names - 1),
  value: fc.constantFrom(1, 1, 1, 2, 40, 130),
  ms: fc.oneof({ weight: 20, arbitrary: fc.constant(1) }, fc.constantFrom(10, 3000, 1e6, 2e8, 4e10)),
});

const keys = ['a', 'b'].map((key) => Buffer.from(key));
const nameOf = (i: number): Buffer => Buffer.from(`${'n'.repeat(i % 7)}${i}`);

function bytesOf(type: number, value: number): Buffer {
  if (type === ElementType.set) return Buffer.alloc(0);
  const bytes = Buffer.alloc(type === ElementType.zset ? 8 : value, 118);
  if (type === ElementType.zset) bytes.writeDoubleLE(value);
  return bytes;
}

class Model {
  readonly nodes = [new TestNode('a'), new TestNode('b')];
  private readonly values = keys.map(() => new Map<number, number>());
  private readonly type: number;
  private nowMs = buildMs;

  constructor(type: number) {
    this.type = type;
  }

  private open(store: Store, key: number): void {
    store.elements.open(store.keyspaces[0]!, keys[key]!, 0, 1, this.type);
  }

  apply({ op, node: number, key, name, value, ms }: Step): void {
    const [node, other] = number === 0 ? this.nodes : [this.nodes[1]!, this.nodes[0]!];
    this.nowMs += ms;
    for (const each of this.nodes) each.setTime(this.nowMs);
    if (op === 'forget') this.forget(node!, other!, key);
    else if (op !== 'get') {
      const before = node!.history.length;
      node!.run((store) => this.change(store, op, key, name, value));
      for (const batch of node!.history.slice(before)) other!.join(batch, node!);
    }
    for (const each of this.nodes) this.check(each.store, key, name);
  }

  private change(store: Store, op: Step['op'], key: number, name: number, value: number): void {
    const { type } = this;
    const values = this.values[key]!;
    const put = (i: number): void => {
      const [field, bytes] = [nameOf(i), bytesOf(type, value)];
      store.elements.put(field, 0, field.length, bytes, 0, bytes.length);
      values.set(i, value);
    };
    this.open(store, key);
    if (op === 'put') put(name);
    else if (op === 'many') for (let i = name; i < names; i++) put(i);
    else if (op === 'delete') {
      store.remove(store.keyspaces[0]!, keys[key]!, 0, 1);
      values.clear();
    } else if (op === 'drop') {
      const field = nameOf(name);
      assert.equal(store.elements.drop(field, 0, field.length), values.delete(name));
    } else if (store.elements.at !== 0) {
      const hash = store.hash.of(keys[key]!, 0, 1);
      store.expireAt(store.keyspaces[0]!, hash, store.elements.at, this.nowMs + 1e12);
    }
  }

  /** The key goes as by an eviction, and comes back from the other node, its elements in that one's order. */
  private forget(node: TestNode, other: TestNode, key: number): void {
    const { store } = node;
    const ks = store.keyspaces[0]!;
    const hash = store.hash.of(keys[key]!, 0, 1);
    const at = ks.entryOf(hash, keys[key]!, 0, 1);
    if (at === 0) return;
    store.dropEntry(ks, hash, at);
    node.join(other.whole(0, keys[key]!), other);
  }

  /** Twice what is asked for, so that the second look finds where the first one did. */
  private check(store: Store, key: number, name: number): void {
    const values = this.values[key]!;
    for (const i of [name, (name + 1) % names, name]) {
      const field = nameOf(i);
      this.open(store, key);
      assert.equal(store.elements.get(field, 0, field.length), values.has(i), `${field}`);
      if (!values.has(i)) continue;
      const { valueBytes, valueOffset, valueLength } = store.elements;
      const bytes = Buffer.from(valueBytes.subarray(valueOffset, valueOffset + valueLength));
      assert.deepEqual(bytes, bytesOf(this.type, values.get(i)!));
    }
  }

  checkAll(): void {
    for (const [key, values] of this.values.entries()) {
      for (const { store } of this.nodes) {
        this.open(store, key);
        const found: string[] = [];
        store.elements.each((u8, offset, length) =>
          found.push(Buffer.from(u8.subarray(offset, offset + length)).toString()),
        );
        assert.deepEqual(found.sort(), [...values.keys()].map((i) => nameOf(i).toString()).sort());
      }
    }
  }
}

for (const [name, type] of [
  ['hash', ElementType.hash],
  ['set', ElementType.set],
  ['sorted set', ElementType.zset],
] as const) {
  test(`a small ${name} holds what was put, however old its stamps are, wherever its entry moves and whoever writes`, () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120 }), (steps) => {
        const model = new Model(type);
        for (const each of steps) model.apply(each);
        model.checkAll();
      }),
      { numRuns: runs(60) },
    );
  });
}

/** A hash of 14 fields, of which `x` has been looked for until its place is known. */
function hashWithKnownPlace(): TestNode {
  const node = new TestNode('a');
  node.run((store) => {
    const put = (field: string, value: string): void => {
      store.elements.open(store.keyspaces[0]!, keys[0]!, 0, 1, ElementType.hash);
      store.elements.put(Buffer.from(field), 0, field.length, Buffer.from(value), 0, value.length);
    };
    for (let i = 0; i < 12; i++) put(`f${i}`, 'v');
    put('a', 'vvvv');
    put('x', 'true');
    // The block has room then, so that the entry stays where it is.
    put('b', 'b'.repeat(60));
    store.elements.drop(Buffer.from('b'), 0, 1);
  });
  for (let i = 0; i < 3; i++) assert.equal(valueOfX(node), 'true');
  const { elements } = node.store;
  assert.ok(elements.places.known(elements.at) >= 0);
  return node;
}

function valueOfX({ store }: TestNode): string {
  const { elements } = store;
  elements.open(store.keyspaces[0]!, keys[0]!, 0, 1, ElementType.hash);
  assert.ok(elements.get(Buffer.from('x'), 0, 1));
  return Buffer.from(elements.valueBytes).toString('latin1', elements.valueOffset).slice(0, 4);
}

test('a value that looks like a record where one was is not taken for it', () => {
  const node = hashWithKnownPlace();
  // Head, name, a stamp of one byte, length and value.
  const image = `\x04x\x02\x04fake`;
  node.run(({ elements }) => elements.put(Buffer.from('a'), 0, 1, Buffer.from(`vvvv${image}`), 0, 12));
  assert.equal(valueOfX(node), 'true');
});

test('a key that was let go and comes back with the same dot is looked through anew', () => {
  const node = hashWithKnownPlace();
  const { store } = node;
  const { elements, entries, keyspaces } = store;
  const before = [elements.at, entries.stamp(elements.at)];
  const whole = node.whole(0, keys[0]!);
  store.dropEntry(keyspaces[0]!, store.hash.of(keys[0]!, 0, 1), elements.at);
  node.join(whole, node);
  elements.open(keyspaces[0]!, keys[0]!, 0, 1, ElementType.hash);
  assert.deepEqual([elements.at, entries.stamp(elements.at)], before);
  assert.equal(elements.places.known(elements.at), -1);
  assert.equal(valueOfX(node), 'true');
});
