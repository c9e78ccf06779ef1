// Reads of very many keys, MGET, EXISTS and TOUCH, in slices (large-work.ts). What is replied was there when the last
// one was read: where one that had been read changes meanwhile, all is read anew. It knows no types.
import type { Call } from './call.ts';
import type { KeyId } from './key-changes.ts';
import { endsSlice, type Work } from './large-work.ts';

/** What is made of the keys in arguments 1 and on. */
export interface KeysRead {
  /** Finds the key in argument i, and counts that it was looked for. */
  look(call: Call, i: number): number;
  /** Takes the key in argument i, whose entry is at `at`, 0 where there is none. */
  take(call: Call, i: number, at: number): void;
  /** All were taken. */
  end(call: Call): void;
}

/** Whether arguments 1 and on are so many that they are worth slicing. */
export function areManyKeys({ argc, sliceSizes }: Call): boolean {
  return argc > sliceSizes.largeElementsMin;
}

/** `begin`: begins the reply. */
export function readMany(call: Call, begin: (call: Call) => KeysRead): void {
  // A text for each key would take longer than to read it.
  const hashes = new Set<number>();
  const counted = { upTo: 0 };
  let hasChanged = false;
  const note = (id: KeyId): void => {
    hasChanged ||= hashes.has(hashOf(call, id));
  };
  call.services.largeWork.run(call, note, function* (own): Work {
    hashes.clear();
    hasChanged = false;
    const keys = begin(own);
    for (let i = 1; i < own.argc; i++) {
      const at = i > counted.upTo ? keys.look(own, i) : own.find(i);
      counted.upTo = Math.max(counted.upTo, i);
      hashes.add(own.hashOf(i));
      keys.take(own, i, at);
      if (!endsSlice(own, i)) continue;
      yield;
      if (hasChanged) return false;
    }
    keys.end(own);
    return true;
  });
}

function hashOf({ store }: Call, id: KeyId): number {
  const key = Buffer.from(id, 'latin1');
  return store.hash.of(key, 1, key.length - 1);
}
