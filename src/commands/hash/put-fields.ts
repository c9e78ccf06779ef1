// What HSET and HMSET share: puts pairs of fields and values, all or none.
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import { putElements } from '../put-elements.ts';

/** Puts the pairs from argument 2 on into the hash in argument 1; `end` replies, told how many fields are new. */
export function putFields(call: Call, end: (call: Call, added: number) => void): void {
  if (call.argc % 2 !== 0) call.wrongArguments();
  putElements(call, EntryType.hash, end);
}
