import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ElementType } from '../../src/delta/kinds.ts';
import type { Store } from '../../src/store/store.ts';
import { runs } from '../runs.ts';
import { TestNode } from './fleet.ts';
import { buildMs } from './new-store.ts';

const names = Array.from({ length: 160 }, (_, i) => `f${i}`);
interface Change {
  readonly op: 'put' | 'drop' | 'count' | 'expire';
  readonly key: string;
  readonly from: number;
  readonly to: number;
  /** expire: how long from now; 0 = the deadline is taken away. */
  readonly ms: number;
}
type Step =
  | Change
  | { readonly op: 'pass'; readonly ms: number }
  | { readonly op: 'purge'; readonly count: number };

const key = fc.constantFrom('a', 'b');
const from = fc.nat(20);
const to = fc.oneof({ weight: 4, arbitrary: fc.nat(25) }, fc.nat(159));
const change = fc.record({
  op: fc.constantFrom('put' as const, 'put' as const, 'drop' as const, 'count' as const, 'expire' as const),
  key,
  from,
  to,
  ms: fc.constantFrom(0, 5, 20, 60),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: change },
  { weight: 2, arbitrary: fc.record({ op: fc.constant('pass' as const), ms: fc.constantFrom(1, 5, 30) }) },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('purge' as const), count: fc.constantFrom(1, 300, 5000) }),
  },
);

/** What should be there: value and deadline by field. */
type Model = Map<string, Map<string, { value: string; deadlineMs: number }>>;

function open(store: Store, k: string): void {
  const bytes = Buffer.from(k);
  store.elements.open(store.keyspace(0), bytes, 0, bytes.length, ElementType.hash);
}

function play(
  store: Store,
  model: Model,
  s: Change | { readonly op: 'purge'; readonly count: number },
): void {
  if (s.op === 'purge') {
    store.fieldExpiry.slice(s.count);
    return;
  }
  const fields = model.get(s.key) ?? new Map();
  model.set(s.key, fields);
  for (const [name, { deadlineMs }] of fields) {
    if (deadlineMs !== 0 && deadlineMs <= store.nowMs) fields.delete(name);
  }
  open(store, s.key);
  const { elements } = store;
  for (const name of names.slice(s.from, s.to)) {
    const n = Buffer.from(name);
    const known = fields.get(name);
    if (s.op === 'put') {
      assert.equal(elements.put(n, 0, n.length, n, 0, n.length), known === undefined);
      fields.set(name, { value: name, deadlineMs: 0 });
    } else if (s.op === 'drop') {
      assert.equal(elements.drop(n, 0, n.length), known !== undefined);
      fields.delete(name);
      if (elements.at === 0) open(store, s.key);
    } else if (s.op === 'count') {
      const isText = known !== undefined && !/^\d+$/.test(known.value);
      if (isText) continue;
      const value = Number(known?.value ?? 0) + 1;
      assert.equal(Number(elements.count(n, 0, n.length, 1)), value);
      fields.set(name, { value: String(value), deadlineMs: known?.deadlineMs ?? 0 });
    } else {
      assert.equal(elements.get(n, 0, n.length), known !== undefined);
      if (known === undefined) continue;
      const deadlineMs = s.ms === 0 ? 0 : store.nowMs + s.ms;
      elements.expire(n, 0, n.length, deadlineMs);
      fields.set(name, { ...known, deadlineMs });
    }
  }
}

/** What the model shows at this time, by key. */
function shown(model: Model, nowMs: number): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const [k, fields] of model) {
    const lines: string[] = [];
    for (const [name, { value, deadlineMs }] of fields) {
      if (deadlineMs === 0 || deadlineMs > nowMs) lines.push(`${name}=${value} until ${deadlineMs}`);
    }
    if (lines.length > 0) out[k] = lines.sort();
  }
  return out;
}

function seen(store: Store): Record<string, string[]> {
  const out: Record<string, string[]> = {};
  for (const k of ['a', 'b']) {
    open(store, k);
    const { elements } = store;
    const lines: string[] = [];
    elements.each((name, no, nl, value, vo, vl) => {
      const text = (bytes: Uint8Array, o: number, l: number): string =>
        Buffer.from(bytes.subarray(o, o + l)).toString('latin1');
      lines.push(`${text(name, no, nl)}=${text(value, vo, vl)} until ${elements.deadlineMs}`);
    });
    assert.equal(elements.shown, lines.length);
    if (lines.length > 0) out[k] = lines.sort();
  }
  return out;
}

