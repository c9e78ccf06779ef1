import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampCountersPerMs, stampOfMs } from '../../src/base/clock.ts';
import { CommandError } from '../../src/base/errors.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { MemoryJournal } from '../../src/journal/memory-journal.ts';
import { unkeptRuns } from '../../src/store/delta-run.ts';
import { type KeyAtWork, KeyNames } from '../../src/store/keys-at-work.ts';
import type { Store } from '../../src/store/store.ts';
import { WorkInPlace } from '../../src/store/work-in-place.ts';
import { buildMs, newStore } from './new-store.ts';

const key = Buffer.from('key');

function put(store: Store, name: string): void {
  const member = Buffer.from(name);
  store.elements.open(store.keyspace(0), key, 0, key.length, 2);
  store.elements.put(member, 0, member.length, member, 0, 0);
}

function* puts(store: Store, names: readonly string[], error?: CommandError): Generator<void, void, void> {
  for (const name of names) {
    put(store, name);
    yield;
  }
  if (error !== undefined) throw error;
}

function sizeOf(store: Store): number {
  return store.elements.open(store.keyspace(0), key, 0, key.length, 2) ? store.elements.size : 0;
}

const target: KeyAtWork = { db: 0, key };
const ofKey = { names: KeyNames.of([target]), targets: () => [target] };

function withLog(): { store: Store; journal: MemoryJournal } {
  const store = newStore('work');
  store.nowMs = buildMs;
  const journal = new MemoryJournal({ origins: store.origins, tailBytesMax: 1024 * 1024 });
  store.recorder = journal.writer;
  store.runs = journal.runs;
  return { store, journal };
}

function begin(store: Store, change: Generator<void, void, void>): WorkInPlace {
  const work = WorkInPlace.begin(store, { ...ofKey, dots: 10, heldBytes: 0, steps: change });
  assert.ok(work !== undefined);
  return work;
}

test('time does not drive the clock while a change is under way; then the clock is behind its dots', () => {
  const { store, journal } = withLog();
  const steps = begin(store, puts(store, ['a', 'b', 'c'])).all();
  steps.next();
  assert.equal(store.atWork.has(0, key, 0, key.length), true);
  const before = store.clock.last();
  store.clock.observe(buildMs + 3_600_000);
  assert.equal(store.clock.last(), before);
  assert.equal(journal.writer.count, 0);
  while (steps.next().done !== true);
  assert.equal(sizeOf(store), 3);
  assert.equal(journal.writer.count, 1);
  assert.ok(store.clock.last() > before + 4096);
  store.clock.observe(buildMs + 3_600_001);
  assert.ok(store.clock.last() > before + 3_600_000 * 4096);
  assert.deepEqual([store.atWork.isAny, store.dotsAhead], [false, undefined]);
});

test('what is hurried, or comes close to its dots, goes into the log as it is', () => {
  for (const how of ['hurry', 'clock']) {
    const { store, journal } = withLog();
    const steps = begin(store, puts(store, ['a', 'b', 'c'])).all();
    steps.next();
    if (how === 'hurry') store.atWork.hurry();
    else store.clock.witness(store.clock.last() + 4000 * 1000);
    while (steps.next().done !== true);
    assert.equal(sizeOf(store), 3);
    assert.ok(journal.writer.count >= 3, how);
    assert.equal(store.atWork.isAny, false);
  }
});

test('a mistake ends the change, and what was done until then stays and counts', () => {
  const { store, journal } = withLog();
  const error = new CommandError('OOM no room');
  assert.throws(() => [...begin(store, puts(store, ['a'], error)).all()], error);
  assert.equal(sizeOf(store), 1);
  assert.equal(journal.writer.count, 1);
});

test('where nothing is changed nothing is said; without a log nothing is either', () => {
  const { store, journal } = withLog();
  assert.deepEqual([...begin(store, puts(store, [])).all()].length > 0, true);
  assert.equal(journal.writer.count, 0);
  store.recorder = undefined;
  store.runs = unkeptRuns;
  const steps = begin(store, puts(store, ['a', 'b'])).all();
  while (steps.next().done !== true);
  assert.equal(sizeOf(store), 2);
});

test('what changes nothing tells of nothing, and what does tells of its key, where no log is kept', () => {
  for (const names of [[], ['a', 'b']]) {
    const store = newStore('work');
    store.nowMs = buildMs;
    store.runs = unkeptRuns;
    let told = 0;
    store.recorder = new BatchWriter(store.origins);
    store.recorder.onRecord = () => {
      told += 1;
    };
    for (const _ of begin(store, puts(store, names)).all());
    assert.equal(told, Math.min(1, names.length));
  }
});

test('one change after the other keeps the clock within half a second of the time', () => {
  const { store } = withLog();
  for (let n = 0; n < 50; n++) {
    store.nowMs += 400;
    store.clock.observe(store.nowMs);
    const steps = WorkInPlace.begin(store, {
      ...ofKey,
      dots: 100_000,
      heldBytes: 0,
      steps: puts(store, [`a${n}`, `b${n}`]),
    })!.all();
    while (steps.next().done !== true);
    assert.ok(store.clock.last() - stampOfMs(store.nowMs) < 500 * stampCountersPerMs);
  }
});
