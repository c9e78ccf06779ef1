import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';
import { cursorsLostNote, Ledger, peerNotesMax, startsMax } from '../../src/store/ledger.ts';

function replay(writer: BatchWriter, origins: Origins, into = new Ledger()): Ledger {
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  while (reader.next()) assert.ok(into.apply(reader));
  return into;
}

function state(ledger: Ledger): unknown {
  const { starts, notes, vector, letGo } = ledger;
  return { starts, notes: [...notes], vector: [...vector.entries()], letGo: [...letGo.entries()] };
}

test('what was recorded, and what a snapshot holds, gives the same ledger again', () => {
  const origins = new Origins();
  const own = origins.intern('edge-1/00000001');
  const other = origins.intern('hub/00000002');
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  ledger.recorder = journal;
  ledger.addStart(own, 100, 7);
  ledger.advance(own, 150, 7);
  ledger.advance(other, 90, 3);
  ledger.lettingGo(own, 120);
  ledger.lettingGo(other, stampMax);
  ledger.setNote('cursor:hub', '12 ä');
  ledger.setNote('gone', 'x');
  ledger.setNote('gone', undefined);
  ledger.addStart(own, 200, 8);
  assert.deepEqual(state(replay(journal, origins)), state(ledger));

  const snapshot = new BatchWriter(origins);
  ledger.write(snapshot);
  const restored = replay(snapshot, origins);
  assert.deepEqual(state(restored), state(ledger));
  assert.deepEqual(
    state(replay(journal, origins, restored)),
    state(ledger),
    'replay over it changes nothing',
  );
});

test('receding sets entries back, and what was its own among them is no past any more', () => {
  const origins = new Origins();
  const [own, other, gone] = ['e/00000001', 'h/00000002', 'x/00000003'].map((name) => origins.intern(name));
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  ledger.recorder = journal;
  ledger.addStart(own!, 100, 7);
  ledger.advance(own!, 150, 7);
  ledger.advance(other!, 90, 3);
  ledger.advance(gone!, 80, 2);
  for (const [origin, stamp] of [
    [own!, 110],
    [other!, stampMax],
    [gone!, 70],
  ] as const) {
    ledger.lettingGo(origin, stamp);
  }
  const renewed = origins.intern('e/00000004');
  ledger.addStart(renewed, 160, 8);
  ledger.recede(
    [
      [own!, { stamp: 120, tag: 7 }],
      [other!, { stamp: 50, tag: 3 }],
      [gone!, undefined],
    ],
    (origin) => origins.name(origin),
  );
  assert.deepEqual(
    [own!, other!, gone!].map((origin) => ledger.vector.stampOf(origin)),
    [120, 50, 0],
  );
  assert.deepEqual(
    [own!, other!, gone!].map((origin) => ledger.letGo.stampOf(origin)),
    [110, 50, 0],
  );
  assert.equal(ledger.tagKnown(own!, 7), false);
  assert.equal(ledger.ownOrigin, renewed);
  ledger.advance(other!, 60, 3);
  assert.deepEqual(state(replay(journal, origins)), state(ledger));
  const snapshot = new BatchWriter(origins);
  ledger.write(snapshot);
  const restored = replay(snapshot, origins);
  assert.deepEqual(state(restored), state(ledger));
  assert.deepEqual(state(replay(journal, origins, restored)), state(ledger));
});

test('a peer entry is in the past only up to the last stamp journaled under its tag', () => {
  const ledger = new Ledger();
  assert.equal(ledger.ownOrigin, 0);
  ledger.addStart(1, 100, 7);
  ledger.witnessOwn(120);
  ledger.witnessOwn(110);
  ledger.addStart(1, 300, 8);
  assert.equal(ledger.lastStampOfTag(1, 7), 120);
  assert.equal(ledger.lastStampOfTag(1, 8), 0);
  assert.equal(ledger.lastStampOfTag(1, 9), undefined);
  assert.equal(ledger.tagKnown(1, 8), true);
  assert.equal(ledger.tagKnown(2, 8), false);
  ledger.witnessOwn(301);
  assert.equal(ledger.lastStampOfTag(1, 8), 301);
  assert.equal(ledger.lastStampOfTag(1, 7), 120);
  assert.deepEqual(ledger.vector.get(1), { stamp: 301, tag: 8 });
  assert.equal(ledger.ownOrigin, 1);
});

test('only news is recorded', () => {
  const origins = new Origins();
  origins.intern('a/00000001');
  const ledger = new Ledger();
  ledger.recorder = new BatchWriter(origins);
  assert.equal(ledger.advance(1, 10, 1), true);
  assert.equal(ledger.advance(1, 10, 1), false);
  assert.equal(ledger.advance(1, 9, 2), false);
  ledger.setNote('n', 'v');
  ledger.setNote('n', 'v');
  ledger.setNote('absent', undefined);
  assert.equal(ledger.recorder.count, 2);
});

test('starts have a limit', () => {
  const ledger = new Ledger();
  for (let i = 0; i < startsMax + 10; i++) ledger.addStart(1, i + 1, i);
  assert.equal(ledger.starts.length, startsMax);
  assert.equal(ledger.tagKnown(1, 0), false);
});

