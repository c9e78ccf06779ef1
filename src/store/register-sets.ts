// What is known of a HyperLogLog key besides a plain value: one set of registers for each origin that added to it. They
// are joined as key-state.ts says; here is what they make up together. Pure, as that is.
import { encodeRegisters, isHyperLogLog, mergeRegisters, registerCount } from './hyperloglog.ts';

/** All that one origin has added since the key was last cleared for it; its dot is that of the newest addition. */
export interface RegisterSet {
  readonly origin: number;
  readonly stamp: number;
  /** As Redis represents it: hyperloglog.ts. */
  readonly bytes: Uint8Array;
}

interface Dot {
  readonly origin: number;
  readonly stamp: number;
}

/** The sets that a value or kill of this dot leaves: those that are newer. */
export function dropSets(
  sets: readonly RegisterSet[],
  dot: Dot,
  order: (a: Dot, b: Dot) => number,
): readonly RegisterSet[] {
  return sets.length === 0 ? sets : sets.filter((set) => order(set, dot) > 0);
}

/** The registers of the sets and of a base, which counts for nothing where it is no HyperLogLog. */
export function registersOf(sets: readonly RegisterSet[], base: Uint8Array | undefined): Uint8Array {
  const registers = new Uint8Array(registerCount);
  if (base !== undefined && isHyperLogLog(base, 0, base.length)) {
    const sound = new Uint8Array(registerCount);
    if (mergeRegisters(sound, base, 0, base.length)) registers.set(sound);
  }
  for (const { bytes } of sets) mergeRegisters(registers, bytes, 0, bytes.length);
  return registers;
}

/** The set that clients see. */
export function unionOfSets(sets: readonly RegisterSet[], base: Uint8Array | undefined): Uint8Array {
  const only = sets.length === 1 && base === undefined ? sets[0] : undefined;
  return only !== undefined ? only.bytes : encodeRegisters(registersOf(sets, base));
}

/** A set as it came, undefined where it is none. Its estimate is dropped, so that equal sets are equal bytes. */
export function soundSet(bytes: Uint8Array): Uint8Array | undefined {
  if (!isHyperLogLog(bytes, 0, bytes.length)) return undefined;
  const registers = new Uint8Array(registerCount);
  return mergeRegisters(registers, bytes, 0, bytes.length) ? encodeRegisters(registers) : undefined;
}

/** The set that `bytes` becomes by the changes that a delta with a base brings. */
export function changedSet(bytes: Uint8Array, changes: Uint8Array): Uint8Array {
  const registers = registersOf([], bytes);
  for (let p = 0; p + 2 < changes.length; p += 3) {
    const index = (changes[p]! | (changes[p + 1]! << 8)) & (registerCount - 1);
    registers[index] = Math.max(registers[index]!, changes[p + 2]! & 63);
  }
  return encodeRegisters(registers);
}
