// What HSET and HMSET share: puts pairs of fields and values, all or, where memory or a limit forbids it, none.
import { EntryType } from '../../store/entry.ts';
import { type Addition, addMany, areMany } from '../add-many.ts';
import type { Call } from '../call.ts';

/** Puts the pairs from argument 2 on into the hash in argument 1; `reply` replies, told how many fields are new. */
export function putFields(call: Call, reply: (call: Call, added: number) => void): void {
  if (call.argc % 2 !== 0) call.wrongArguments();
  call.openToWrite(1, EntryType.hash);
  const { store } = call;
  const { elements } = store;
  const { lengths } = call.args;
  const count = (call.argc - 2) / 2;
  let bytes = 0;
  for (let i = 2; i < call.argc; i += 2) {
    store.checkLimits(lengths[i]!, lengths[i + 1]!, false);
    bytes += lengths[i]! + lengths[i + 1]!;
  }
  if (areMany(call, count, bytes)) {
    addMany(call, additionOf(count, bytes, reply));
    return;
  }
  elements.requireRoom(count, bytes);
  let added = 0;
  for (let i = 2; i < call.argc; i += 2) if (putField(call, i)) added += 1;
  call.notify('hset', 1);
  reply(call, added);
}

/** Puts the pair at argument i into the open hash. */
function putField({ store, buf, args }: Call, i: number): boolean {
  const { offsets, lengths } = args;
  return store.elements.put(buf, offsets[i]!, lengths[i]!, buf, offsets[i + 1]!, lengths[i + 1]!);
}

function additionOf(count: number, bytes: number, reply: (call: Call, added: number) => void): Addition {
  let added = 0;
  return {
    count,
    bytes,
    open(call) {
      call.openToWrite(1, EntryType.hash);
      return true;
    },
    add(call, n) {
      if (putField(call, 2 + 2 * n)) added += 1;
    },
    end(call) {
      call.notify('hset', 1);
      reply(call, added);
    },
  };
}