test('of very many notes of peers the one used longest ago goes, also after a restart', () => {
  const origins = new Origins();
  origins.intern('a/00000001');
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  ledger.recorder = journal;
  ledger.addStart(1, 1, 1);
  ledger.setNote('horizon', '[]');
  for (let i = 0; i < peerNotesMax; i++) ledger.setNote(`tags:n${i}/00000001`, 'v');
  for (let i = 0; i < peerNotesMax + 10; i++) ledger.setNote(`conflict:${i}`, 'v');
  ledger.setNote('tags:n0/00000001', 'v');
  ledger.setNote('tags:n1/00000001', 'w');
  const snapshot = new BatchWriter(origins);
  ledger.write(snapshot);
  const restored = replay(snapshot, origins);
  for (const one of [ledger, restored]) {
    one.setNote('cursor:new', 'v');
    one.useNote('tags:n3/00000001');
    one.setNote('acked:new', 'v');
    const there = [0, 1, 2, 3, 4, 5].filter((i) => one.notes.has(`tags:n${i}/00000001`));
    assert.deepEqual(there, [0, 1, 3, 5]);
    assert.ok(one.notes.has('horizon') && one.notes.has('conflict:0') && one.notes.has('cursor:new'));
  }
  const replayed = replay(journal, origins);
  assert.deepEqual(new Set(replayed.notes.keys()), new Set(ledger.notes.keys()));
});

test('records of the store are left to it', () => {
  const origins = new Origins();
  const own = origins.intern('a/00000001');
  const writer = new BatchWriter(origins);
  const key = Buffer.from('k');
  writer.put(0, key, 0, 1, own, 0, 5, key, 0, 1, true, 0, 0, 0, 0);
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  reader.next();
  assert.equal(reader.kind, DeltaKind.put);
  assert.equal(new Ledger().apply(reader), false);
});

test('replay tells from where on slots are marked: the starts that no peer is noted to know', () => {
  const origins = new Origins();
  const own = origins.intern('edge-1/00000001');
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  assert.deepEqual(ledger.unknownStarts, []);
  ledger.recorder = journal;
  ledger.addStart(own, 100, 7);
  ledger.setNote('known', '7');
  ledger.addStart(own, 200, 8);
  ledger.addStart(own, 300, 9);
  ledger.setNote('known', '8');
  const told: (readonly number[])[] = [];
  const into = new Ledger();
  into.repairs = {
    forgetSince() {},
    forgetCovered() {},
    markBefore: (origin, starts) => told.push([origin, ...starts]),
  };
  replay(journal, origins, into);
  assert.deepEqual(told, [[own, 100], [own], [own, 200], [own, 200, 300], [own, 300]]);
  assert.deepEqual(ledger.unknownStarts, [300]);
});

test('peers whose cursors made room are named until each has one again; of very many it stays said that there were some', () => {
  const origins = new Origins();
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  ledger.recorder = journal;
  ledger.addStart(origins.intern('n/00000001'), 100, 7);
  const replayed = (): ReadonlyMap<string, string> => replay(journal, origins).notes;
  const others = Array.from({ length: peerNotesMax }, (_, i) => `tags:x/${i}`);
  for (const id of ['a', 'b', 'c']) ledger.setNote(`cursor:${id}`, 'j,1,1');
  for (const name of others) ledger.setNote(name, '1');
  assert.equal(ledger.notes.get(cursorsLostNote), '["cursor:a","cursor:b","cursor:c"]');
  ledger.setNote('cursor:b', 'j,2,1');
  ledger.setNote('acked:a', 'j,2,1');
  ledger.setNote('cursor:a', undefined);
  assert.equal(ledger.notes.get(cursorsLostNote), '["cursor:a","cursor:c"]');
  assert.equal(replayed().get(cursorsLostNote), '["cursor:a","cursor:c"]');
  ledger.setNote('cursor:c', 'j,2,1');
  ledger.setNote('cursor:a', 'j,2,1');
  assert.equal(ledger.notes.has(cursorsLostNote), false);
  assert.equal(replayed().has(cursorsLostNote), false);
  for (let i = 0; i <= 256; i++) ledger.setNote(`cursor:many-${i}`, 'j,1,1');
  for (const name of others) ledger.setNote(name, '2');
  assert.equal(ledger.notes.get(cursorsLostNote), '1');
  for (let i = 0; i <= 256; i++) ledger.setNote(`cursor:many-${i}`, 'j,2,1');
  for (const id of ['a', 'b', 'c']) ledger.setNote(`cursor:${id}`, 'j,3,1');
  assert.equal(ledger.notes.get(cursorsLostNote), '1', 'who the others were is not known');
});

test('a peer that is forgotten is known no more, also where its cursor had made room', () => {
  const origins = new Origins();
  const journal = new BatchWriter(origins);
  const ledger = new Ledger();
  ledger.recorder = journal;
  ledger.addStart(origins.intern('n/00000001'), 100, 7);
  for (const id of ['a', 'b']) ledger.setNote(`cursor:${id}`, 'j,1,1');
  for (let i = 0; i < peerNotesMax; i++) ledger.setNote(`tags:x/${i}`, '1');
  ledger.setNote('cursor:c', 'j,1,1');
  assert.deepEqual(ledger.knownPeers, ['c', 'a', 'b']);
  assert.deepEqual(
    ['a', 'x', 'c'].map((id) => ledger.forgetPeer(id)),
    [true, false, true],
  );
  for (const each of [ledger, replay(journal, origins)]) assert.deepEqual(each.knownPeers, ['b']);
  assert.equal(ledger.forgetPeer('b'), true);
  for (const each of [ledger, replay(journal, origins)]) {
    assert.deepEqual(each.knownPeers, []);
    assert.equal(each.notes.has(cursorsLostNote), false);
  }
});
