// Whether a command that puts several strings, or several elements, at once fits in memory and the store's limits,
// asked before its first put, so that it puts all or none. Where there is plenty it costs one sum. Near the limit it
// takes the blocks of strings on trial and gives them back; of elements it counts the bytes, and the command may then
// use the arena's slack, should it have come to more. It errs towards no: every new key is taken to split a table
// segment.
import { CommandError } from '../base/errors.ts';
import { outOfMemory, tooManyKeys } from '../resp/errors.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** More size classes than an arena has slabs for in one command. */
const classesMax = 104;
/** Units of the largest slab. */
const slabUnitsMax = 8;
/** Bytes that the split of a table segment takes, in two halves. */
const segmentHalfBytes = 1792;
const entryOverheadBytes = 64;

/**
 * Throws CommandError, OOM or that of a limit, where the puts of arguments first, first + 2, .. before `end` as keys,
 * each followed by its value, may not fit.
 */
export function requireRoom(
  store: Store,
  ks: Keyspace,
  buf: Uint8Array,
  offsets: Int32Array,
  lengths: Int32Array,
  first: number,
  end: number,
): void {
  const { arena, ground } = store;
  const count = (end - first) / 2;
  let bytes = 0;
  let longest = 0;
  for (let i = first; i < end; i += 2) {
    const keyLength = lengths[i]!;
    const valueLength = lengths[i + 1]!;
    bytes += keyLength + valueLength;
    longest = Math.max(longest, keyLength, valueLength);
    store.checkLimits(keyLength, valueLength, false);
  }
  if (bytes > arena.limitBytes) throw new CommandError(outOfMemory, true);
  if (store.limits.keysMax > 0) requireKeys(store, ks, buf, offsets, lengths, first, end);
  const slabs = Math.min(count, classesMax) * slabUnitsMax * arena.unitBytes;
  const most = 2 * bytes + count * (entryOverheadBytes + 3 * segmentHalfBytes) + slabs;
  const free = arena.limitBytes - ground.reserveBytes - arena.usedBytes;
  if (longest < arena.unitBytes && most <= free) return;
  takeOnTrial(store, ks, buf, offsets, lengths, first, end);
}

/** Units that several elements may take beside their bytes: slabs of sizes that were not in use, tables, nodes. */
const spareUnits = 6;
/** Two of the largest slabs. */
const runUnits = 16;
/** With so many units free there is surely a run of them for any slab. */
const ampleUnits = 256;

/**
 * Throws CommandError OOM where `bytes` in small blocks may not fit, which several elements that belong together take;
 * `grows`: what they add to a packed form. Near the limit what follows may use the arena's slack, until
 * `store.unstretch`.
 */
export function requireFree(store: Store, bytes: number, grows = 0): void {
  const { arena, ground } = store;
  if (hasAmpleRoom(store, bytes)) return;
  while (!isFree(store, roomOf(store, bytes))) {
    if (store.reclaim()) continue;
    ground.starved = true;
    throw new CommandError(outOfMemory, bytes > arena.limitBytes);
  }
  store.stretch(grows);
  // A block that grows needs a slab in one piece, and another while it moves.
  store.requireBlock(runUnits * arena.unitBytes);
}

/** What `bytes` in small blocks take at most. */
export function roomOf({ arena }: Store, bytes: number): number {
  return bytes + (bytes >> 2) + spareUnits * arena.unitBytes;
}

function isFree(store: Store, bytes: number): boolean {
  const { limitBytes, usedBytes, ground } = store;
  return bytes <= limitBytes - ground.reserveBytes - usedBytes;
}

/** Whether there is so much more room than `bytes` in small blocks take that they surely fit. */
export function hasAmpleRoom(store: Store, bytes: number): boolean {
  return isFree(store, 2 * roomOf(store, bytes) + ampleUnits * store.arena.unitBytes);
}

/** Throws where the new keys are more than the limit allows; a new key that is named twice counts twice. */
function requireKeys(
  store: Store,
  ks: Keyspace,
  buf: Uint8Array,
  offsets: Int32Array,
  lengths: Int32Array,
  first: number,
  end: number,
): void {
  const { keysMax } = store.limits;
  let keys = store.counts().keys;
  for (let i = first; i < end; i += 2) {
    const [offset, length] = [offsets[i]!, lengths[i]!];
    if (ks.entryOf(store.hash.of(buf, offset, length), buf, offset, length) === 0) keys += 1;
  }
  if (keys > keysMax) throw new CommandError(tooManyKeys(keysMax), (end - first) / 2 > keysMax);
}

function takeOnTrial(
  store: Store,
  ks: Keyspace,
  buf: Uint8Array,
  offsets: Int32Array,
  lengths: Int32Array,
  first: number,
  end: number,
): void {
  const { arena, entries, hash, ground } = store;
  const blocks: number[] = [];
  const take = (bytes: number): boolean => {
    const block = arena.alloc(bytes, ground.reserveBytes);
    if (block !== 0) blocks.push(block);
    return block !== 0;
  };
  let fits = true;
  for (let i = first; fits && i < end; i += 2) {
    const [offset, length] = [offsets[i]!, lengths[i]!];
    fits = take(entries.size(length, lengths[i + 1]!, true));
    const isNew = ks.entryOf(hash.of(buf, offset, length), buf, offset, length) === 0;
    if (fits && isNew) fits = take(segmentHalfBytes) && take(segmentHalfBytes);
  }
  for (const block of blocks) arena.free(block);
  if (!fits) throw new CommandError(outOfMemory);
}

/** What a slice of elements that are not large takes at most. */
const sliceBytes = 2 * 1024 * 1024;

/** Evicts, as the policy says, where what a slice of work adds may not fit. Keys and elements may move. */
export function relieveSlice(store: Store): void {
  const isTight = (): boolean => store.limitBytes - store.ground.reserveBytes - store.usedBytes < sliceBytes;
  for (let attempt = 0; isTight() && store.eviction.relieve(attempt); attempt++);
}