for (const keepsDead of [true, false]) {
  test(`fields come, count and expire as in a plain model (${keepsDead ? 'with' : 'without'} peers)`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const node = new TestNode('n1', { keepsDead });
        const model: Model = new Map();
        let time = buildMs;
        for (const s of steps) {
          if (s.op === 'pass') {
            time += s.ms;
            node.setTime(time);
          } else node.run((store) => play(store, model, s));
        }
        const recovered = new TestNode('n2', { keepsDead });
        for (const batch of node.history) recovered.join(batch, node);
        recovered.setTime(time);
        assert.deepEqual(seen(node.store), shown(model, time));
        assert.deepEqual(seen(recovered.store), shown(model, time));
      }),
      { numRuns: runs(150) },
    );
  });
}

test('purges everything that has expired, in slices, and leaves no memory behind', () => {
  const node = new TestNode('n1', { keepsDead: false, memoryBytes: 16 * 1024 * 1024 });
  const { store } = node;
  const gone: string[] = [];
  store.onFieldsExpired = (_db, k, isGone) => {
    if (isGone) gone.push(k.toString());
  };
  for (const [k, count] of [
    ['small', 20],
    ['large', 5000],
    ['other', 300],
  ] as const) {
    open(store, k);
    for (let i = 0; i < count; i++) {
      const n = Buffer.from(`field-${i}`);
      store.elements.put(n, 0, n.length, n, 0, n.length);
      store.elements.expire(n, 0, n.length, buildMs + 10 + (i % 50));
    }
  }
  node.setTime(buildMs + 30);
  while (store.fieldExpiry.slice(256));
  assert.deepEqual(gone, ['small']);
  assert.equal(store.expiredFieldCount, 20 + 21 * 100 + 21 * 6);
  node.setTime(buildMs + 100);
  let slices = 0;
  while (store.fieldExpiry.slice(256)) slices += 1;
  assert.ok(slices > 5);
  assert.deepEqual(gone.sort(), ['large', 'other', 'small']);
  assert.equal(store.expiredFieldCount, 5320);
  while (store.freeSlice(100));
  assert.ok(store.arena.liveBytes <= 64, 'only the empty table is left');
  assert.equal(store.keyspace(0).earliestFieldMs, Number.POSITIVE_INFINITY);
});

test('while nothing may be written, what has expired is hidden and stays', () => {
  const node = new TestNode('n1');
  const { store } = node;
  open(store, 'a');
  const n = Buffer.from('f');
  store.elements.put(n, 0, 1, n, 0, 1);
  store.elements.expire(n, 0, 1, buildMs + 5);
  node.setTime(buildMs + 6);
  store.holdsExpired = true;
  open(store, 'a');
  assert.equal(store.fieldExpiry.slice(100), false);
  assert.equal(store.elements.get(n, 0, 1), false);
  assert.equal(store.elements.shown, 0);
  assert.equal(store.elements.size, 1);
});

test('a purge kills no more than it saw, under lww too', () => {
  const [here, there] = [new TestNode('n1', { lww: true }), new TestNode('n2', { lww: true })];
  const n = Buffer.from('f');
  const put = (value: string) => (store: Store) => {
    open(store, 'a');
    store.elements.put(n, 0, 1, Buffer.from(value), 0, 1);
  };
  here.run(put('x'));
  here.run((store) => {
    open(store, 'a');
    store.elements.expire(n, 0, 1, buildMs + 50);
  });
  for (const batch of here.history) there.join(batch, here);
  there.setTime(buildMs + 40);
  there.run(put('y'));
  here.setTime(buildMs + 60);
  here.run((store) => store.fieldExpiry.slice(100));
  here.join(there.history.at(-1)!, there);
  there.join(here.history.at(-1)!, here);
  assert.deepEqual(seen(here.store), { a: ['f=y until 0'] });
  assert.deepEqual(seen(there.store), { a: ['f=y until 0'] });
});

test('where memory runs out, fields that have expired go first', () => {
  const node = new TestNode('n1', { keepsDead: false });
  const { store } = node;
  open(store, 'a');
  for (let i = 0; i < 400; i++) {
    const n = Buffer.from(`field-${i}`);
    store.elements.put(n, 0, n.length, n, 0, n.length);
    store.elements.expire(n, 0, n.length, buildMs + 10);
  }
  assert.equal(store.eviction.relieve(0), false);
  node.setTime(buildMs + 11);
  assert.equal(store.eviction.relieve(0), true);
  assert.ok(store.expiredFieldCount > 0);
});
