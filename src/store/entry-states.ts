// What an entry or a tomb says, as a key state: each encoding of entry.ts unpacked, and the plain counter packed. It
// changes no entry and knows no table.
//
//   plain counter, aligned behind the key   word 0-1 run: stamp lower, upper; 2-3 sum; with an integer base 4-5 its value,
//                                           6-7 its stamp, 8 its origin
import { stampFrom, stampHi, stampLo } from '../base/clock.ts';
import type { Arena } from './arena.ts';
import type { Compression } from './compression.ts';
import { Encoding, type Entries } from './entry.ts';
import { cacheEstimate } from './hyperloglog.ts';
import { type CounterSlot, type Expiry, emptyState, type KeyState, zeroDot } from './key-state.ts';
import { parseInt64 } from './number.ts';
import type { StateCodec } from './state-codec.ts';

/** What entries are read with. */
export interface EntryReading {
  readonly arena: Arena;
  readonly entries: Entries;
  readonly codec: StateCodec;
  readonly compression: Compression;
}

/** Words of a plain counter, without a base and with one. */
export const counterWords = 4;
export const counterBaseWords = 9;

/** The word index at which a counter's value is laid out. */
export function counterWord(entries: Entries, at: number): number {
  return (entries.valueOffset(at) + 3) >> 2;
}

/** Whether a counter has an integer base beside its slot. */
export function counterHasBase(entries: Entries, at: number): boolean {
  return entries.valueLength(at) >= counterBaseWords * 4;
}

/** The state that an entry or tomb holds. */
export function stateOfEntry(reading: EntryReading, at: number): KeyState {
  const { entries, arena, codec, compression } = reading;
  const encoding = entries.encoding(at);
  if (encoding === Encoding.state) return codec.unpack(arena.u8, entries.valueOffset(at));
  const state = emptyState();
  const dot = { stamp: entries.stamp(at), origin: entries.origin(at) };
  const offset = entries.valueOffset(at);
  const end = offset + entries.valueLength(at);
  if (encoding === Encoding.registers) {
    const bytes = arena.u8.slice(offset, end);
    cacheEstimate(bytes, 0, undefined);
    state.sets = [{ ...dot, bytes }];
    if (entries.hasExpiry(at)) state.expiry = expiryOf(entries, at);
    return state;
  }
  if (encoding === Encoding.counter) {
    readCounter(reading, at, state);
    if (entries.hasExpiry(at)) state.expiry = expiryOf(entries, at);
    else if (state.value !== undefined) state.expiry = { deadlineMs: 0, dot: state.value.dot };
    return state;
  }
  let bytes: Uint8Array;
  if (encoding === Encoding.lz4) {
    compression.unpack(arena.u8, offset, end - offset);
    bytes = compression.bytes.slice(compression.offset, compression.offset + compression.length);
  } else if (encoding === Encoding.int) bytes = Buffer.from(arena.view.getBigInt64(offset, true).toString());
  else bytes = arena.u8.slice(offset, end);
  state.value = { dot, bytes };
  state.expiry = expiryOf(entries, at);
  return state;
}

function expiryOf(entries: Entries, at: number): Expiry {
  return {
    deadlineMs: entries.deadline(at),
    dot: { stamp: entries.expiryStamp(at), origin: entries.expiryOrigin(at) },
  };
}

function readCounter({ arena, entries }: EntryReading, at: number, state: KeyState): void {
  const { i32 } = arena;
  const w = counterWord(entries, at);
  const slot: CounterSlot = {
    origin: entries.origin(at),
    stamp: entries.stamp(at),
    run: stampFrom(i32[w + 1]!, i32[w]!),
    sum: (BigInt(i32[w + 3]!) << 32n) | BigInt(i32[w + 2]! >>> 0),
  };
  state.slots.push(slot);
  if (!counterHasBase(entries, at)) return;
  const base = (BigInt(i32[w + 5]!) << 32n) | BigInt(i32[w + 4]! >>> 0);
  const dot = { stamp: stampFrom(i32[w + 7]!, i32[w + 6]!), origin: i32[w + 8]! };
  state.value = { dot, bytes: Buffer.from(base.toString()) };
}

/**
 * The words of a state that is one integer slot, with an integer base or none; undefined where it is more than that.
 */
export function packCounter(state: KeyState): Int32Array | undefined {
  const { value, slots } = state;
  const slot = slots[0];
  if (state.sets.length > 0) return undefined;
  if (slots.length !== 1 || slot === undefined || typeof slot.sum === 'string') return undefined;
  if (state.records.length > 0 || state.kill !== undefined || state.marks.length > 0) return undefined;
  if (state.floor !== zeroDot) return undefined;
  const base = value === undefined ? undefined : parseInt64(value.bytes, 0, value.bytes.length);
  if (value !== undefined && base === undefined) return undefined;
  const words = new Int32Array(counterBaseWords + 1);
  words[0] = stampLo(slot.run);
  words[1] = stampHi(slot.run);
  words[2] = Number(BigInt.asIntN(32, slot.sum));
  words[3] = Number(slot.sum >> 32n);
  if (value !== undefined && base !== undefined) {
    words[4] = Number(BigInt.asIntN(32, base));
    words[5] = Number(base >> 32n);
    words[6] = stampLo(value.dot.stamp);
    words[7] = stampHi(value.dot.stamp);
    words[8] = value.dot.origin;
  }
  return words;
}
