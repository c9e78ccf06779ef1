// The names that TYPE, SCAN TYPE and their like have for the types of entries. Encodings of a type do not show in them.
import { assert } from '../base/assert.ts';
import { EntryType } from '../store/entry.ts';

/** Redis's name of a type. */
export function typeName(type: number): string {
  assert(type === EntryType.string, `entries of type ${type} are not values`);
  return 'string';
}
