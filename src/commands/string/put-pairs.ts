// What MSET and MSETNX share: puts of all pairs or of none, in slices where they are very many. Memory is checked
// before the first put, so a refusal for lack of it leaves everything as it was; near the limit it errs towards
// refusing. Only where tombstones and counter records that a put must carry along outgrow what was checked can a later
// put of the same command still fail.
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import { requireRoom } from '../../store/room.ts';
import type { Call } from '../call.ts';
import { areManyToChange, canChangeMany, changeMany } from '../change-many.ts';

/** What a key takes at most beside its bytes and those of its value. */
const keyExtraBytes = 96;

/** Throws where arguments 1 .. are not pairs. */
export function requirePairs(call: Call): void {
  if (call.argc % 2 === 0) throw new CommandError(wrongArguments(call.name));
}

/**
 * Puts every pair of key and value, unless `mayPut` says no of any key, and replies by `end`. Throws OOM before the
 * first put.
 */
export function putPairs(
  call: Call,
  end: (call: Call, put: number) => void,
  mayPut?: (call: Call, i: number) => boolean,
): void {
  const { argc, store } = call;
  const { lengths, offsets } = call.args;
  if (areManyToChange(call, 2) && putInSlices(call, end, mayPut)) return;
  for (let i = 1; mayPut !== undefined && i < argc; i += 2) {
    if (mayPut(call, i)) continue;
    end(call, 0);
    return;
  }
  requireRoom(store, call.keyspace, call.buf, offsets, lengths, 1, argc);
  for (let i = 1; i < argc; i += 2) call.putString(i, i + 1, 0);
  end(call, argc >> 1);
}

/** False where all are to be put at once. Throws CommandError where a pair is too large. */
function putInSlices(
  call: Call,
  end: (call: Call, put: number) => void,
  mayPut: ((call: Call, i: number) => boolean) | undefined,
): boolean {
  const { argc, store } = call;
  const { lengths } = call.args;
  // How many keys others make meanwhile, nobody knows.
  if (store.limits.keysMax > 0) return false;
  let bytes = 0;
  for (let i = 1; i < argc; i += 2) {
    const [keyLength, valueLength] = [lengths[i]!, lengths[i + 1]!];
    store.checkLimits(keyLength, valueLength, false);
    // What needs a block in one piece is not sure to find it.
    if (Math.max(keyLength, valueLength) >= store.arena.unitBytes) return false;
    bytes += keyLength + valueLength + keyExtraBytes;
  }
  if (!canChangeMany(call, bytes)) return false;
  const change = (own: Call, i: number): boolean => {
    own.putString(i, i + 1, 0);
    return true;
  };
  changeMany(call, { step: 2, bytes, ...(mayPut && { mayChange: mayPut }), change, end });
  return true;
}
