// What the key states of elements are asked in particular, and what the death of the whole key does to them. An
// element's state is that of a string (key-state.ts), but for what its key says for all elements together. Pure
// functions.
import { EntryType } from '../entry.ts';
import { type Dot, type DotOrder, type KeyState, type Kill, zeroDot } from '../key-state.ts';

export function isCounter(state: KeyState): boolean {
  return state.slots.length > 0 || state.records.length > 0;
}

/** Whether a live state says no more than a value under one dot. */
export function isPlain(state: KeyState): boolean {
  const { value, expiry } = state;
  return (
    value !== undefined &&
    expiry.deadlineMs === 0 &&
    expiry.dot.stamp === value.dot.stamp &&
    expiry.dot.origin === value.dot.origin &&
    state.slots.length === 0 &&
    state.records.length === 0 &&
    state.kill === undefined &&
    state.marks.length === 0
  );
}

/** Whether a dead state says something that a peer may ask for. */
export function isWorth(state: KeyState): boolean {
  return state.kill !== undefined || state.expiry.dot !== zeroDot || state.records.length > 0;
}

/** About the bytes that a state takes when it is packed, at most. */
export function stateBytes(state: KeyState): number {
  return 64 + (state.value?.bytes.length ?? 0) + 64 * (state.slots.length + state.records.length);
}

/**
 * What the key's own kill means for an element: one that it says too is needless, unless it carries records; records
 * always go with the greater of the two.
 */
export function takeKill(state: KeyState, kill: Kill, order: DotOrder): void {
  if (state.records.length === 0) forgetKill(state, kill.dot, order);
  else keepKill(state, kill, order);
}

/** Keeps the key's kill with an element whose own is not greater. */
export function keepKill(state: KeyState, kill: Kill, order: DotOrder): void {
  const known = state.kill;
  const byDot = known === undefined ? -1 : order(known.dot, kill.dot);
  const isGreater = byDot < 0 || (byDot === 0 && order(known?.event ?? zeroDot, kill.event) < 0);
  if (isGreater) state.kill = { ...kill, type: EntryType.string };
}

function forgetKill(state: KeyState, dot: Dot, order: DotOrder): void {
  const { kill } = state;
  if (kill !== undefined && state.records.length === 0 && order(kill.dot, dot) <= 0) state.kill = undefined;
}

/** Takes runs that began at or below `dot` out of what is counted, and what is recorded of them. */
export function raiseCounters(state: KeyState, dot: Dot, order: DotOrder): void {
  const isDead = (s: { readonly origin: number; readonly run: number }): boolean =>
    order({ stamp: s.run, origin: s.origin }, dot) <= 0;
  state.slots = state.slots.filter((s) => !isDead(s));
  state.records = state.records.filter((r) => !isDead(r));
}

/**
 * Takes out of an element what is at or below `dot`, which its key says: by `kill`, or by what leaves none behind and
 * ends counters too.
 */
export function raiseElement(state: KeyState, dot: Dot, order: DotOrder, kill: Kill | undefined): void {
  const { value, expiry } = state;
  if (value !== undefined && order(value.dot, dot) <= 0) state.value = undefined;
  if (order(expiry.dot, dot) <= 0) state.expiry = { deadlineMs: 0, dot: zeroDot };
  if (kill !== undefined) takeKill(state, kill, order);
  else {
    raiseCounters(state, dot, order);
    forgetKill(state, dot, order);
  }
}
