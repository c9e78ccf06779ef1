import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { BatchReader } from '../../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../../src/delta/batch-writer.ts';
import { StreamId } from '../../../src/delta/stream-id.ts';
import { VersionVector } from '../../../src/delta/vector.ts';
import { JoinResult } from '../../../src/store/join-result.ts';
import type { Store } from '../../../src/store/store.ts';
import { excess, excessBelow } from '../../../src/store/stream/excess.ts';
import { runs } from '../../runs.ts';
import { TestNode } from '../fleet.ts';
import { testJoins } from '../join-properties.ts';
import {
  addEntry,
  dels,
  expires,
  keys,
  type Op,
  registerAdds,
  run,
  sets,
  ships,
} from '../keyed-operations.ts';

const pick = fc.nat(1000);
const text = fc.constantFrom('x', '7', '-300', 'z'.repeat(40), 'w'.repeat(1500));
const ms = fc.nat(40);

const adds = fc
  .tuple(
    fc.constantFrom('*', 'ms', 'id'),
    ms,
    fc.nat(3),
    text,
    fc.constantFrom(1, 1, 1, 3, 150),
    fc.boolean(),
  )
  .map(([form, time, seq, value, times, sameNames]): Op => {
    return (store, k) => {
      for (let i = 0; i < times; i++) {
        const id = new StreamId().setNumbers(time + i, seq);
        const names = sameNames ? ['f', 'g'] : [`f${i % 3}`];
        addEntry(store, k, form, id, names, times > 3 ? value.slice(0, 40) : value);
      }
    };
  });

/** A change of a stream that has some entries. */
function change(apply: (store: Store, index: number) => void, at: number): Op {
  return (store, k) => {
    const { streams } = store;
    if (!streams.open(store.keyspace(0), k, 0, k.length) || streams.size === 0) return;
    apply(store, at % streams.size);
  };
}

function idAt(store: Store, index: number): StreamId {
  const { live } = store.streams;
  live.begin();
  for (let i = 0; i <= index; i++) live.next();
  return new StreamId().copy(live.codec.id);
}

const removes = pick.map((at) =>
  change((store, index) => {
    const last = store.streams.lastId(new StreamId());
    assert.equal(store.streams.remove(idAt(store, index)), true);
    store.streams.afterRemovals(last);
  }, at),
);
const trims = pick.map((at) =>
  change((store, index) => {
    const n = excess(store.streams.live, index, true, 0);
    if (n > 0) store.streams.trim(n);
  }, at),
);
const trimsById = pick.map((at) =>
  change((store, index) => {
    const n = excessBelow(store.streams.live, idAt(store, index), true, 0);
    if (n > 0) store.streams.trim(n);
  }, at),
);
const setLasts = fc.tuple(ms, fc.nat(500)).map(
  ([time, added]): Op =>
    (store, k) => {
      const { streams } = store;
      const id = new StreamId().setNumbers(time, 0);
      if (!streams.open(store.keyspace(0), k, 0, k.length)) streams.makeEmpty();
      if (streams.lastId(new StreamId()).compare(id) <= 0) streams.setLast(id, added, new StreamId());
    },
);
const ofStreams = fc.oneof(
  { weight: 6, arbitrary: adds },
  { weight: 3, arbitrary: removes },
  { weight: 1, arbitrary: trims },
  { weight: 1, arbitrary: trimsById },
  { weight: 1, arbitrary: setLasts },
  { weight: 1, arbitrary: dels },
  { weight: 1, arbitrary: expires },
  { weight: 1, arbitrary: ships },
);
const ofTwoTypes = fc.oneof(
  { weight: 3, arbitrary: adds },
  { weight: 2, arbitrary: removes },
  { weight: 1, arbitrary: trims },
  { weight: 2, arbitrary: sets },
  { weight: 2, arbitrary: registerAdds },
  { weight: 1, arbitrary: dels },
);

testJoins('streams', ofStreams, ofTwoTypes);

test('all memory comes back when streams go', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ op: ofStreams, key: fc.constantFrom(...keys) }), { maxLength: 40 }),
      (commands) => {
        const node = new TestNode('n1', { keepsDead: false });
        const before = node.store.arena.liveBytes;
        for (const each of commands) run(node, each);
        for (const k of keys) node.run((store) => store.remove(store.keyspace(0), Buffer.from(k), 0, 1));
        const tableBytes = 4096;
        assert.ok(node.store.arena.liveBytes - before <= tableBytes, 'blocks are left');
      },
    ),
    { numRuns: runs(50) },
  );
});

