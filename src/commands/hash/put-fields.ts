// What HSET and HMSET share: puts pairs of fields and values, all or, where memory or a limit forbids it, none.
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';

/** Puts the pairs from argument 2 on into the hash in argument 1. Returns how many fields are new. */
export function putFields(call: Call): number {
  if (call.argc % 2 !== 0) call.wrongArguments();
  call.openToWrite(1, EntryType.hash);
  const { store, buf } = call;
  const { elements } = store;
  const { offsets, lengths } = call.args;
  let bytes = 0;
  for (let i = 2; i < call.argc; i += 2) {
    store.checkLimits(lengths[i]!, lengths[i + 1]!, false);
    bytes += lengths[i]! + lengths[i + 1]!;
  }
  elements.requireRoom((call.argc - 2) / 2, bytes);
  let added = 0;
  for (let i = 2; i < call.argc; i += 2) {
    if (elements.put(buf, offsets[i]!, lengths[i]!, buf, offsets[i + 1]!, lengths[i + 1]!)) added += 1;
  }
  call.notify('hset', 1);
  return added;
}
