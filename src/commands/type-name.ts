// The names that TYPE, SCAN TYPE and their like have for the types of entries. Encodings of a type do not show in them.
import { assert } from '../base/assert.ts';
import { EntryType } from '../store/entry.ts';

const names = new Map<number, string>([
  [EntryType.string, 'string'],
  [EntryType.list, 'list'],
  [EntryType.set, 'set'],
  [EntryType.zset, 'zset'],
  [EntryType.hash, 'hash'],
  [EntryType.stream, 'stream'],
]);

/** Redis's name of a type. */
export function typeName(type: number): string {
  const name = names.get(type);
  assert(name !== undefined, `entries of type ${type} are not values`);
  return name;
}
