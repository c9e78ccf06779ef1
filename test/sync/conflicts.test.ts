import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ledger } from '../../src/store/ledger.ts';
import { ConflictLog } from '../../src/sync/conflicts.ts';

const conflict = (n: number) => ({
  db: 0,
  key: Buffer.from(`k${n}`),
  type: 'hash',
  element: Buffer.from('f'),
  winner: { origin: 'a/00000001', stamp: 2, value: Buffer.from([0, 255]) },
  loser: { origin: 'b/00000001', stamp: 1, value: Buffer.from('old') },
  loserType: undefined,
  strategy: 'crdt' as const,
});

test('conflicts keep ids, survive a restart, and are bounded', () => {
  const ledger = new Ledger();
  const log = new ConflictLog(ledger, 3);
  for (let i = 1; i <= 5; i++) assert.equal(log.add(conflict(i), 1000 + i), i);
  assert.deepEqual(
    log.list(10).map((c) => c.id),
    [5, 4, 3],
  );
  assert.equal(log.get(1), undefined);
  const after = new ConflictLog(ledger, 3);
  assert.deepEqual(after.get(4), { id: 4, ...conflict(4), foundMs: 1004 });
  assert.equal(after.clear(4), 1);
  assert.equal(after.clear(4), 0);
  assert.equal(after.clear(), 2);
  assert.equal(new ConflictLog(ledger, 3).add(conflict(6), 0), 6);
});

test('conflicts of keys and of elements are told apart, and a note of before knew keys alone', () => {
  const ledger = new Ledger();
  const log = new ConflictLog(ledger, 3);
  assert.equal(log.add(conflict(1), 0), 1);
  assert.equal(log.add({ ...conflict(1), element: Buffer.from('g') }, 0), 2);
  assert.equal(log.add({ ...conflict(1), type: 'string', element: undefined }, 0), 3);
  assert.deepEqual(log.get(3)?.element, undefined);
  const side = ['a/00000001', 1, ''];
  ledger.setNote('conflict:9', JSON.stringify([0, 'aw==', side, side, 'crdt', 5]));
  assert.equal(new ConflictLog(ledger, 3).get(9)?.type, 'string');
});

test('of a type that lost a key one loser is logged, however many elements it had', () => {
  const ledger = new Ledger();
  const log = new ConflictLog(ledger, 3);
  const lost = { ...conflict(1), type: 'string', element: undefined, loserType: 'hash' };
  assert.equal(log.add(lost, 0), 1);
  assert.equal(log.add({ ...lost, loser: { ...lost.loser, stamp: 7 } }, 0), undefined);
  assert.equal(log.add({ ...lost, loser: { ...lost.loser, origin: 'c/00000001' } }, 0), 2);
  assert.equal(new ConflictLog(ledger, 3).get(1)?.loserType, 'hash');
});

test('a pair of dots is logged once, also after a restart, and again once it was cleared', () => {
  const ledger = new Ledger();
  const log = new ConflictLog(ledger, 3);
  assert.equal(log.add(conflict(1), 0), 1);
  assert.equal(log.add(conflict(1), 5), undefined);
  const after = new ConflictLog(ledger, 3);
  assert.equal(after.add(conflict(1), 5), undefined);
  assert.equal(after.found, 0);
  for (let i = 2; i <= 4; i++) after.add(conflict(i), 5);
  assert.equal(after.add(conflict(1), 5), 5);
  after.clear();
  assert.equal(after.add(conflict(4), 5), 6);
});
