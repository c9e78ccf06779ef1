import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Element } from '../../../src/store/list/element.ts';
import { EndPlaces } from '../../../src/store/list/end-places.ts';
import { rankStep } from '../../../src/store/list/position.ts';
import type { Lists } from '../../../src/store/lists.ts';
import { newStore } from '../new-store.ts';

const key = Buffer.from('a');

function listOn(name: string): Lists {
  const { lists, keyspaces } = newStore(name);
  lists.open(keyspaces[0]!, key, 0, 1);
  return lists;
}

function rankAt(lists: Lists, atFront: boolean): number {
  const e = new Element();
  new EndPlaces(lists.opened).place(e, atFront);
  return e.place.rank;
}

test('pushes go a step beyond the end, at a residue that is the node’s own', () => {
  const lists = listOn('n1');
  lists.pushTexts(['a', 'b']);
  const [first, last] = [lists.opened.positionAt(0)!.rank, lists.opened.positionAt(1)!.rank];
  assert.equal(last - first, rankStep);
  assert.equal(rankAt(lists, false), last + rankStep);
  assert.equal(rankAt(lists, true), first - rankStep);
  const other = listOn('n2');
  other.pushTexts(['a']);
  assert.notEqual((other.opened.positionAt(0)!.rank - first) % rankStep, 0);
});

test('another node’s residue is left for the own one', () => {
  const lists = listOn('n1');
  lists.pushTexts(['a']);
  const own = lists.opened.positionAt(0)!.rank;
  const foreign = new Element();
  foreign.place.rank = own + rankStep + 1;
  foreign.place.hi = lists.store.clock.hi;
  foreign.place.lo = 1;
  foreign.place.origin = lists.store.origins.intern('n3/00000001');
  foreign.bytes = key;
  foreign.length = 1;
  lists.opened.live.pushLast(foreign);
  assert.equal(rankAt(lists, false), own + 2 * rankStep);
});
