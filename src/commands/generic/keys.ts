// KEYS pattern: all keys that match a glob pattern, in slices where the keyspace is large.
// https://redis.io/commands/keys
import type { Glob } from '../../base/glob.ts';
import { inParts } from '../../base/in-parts.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type KeyId, keyIdOf } from '../key-changes.ts';
import type { Work } from '../large-work.ts';
import { readPattern } from '../pattern.ts';

export const command: CommandSpec = {
  name: 'keys',
  arity: 2,
  flags: ['readonly'],
  categories: ['dangerous'],
  concernsAllKeys: true,
  group: 'generic',
  since: '1.0.0',
  summary: 'Returns all keys that match a pattern.',
  syntax: '<pattern>',
  complexity: 'O(N), N being the number of keys in the database',
  run: keys,
};

function keys(call: Call): void {
  if (call.keyspace.table.size < call.sliceSizes.largeElementsMin) {
    keysAtOnce(call);
    return;
  }
  // A change of a key concerns that key alone.
  const changed = new Set<KeyId>();
  const note = (id: KeyId): void => void changed.add(id);
  call.services.largeWork.run(call, note, (own) => keysInSlices(own, changed));
}

/** Calls `visit` with each entry of some that match and have not expired. Returns where to go on, 0 at the end. */
function look(call: Call, cursor: number, pattern: Glob, visit: (at: number) => void): number {
  const { store, keyspace } = call;
  const { entries, arena } = store;
  return keyspace.table.scan(cursor, call.sliceSizes.elements, (at) => {
    if (store.isExpired(at)) return;
    if (pattern.matches(arena.u8, entries.keyOffset(at), entries.keyLength(at))) visit(at);
  });
}

function keysAtOnce(call: Call): void {
  const { reply } = call;
  const { entries, arena } = call.store;
  const pattern = readPattern(call, 1);
  const found: number[] = [];
  let cursor = 0;
  do cursor = look(call, cursor, pattern, (at) => found.push(at));
  while (cursor !== 0);
  reply.array(found.length);
  for (const at of found) reply.bulk(arena.u8, entries.keyOffset(at), entries.keyLength(at));
}

/** What is replied was there when the walk had come to its end: keys that changed until then are looked up again. */
function* keysInSlices(call: Call, changed: Set<KeyId>): Work {
  const { reply, session } = call;
  const { entries, arena } = call.store;
  const pattern = readPattern(call, 1);
  changed.clear();
  const found: KeyId[] = [];
  let cursor = 0;
  for (;;) {
    cursor = look(call, cursor, pattern, (at) => {
      found.push(keyIdOf(session.db, arena.u8, entries.keyOffset(at), entries.keyLength(at)));
    });
    if (cursor === 0) break;
    yield;
  }
  const again = new Set(changed);
  const come = [...again].filter((id) => isThere(call, id, pattern));
  const left: KeyId[] = [];
  for (const some of inParts(found, call.sliceSizes.elements)) {
    for (const id of some) if (!again.has(id)) left.push(id);
    yield;
  }
  reply.array(left.length + come.length);
  for (const some of inParts(left.concat(come), call.sliceSizes.elements)) {
    for (const id of some) reply.bulk(Buffer.from(id, 'latin1'), 1, id.length - 1);
    yield;
  }
  return true;
}

function isThere({ store, keyspace }: Call, id: KeyId, pattern: Glob): boolean {
  const key = Buffer.from(id, 'latin1').subarray(1);
  const at = store.find(keyspace, store.hash.of(key, 0, key.length), key, 0, key.length);
  return at !== 0 && pattern.matches(key, 0, key.length);
}
