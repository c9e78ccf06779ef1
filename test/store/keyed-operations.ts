// Operations on keys of a store for the histories of history.ts: those that all types share, and the entry of a stream.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { StreamId } from '../../src/delta/stream-id.ts';
import type { Store } from '../../src/store/store.ts';
import { nextId } from '../../src/store/stream/next-id.ts';
import type { TestNode } from './fleet.ts';
import type { Step } from './history.ts';
import { buildMs } from './new-store.ts';

const dayMs = 24 * 3600 * 1000;

export const keys = ['a', 'b'];

export type Op = (store: Store, key: Buffer) => void;

export interface Run {
  readonly op: Op;
  readonly key: string;
}

export function steps(op: fc.Arbitrary<Op>, maxLength: number): fc.Arbitrary<Step<Run>[]> {
  const what = fc.oneof(
    { weight: 2, arbitrary: fc.record({ run: fc.record({ op, key: fc.constantFrom(...keys) }) }) },
    { weight: 1, arbitrary: fc.nat(2).map((from) => ({ pull: from }) as const) },
  );
  return fc.array(fc.record({ node: fc.nat(2), what }), { maxLength });
}

/** Runs a command as dispatch would: a client's error changes nothing. */
export function run(node: TestNode, { op, key: name }: Run): void {
  node.run((store) => {
    try {
      op(store, Buffer.from(name));
    } catch (error) {
      assert.match(String(error), /CommandError/);
    }
  });
}

/** SET. */
export const sets = fc.constant<Op>((store, k) => {
  store.strings.set(store.keyspace(0), k, 0, k.length, Buffer.from('s'), 0, 1, 0);
});

/** PFADD. */
export function addToRegisters(store: Store, key: Buffer, text: string): void {
  const ks = store.keyspace(0);
  const { registers } = store;
  const element = Buffer.from(text);
  const at = store.find(ks, store.hash.of(key, 0, key.length), key, 0, key.length);
  if (at !== 0) registers.require(at);
  registers.open();
  registers.take(at, element, 0, element.length);
  registers.add({ ks, key, offset: 0, length: key.length }, at);
}

export const registerAdds = fc.constantFrom('p', 'q', 'r', 's').map(
  (text): Op =>
    (store, k) =>
      addToRegisters(store, k, text),
);

export const dels = fc.constant<Op>((store, k) => {
  store.remove(store.keyspace(0), k, 0, k.length);
});

export const expires = fc.constantFrom(0, buildMs + dayMs).map(
  (deadlineMs): Op =>
    (store, k) => {
      const hash = store.hash.of(k, 0, k.length);
      const ks = store.keyspace(0);
      const at = store.find(ks, hash, k, 0, k.length);
      if (at !== 0) store.expireAt(ks, hash, at, deadlineMs);
    },
);

export const ships = fc.constant<Op>((store, k) => {
  const other = Buffer.from(k.toString() === 'a' ? 'b' : 'a');
  const ks = store.keyspace(0);
  const at = store.find(ks, store.hash.of(k, 0, k.length), k, 0, k.length);
  if (at !== 0) store.ship(at, ks, other, 0, other.length);
});

/**
 * XADD: with the id given (`id`), its ms (`ms`) or nothing of it (`*`). An id that is not above the last says nothing.
 */
export function addEntry(
  store: Store,
  key: Buffer,
  form: string,
  given: StreamId,
  names: readonly string[],
  value: string,
): void {
  const { streams } = store;
  streams.open(store.keyspace(0), key, 0, key.length);
  const { fields } = streams;
  fields.begin(names.length * 2);
  for (const text of names.flatMap((name) => [name, value])) {
    fields.add(Buffer.from(text), 0, Buffer.byteLength(text));
  }
  if (form !== 'id') {
    const last = streams.lastOrNone(new StreamId());
    if (nextId(store, given, last, store.nowMs, form === 'ms')) streams.add(given);
    return;
  }
  if (given.isZero) return;
  if (streams.at !== 0 && streams.lastId(new StreamId()).compare(given) >= 0) return;
  streams.add(given);
}
