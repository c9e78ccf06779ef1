import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ListNest, ListNests } from '../../../src/store/list/list-nests.ts';
import { newStore } from '../new-store.ts';

test('numbers of nests that are gone are given again, and what they had is free', () => {
  const store = newStore('n');
  const nests = new ListNests(store);
  const add = (): number => nests.add(new ListNest(nests.newChunks(false), nests.newChunks(true)));
  const [a, b] = [add(), add()];
  assert.notEqual(a, b);
  const before = store.arena.liveBytes;
  const { element } = store.lists.opened;
  element.bytes = Buffer.from('v');
  element.length = 1;
  nests.get(a)!.live.pushLast(element);
  assert.ok(store.arena.liveBytes > before);
  nests.remove(a);
  assert.equal(store.arena.liveBytes, before);
  assert.equal(nests.get(a), undefined);
  assert.equal(add(), a);
});

test('a block that has moved is found in whichever nest it is', () => {
  const store = newStore('n');
  const nests = new ListNests(store);
  const nest = new ListNest(nests.newChunks(false), nests.newChunks(true));
  const number = nests.add(nest);
  const { element } = store.lists.opened;
  nest.dead.pushLast(element);
  const chunk = nest.dead.chunkAt(0);
  const to = store.arena.alloc(store.arena.capacity(chunk), 0);
  store.arena.u8.copyWithin(to, chunk, chunk + store.arena.capacity(chunk));
  const told: [number, number][] = [];
  nests.eachBlock((block, of) => told.push([block, of]));
  assert.equal(told.length, 2);
  assert.ok(told.some(([block, of]) => block === chunk && of === number));
  assert.ok(nests.moveBlock(number, chunk, to));
  assert.equal(nest.dead.chunkAt(0), to);
  assert.equal(nests.moveBlock(number, chunk, to), false);
  assert.equal(nests.moveBlock(number + 1, to, chunk), false);
});
