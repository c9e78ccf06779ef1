import assert from 'node:assert/strict';
import { test } from 'node:test';
import { memoriesOf, remakeElements } from '../../../src/store/list/list-memories.ts';
import type { Lists } from '../../../src/store/lists.ts';
import { newStore } from '../new-store.ts';

/** Five elements of eight: one was removed at each end, one in the middle, and one rewritten. */
function filled(): Lists {
  const store = newStore('n');
  store.keepDead();
  const { lists } = store;
  const key = Buffer.from('a');
  lists.open(store.keyspaces[0]!, key, 0, 1);
  lists.pushTexts(['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']);
  lists.pop(true);
  lists.pop(false);
  lists.remove(2);
  lists.set(0, Buffer.from('z'), 0, 1);
  return lists;
}

function shown({ opened }: Lists): string[] {
  return memoriesOf(opened).map(({ bytes, isDead, dot }) =>
    isDead ? 'dead' : `${Buffer.from(bytes)}${dot === undefined ? '' : '*'}`,
  );
}

test('memories are of the living in their order, then of the dead', () => {
  assert.deepEqual(shown(filled()), ['z*', 'c', 'e', 'f', 'g', 'dead', 'dead', 'dead']);
});

test('what a change makes of memories takes their place, and what it lets go is forgotten', () => {
  const lists = filled();
  remakeElements(lists.opened, (memory) => memory);
  assert.deepEqual(shown(lists), ['z*', 'c', 'e', 'f', 'g', 'dead', 'dead', 'dead']);
  const origin = lists.store.origins.intern('m/00000001');
  remakeElements(lists.opened, (memory) =>
    memory.isDead ? undefined : { ...memory, id: { ...memory.id, origin } },
  );
  assert.deepEqual(shown(lists), ['z*', 'c', 'e', 'f', 'g']);
  assert.ok(memoriesOf(lists.opened).every(({ id }) => id.origin === origin));
});