test('a large stream is scanned in slices while it changes, and what stays is there', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  const add = (n: number, from: number): void =>
    node.run((store) => {
      for (let i = 0; i < n; i++) {
        addEntry(store, k, 'id', new StreamId().setNumbers(from + i, 0), ['f'], 'value');
      }
    });
  add(5000, 1);
  const writer = new BatchWriter(node.store.origins);
  const scan = node.store.scan(undefined);
  const copy = new TestNode('copy');
  let next = 5001;
  for (let more = true; more; next += 3) {
    writer.reset();
    more = scan.next(writer, 4096);
    copy.join(Buffer.from(writer.buf.subarray(0, writer.pos)), node);
    node.run((store) => change((s) => s.streams.trim(1), 0)(store, k));
    node.run((store) =>
      change((s, index) => {
        s.streams.remove(idAt(s, index));
      }, 2000)(store, k),
    );
    add(3, next);
  }
  for (const batch of node.history) copy.join(batch, node);
  assert.deepEqual(copy.visible(), node.visible());
  assert.deepEqual(copy.picture(), node.picture());
});

test('a peer gets what its vector does not cover, removals too', () => {
  const node = new TestNode('n1');
  const peer = new TestNode('n2');
  const k = Buffer.from('a');
  node.run((store) => {
    for (let i = 1; i <= 10; i++) addEntry(store, k, 'id', new StreamId().setNumbers(i, 0), ['f'], 'x');
  });
  for (const batch of node.history) peer.join(batch, node);
  const seen = new VersionVector();
  seen.advance(node.store.self, node.store.clock.last(), 0);
  node.run((store) =>
    change((s) => {
      s.streams.remove(idAt(s, 4));
    }, 0)(store, k),
  );
  node.run((store) => addEntry(store, k, 'id', new StreamId().setNumbers(11, 0), ['f'], 'y'));
  const writer = new BatchWriter(node.store.origins);
  const scan = node.store.scan(seen);
  while (scan.next(writer, 65_536));
  // The removal, the entry, and the extent that is of the entry.
  assert.equal(writer.count, 3);
  peer.join(Buffer.from(writer.buf.subarray(0, writer.pos)), node);
  assert.deepEqual(peer.visible(), node.visible());
  assert.deepEqual(peer.picture(), node.picture());
});

test('an entry that comes late, with an id below the last one, is put where it belongs', () => {
  const [a, b] = [new TestNode('n1'), new TestNode('n2')];
  const k = Buffer.from('a');
  a.run((store) => addEntry(store, k, 'id', new StreamId().setNumbers(5, 0), ['f'], 'a'));
  b.run((store) => {
    addEntry(store, k, 'id', new StreamId().setNumbers(3, 0), ['f'], 'b');
    addEntry(store, k, 'id', new StreamId().setNumbers(7, 0), ['g'], 'b');
  });
  for (const batch of b.history) a.join(batch, b);
  for (const batch of a.history) b.join(batch, a);
  assert.deepEqual(a.visible(), b.visible());
  assert.match(a.visible()['0:a']!, /3-0.*5-0.*7-0.*last 7-0 added 3/s);
});

test('ids that two nodes with peers give in one ms differ', () => {
  const ids = ['n1', 'n2'].map((name) => {
    const node = new TestNode(name);
    const k = Buffer.from('a');
    node.run((store) => addEntry(store, k, '*', new StreamId(), ['f'], 'x'));
    return node.store.streams.lastId(new StreamId()).text;
  });
  assert.equal(ids[0]!.split('-')[0], ids[1]!.split('-')[0]);
  assert.notEqual(ids[0], ids[1]);
});

test('fields that are none, and ids that are none, of a hostile peer change nothing or are refused', () => {
  const node = new TestNode('n1');
  const k = Buffer.from('a');
  for (const fields of [
    [],
    [0],
    [1],
    [1, 5],
    [1, 0x83, 1],
    [255, 255, 255, 255, 15, 1],
    [1, 5, 0xe0],
    [1, 5, 5, 5],
  ]) {
    const writer = new BatchWriter(node.store.origins);
    const origin = node.store.origins.intern('n9/00000001');
    writer.entry(
      0,
      k,
      0,
      1,
      origin,
      1,
      1,
      new StreamId().setNumbers(5, 5),
      1,
      Uint8Array.from(fields),
      0,
      fields.length,
    );
    const reader = new BatchReader(node.store.origins);
    reader.open(writer.buf, 0, writer.pos);
    assert.equal(reader.next(), true);
    assert.equal(node.store.join(reader, undefined), JoinResult.stale);
  }
  assert.deepEqual(node.visible(), {});
});
