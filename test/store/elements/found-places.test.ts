import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FoundPlaces } from '../../../src/store/elements/found-places.ts';
import { TestNode } from '../fleet.ts';

const name = Buffer.from('member:17');

/** A place for the members of a set with an entry, which is known. */
function knownPlaces(): { places: FoundPlaces; at: number; run: number; node: TestNode } {
  const node = new TestNode('a');
  const { elements, keyspaces, entries } = node.store;
  elements.open(keyspaces[0]!, Buffer.from('key'), 0, 3, 2);
  elements.put(name, 0, name.length, name, 0, 0);
  const places = new FoundPlaces(entries);
  const { at } = elements;
  assert.equal(places.meet(at), -1);
  const run = places.meet(at);
  assert.ok(run >= 0);
  places.note(run, name, 0, name.length, 26);
  return { places, at, run, node };
}

test('a run that is met twice is known, and keeps where a name was found', () => {
  const { places, at, run } = knownPlaces();
  assert.equal(places.known(at), run);
  assert.equal(places.placeOf(run, name, 0, name.length), 26);
  assert.equal(places.placeOf(run, name, 0, name.length - 1), 0);
});

test('a new dot of the entry makes it unknown, but where it was renewed', () => {
  const { places, at, run, node } = knownPlaces();
  node.store.entries.setDot(at, node.store.self, 5, 6);
  assert.equal(places.known(at), -1);
  places.renew(run);
  assert.equal(places.known(at), run);
  assert.equal(places.placeOf(run, name, 0, name.length), 26);
});

test('a run whose records move, or another key that goes, leaves no place behind', () => {
  for (const end of ['forget', 'clear'] as const) {
    const { places, at, run } = knownPlaces();
    if (end === 'forget') places.forget(at);
    else places.clear();
    assert.equal(places.known(at), -1);
    assert.equal(places.meet(at), -1);
    assert.equal(places.meet(at), run);
    assert.equal(places.placeOf(run, name, 0, name.length), 0);
  }
});

test('places beyond what can be kept are not', () => {
  const { places, run } = knownPlaces();
  places.note(run, name, 0, name.length, 20_000);
  assert.equal(places.placeOf(run, name, 0, name.length), 26);
});
