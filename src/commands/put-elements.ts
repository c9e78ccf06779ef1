// What SADD, HSET and HMSET share: elements of a set, or pairs of fields and values of a hash, are put, all or, where
// memory or a limit forbids it, none; in slices where they are very many (add-many.ts). It tells nobody: the commands
// do.
import { EntryType } from '../store/entry.ts';
import { type Addition, addMany, areMany } from './add-many.ts';
import type { Call } from './call.ts';

/** The first that is put. */
const first = 2;

/**
 * Puts what arguments 2 and on name into the collection of the key in argument 1; `end` tells of it and replies, told
 * how many are new. Throws WRONGTYPE.
 */
export function putElements(
  call: Call,
  type: typeof EntryType.set | typeof EntryType.hash,
  end: (call: Call, added: number) => void,
): void {
  call.openToWrite(1, type);
  const { store, argc } = call;
  const { lengths } = call.args;
  const step = type === EntryType.hash ? 2 : 1;
  let bytes = 0;
  for (let i = first; i < argc; i += step) {
    const valueLength = step === 2 ? lengths[i + 1]! : 0;
    store.checkLimits(lengths[i]!, valueLength, false);
    bytes += lengths[i]! + valueLength;
  }
  const count = (argc - first) / step;
  if (areMany(call, count, bytes)) {
    addMany(call, additionOf(count, bytes, type, step, end));
    return;
  }
  store.elements.requireRoom(count, bytes);
  let added = 0;
  for (let i = first; i < argc; i += step) if (put(call, i, step)) added += 1;
  end(call, added);
}

/** Puts argument i, with the value behind it where there is one, into the open collection; whether it is new. */
function put({ store, buf, args }: Call, i: number, step: number): boolean {
  const { offsets, lengths } = args;
  if (step === 1) return store.elements.put(buf, offsets[i]!, lengths[i]!, buf, 0, 0);
  return store.elements.put(buf, offsets[i]!, lengths[i]!, buf, offsets[i + 1]!, lengths[i + 1]!);
}

function additionOf(
  count: number,
  bytes: number,
  type: number,
  step: number,
  end: (call: Call, added: number) => void,
): Addition {
  let added = 0;
  return {
    count,
    bytes,
    open(call) {
      call.openToWrite(1, type);
      return true;
    },
    add(call, n) {
      if (put(call, first + n * step, step)) added += 1;
    },
    end: (call) => end(call, added),
  };
}
