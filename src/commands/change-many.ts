// What DEL, UNLINK, MSET and MSETNX of very many keys share: each is changed where it is, in slices (large-work.ts),
// all or none of them, and who names one meanwhile waits. What they put begins only where there is ample room, which is
// kept for it; elsewhere, and where a key was evicted, the command does all at once, as it does with fewer. It knows no
// types.
import { KeyNames } from '../store/keys-at-work.ts';
import { hasAmpleRoom, roomOf } from '../store/room.ts';
import { AttentionBit } from './attention.ts';
import type { Call } from './call.ts';
import { keyExists } from './interplay.ts';
import { changeInPlace, endsSlice, type Pace, type Work } from './large-work.ts';
import { namesEvicted } from './unheld-keys.ts';

/** To change a key takes as long as so many elements of a collection. */
const elementsPerKey = 4;

/** The keys that a command changes: argument 1, and on from there by `step`. */
export interface KeysToChange {
  readonly step: number;
  /** What they take at most beside what is there; 0: nothing. */
  readonly bytes: number;
  /** Whether the key in argument i may be changed. All are asked of before the first is; one that may not ends it. */
  mayChange?(call: Call, i: number): boolean;
  /** Changes the key in argument i, and tells of it; false where it is as it was. */
  change(call: Call, i: number): boolean;
  /** Replies; so many were changed. */
  end(call: Call, changed: number): void;
}

/** Whether the keys in argument 1, and on from there by `step`, are worth slicing. */
export function areManyToChange({ argc, sliceSizes }: Call, step: number): boolean {
  return ((argc - 1) / step) * elementsPerKey >= sliceSizes.largeElementsMin;
}

/** Whether keys that are many can be changed in slices: none was evicted, and there is room. */
export function canChangeMany(call: Call, bytes: number): boolean {
  return !namesEvicted(call) && hasRoom(call, bytes);
}

function hasRoom({ store }: Call, bytes: number): boolean {
  return bytes === 0 || hasAmpleRoom(store, bytes);
}

/** Changes keys that are many. */
export function changeMany(call: Call, keys: KeysToChange): void {
  call.services.largeWork.run(call, [], (own, pace) => slices(own, pace, keys));
}

function* slices(call: Call, pace: Pace, keys: KeysToChange): Work {
  const { step, bytes } = keys;
  const names = pace.isWhole ? undefined : yield* namesOf(call, step);
  const told = [1];
  let changed = 0;
  const steps = function* (): Generator<void, void, void> {
    if (yield* mayChange(call, keys)) {
      const keysAtOnce = Math.ceil(call.sliceSizes.changedElements / elementsPerKey);
      for (let from = 1; from < call.argc; from += step * keysAtOnce) {
        if (from > 1) yield;
        const some = changeSome(call, keys, pace, from, Math.min(call.argc, from + step * keysAtOnce));
        if (changed === 0 && some.length > 0) told[0] = some[0]!;
        changed += some.length;
      }
    }
    // In the last step, as others may be let in right behind it.
    keys.end(call, changed);
  };
  const dots = Math.ceil((call.argc - 1) / step);
  const heldBytes = bytes === 0 ? 0 : roomOf(call.store, bytes);
  const fits = (): boolean => hasRoom(call, bytes);
  const change = { keys: told, ...(names && { names }), dots, heldBytes, fits, steps };
  return (yield* changeInPlace(call, pace, change)) || 'again';
}

/** The names of the keys; those of which the time has come are gone from then on. */
function* namesOf(call: Call, step: number): Generator<void, KeyNames, void> {
  const { keyspace } = call;
  const names = new KeyNames();
  for (let i = 1; i < call.argc; i += step) {
    names.add(keyspace.id, call.buf, call.offset(i), call.length(i));
    call.find(i);
    if (endsSlice(call, i)) yield;
  }
  return names;
}

function* mayChange(call: Call, keys: KeysToChange): Generator<void, boolean, void> {
  for (let i = 1; keys.mayChange !== undefined && i < call.argc; i += keys.step) {
    if (!keys.mayChange(call, i)) return false;
    if (endsSlice(call, i)) yield;
  }
  return true;
}

/** Changes the keys from argument `from` on, before `to`. Returns those that changed. */
function changeSome(call: Call, keys: KeysToChange, pace: Pace, from: number, to: number): number[] {
  const { attention, events } = call.services;
  const changed: number[] = [];
  const noteNew = (attention.bits & AttentionBit.created) !== 0;
  for (let i = from; i < to; i += keys.step) {
    if (noteNew) events.noteAbsent(keyExists(call.store, call.keyId(i)) ? [] : [call.keyId(i)]);
    if (!keys.change(call, i)) continue;
    changed.push(i);
    // What goes into a run is told of by nobody else.
    if (pace.isAtWork === true) call.touch(i);
  }
  return changed;
}
