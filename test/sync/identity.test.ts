import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import type { Entry } from '../../src/sync/envelope.ts';
import { Identity } from '../../src/sync/identity.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { copyDisk, newDisk } from '../sim/sim-log.ts';
import { SimNode } from '../sim/sim-node.ts';

function nodeOf(): SimNode {
  const scheduler = new Scheduler(7, Date.UTC(2026, 10, 1));
  return new SimNode({ nodeId: 'n', role: 'edge' }, scheduler, newDisk('j'));
}

/** As a peer tells them that knows of none how far it went. */
function startsOf(tags: readonly number[]): Entry[] {
  return tags.map((tag) => ({ tag, stamp: 0 }));
}

test('a node without a past begins in a new epoch; one with a past goes on in it, under a new tag', () => {
  const node = nodeOf();
  node.start();
  assert.ok(node.engine.identity instanceof Identity);
  const { originName, tag } = node.engine.identity;
  node.set('k', 'v');
  node.crash(false);
  node.start();
  assert.equal(node.engine.identity.originName, originName);
  assert.notEqual(node.engine.identity.tag, tag);
  node.disk = newDisk('j2');
  node.start();
  assert.notEqual(node.engine.identity.originName, originName);
});

test('a node whose stamps went beyond belief begins one new epoch, and goes on in that', () => {
  const node = nodeOf();
  node.start();
  const { identity } = node.engine;
  const { origin, originName, tag } = identity;
  node.command(() => node.ledger.advance(origin, stampMax, tag));
  node.crash(false);
  node.start();
  const next = node.engine.identity.originName;
  assert.notEqual(next, originName);
  node.crash(false);
  node.start();
  assert.equal(node.engine.identity.originName, next);
});

test('its own past: known tags up to the last stamp under them', () => {
  const node = nodeOf();
  node.start();
  const { tag } = node.engine.identity;
  node.set('k', 'v');
  const last = node.store.clock.last();
  node.crash(false);
  node.start();
  const { identity } = node.engine;
  assert.equal(identity.isOwn(null, null, []), true);
  assert.equal(identity.isOwn({ stamp: last, tag }, null, [tag]), true);
  assert.equal(identity.isOwn({ stamp: last + 1, tag }, null, [tag]), false);
  assert.equal(identity.isOwn(null, { stamp: last + 1, tag }, [tag]), false);
  assert.equal(identity.isOwn(null, null, [tag, 12345]), false);
});

test('a cursor is sound within the starts that it was given under', () => {
  const node = nodeOf();
  node.start();
  const { tag } = node.engine.identity;
  node.set('k', 'v');
  const { seq } = node.log;
  node.crash(false);
  node.start();
  const { identity } = node.engine;
  node.disk.durable = node.disk.blocks.length;
  assert.equal(identity.isSoundCursor({ journal: 'j', seq, tag }), true);
  assert.equal(identity.isSoundCursor({ journal: 'j', seq: seq + 1, tag }), false);
  assert.equal(identity.isSoundCursor({ journal: 'other', seq, tag }), false);
  assert.equal(identity.isSoundCursor({ journal: 'j', seq, tag: 999 }), false);
});

test('a fork: what came since the last start that the peer knows gets new dots, and survives a restart so', () => {
  const node = nodeOf();
  node.start();
  const { tag, originName } = node.engine.identity;
  node.incr('c', 5);
  node.set('old', '1');
  const before = node.store.clock.last();
  node.engine.identity.noteKnown(before);
  node.crash(false);
  node.start();
  const old = node.engine.identity.origin;
  node.incr('c', 2);
  node.set('new', '2');
  assert.equal(node.engine.identity.fork(startsOf([tag, 777])), undefined);
  const check = (): void => {
    assert.notEqual(node.engine.identity.originName, originName);
    assert.equal(node.get('c'), '7@0');
    assert.equal(node.get('old'), '1@0');
    assert.equal(node.get('new'), '2@0');
    assert.equal(node.ledger.vector.get(node.store.origins.find(originName)!)?.tag, tag);
    assert.ok(node.ledger.vector.stampOf(node.store.origins.find(originName)!) <= before);
  };
  check();
  assert.ok(node.log.seq > node.engine.identity.forkSeq && node.engine.identity.forkSeq > 0);
  assert.equal(node.ledger.lastStampOfTag(old, tag), before);
  node.crash(false);
  node.start();
  check();
});

for (const noted of [true, false]) {
  test(`a fork found after more starts, what the peer knows ${noted ? '' : 'not '}noted: counters split there`, () => {
    const node = nodeOf();
    node.start();
    const { originName } = node.engine.identity;
    node.incr('c', 3);
    const tags = [node.engine.identity.tag, 777];
    if (noted) node.engine.identity.noteKnown(node.store.clock.last());
    node.log.commit(() => {});
    const restart = (by: number): void => {
      node.crash(false);
      node.start();
      node.incr('c', by);
    };
    restart(2);
    if (!noted) tags.push(node.engine.identity.tag);
    restart(1);
    restart(1);
    node.engine.identity.fork(startsOf(tags));
    const key = Buffer.from('c');
    const { slots } = node.store.keyspaces[0]!.load(node.store.hash.of(key, 0, 1), key, 0, 1);
    const sums = new Map(slots.map(({ origin, sum }) => [node.store.origins.name(origin), sum]));
    const expected = new Map([
      [originName, noted ? 3n : 5n],
      [node.engine.identity.originName, noted ? 4n : 2n],
    ]);
    assert.deepEqual(sums, expected);
  });
}

test('a fork of what a peer has taken already, or in the midst of a start, tells since when counters may be wrong', () => {
  const node = nodeOf();
  node.start();
  const { tag } = node.engine.identity;
  node.incr('c', 1);
  const shared = node.store.clock.last();
  node.incr('c', 1);
  node.crash(false);
  const { disk } = node;
  node.disk = copyDisk(disk);
  node.start();
  const inMidst = node.engine.identity.fork([
    { tag, stamp: shared },
    { tag: 777, stamp: 0 },
  ]);
  assert.equal(inMidst, shared + 1);
  const { origin } = node.engine.identity;
  const given = [...node.ledger.vector.entries()].find(([o, entry]) => o !== origin && entry.tag === tag);
  assert.deepEqual(given?.[1], { stamp: shared, tag });
  node.crash(false);
  node.disk = disk;
  node.start();
  const { stamp } = node.ledger.starts.at(-1)!;
  node.incr('c', 1);
  node.engine.identity.noteKnown(node.store.clock.last());
  assert.equal(node.engine.identity.fork(startsOf([tag, 777])), stamp);
});
