// What SETRANGE, SETBIT and BITFIELD share: where very many zeros come to be between the end of a string and what is
// written behind it, they are written in slices, in place (large-work.ts). It does not know what is written behind
// them.
import { AttentionBit } from './attention.ts';
import type { Call } from './call.ts';
import { keyExists } from './interplay.ts';
import { changeInPlace, type Pace, type Work } from './large-work.ts';

/**
 * What was done to the string before something is written behind it: made, or made longer, of which what is written
 * has to tell; undefined: nothing.
 */
export type Grown = 'new' | 'longer' | undefined;
type Write = (call: Call, grown: Grown) => void;

/** Whether what is written at a position may be `writeFar`'s. */
export function isFar({ sliceSizes }: Call, position: number): boolean {
  return position >= sliceSizes.largeStringBytesMin;
}

/**
 * Runs `write`, which writes `length` bytes from `position` on to the string of the key in argument 1, and replies.
 * Throws WRONGTYPE, and what is wrong with so long a string.
 */
export function writeFar(call: Call, position: number, length: number, write: Write): void {
  const { store, sliceSizes } = call;
  const at = call.findStringToWrite(1);
  const blank = position - (at === 0 ? 0 : store.strings.length(at));
  if (blank < sliceSizes.largeStringBytesMin || !hasRoom(call, position + length)) write(call, undefined);
  else {
    store.checkLimits(call.length(1), position + length, at === 0);
    call.services.largeWork.run(call, [], (own, pace) => inSlices(own, pace, position + length, write));
  }
}

function hasRoom(call: Call, length: number): boolean {
  return call.store.hasBlock(call.store.entries.size(call.length(1), length, true));
}

function* inSlices(call: Call, pace: Pace, length: number, write: Write): Work {
  const steps = function* (): Generator<void, void, void> {
    const grown = call.findStringToWrite(1) === 0 ? 'new' : 'longer';
    const { store, keyspace, buf, services } = call;
    const id = call.keyId(1);
    const isNew = (services.attention.bits & AttentionBit.created) !== 0 && !keyExists(store, id);
    const isLonger = yield* store.strings.widen(keyspace, buf, call.offset(1), call.length(1), length);
    if (isNew) services.events.noteAbsent([id]);
    write(call, isLonger ? grown : undefined);
  };
  // Where there is no room any more, evictions make some as the command comes anew.
  const fits = (): boolean => hasRoom(call, length);
  return (yield* changeInPlace(call, pace, { keys: [1], dots: 3, fits, steps })) || 'again';
}
