// All that a node knows of one string key, as a value, and the joins on it: the one definition of what deltas mean.
// It is pure: no arena, no clock, no tables. The store keeps common states in packed form and joins those in place;
// whatever is less common is loaded into a KeyState, joined here and packed again.
//
// A key is a register (value and dot), an expiry register, counter slots (one per origin), seen-records (one per
// origin: the slot as the last base or clear saw it), a kill (a clear's) and a floor (the greatest dot of a type that
// lost the key). Each is a join of its own: the greater dot wins. An element of a collection is a KeyState too, and the
// key of a collection has one for all but its content.
import type { SlotRecord } from '../delta/batch-writer.ts';
import { EntryType } from './entry.ts';
import {
  decimalOf,
  formatDecimal,
  int64Max,
  int64Min,
  parseDecimal,
  parseDecimalBytes,
  parseInt64,
} from './number.ts';
import { dropSets, type RegisterSet, unionOfSets } from './register-sets.ts';

/** A dot: stamp and local origin index. Stamp 0 with origin 0 is below every dot. */
export interface Dot {
  readonly stamp: number;
  readonly origin: number;
}

export const zeroDot: Dot = { stamp: 0, origin: 0 };

export interface CounterSlot {
  readonly origin: number;
  readonly stamp: number;
  readonly run: number;
  readonly sum: bigint | string;
}

/** What a slot of this node was before a start that its peers may not know: for fork repair only. */
export interface SlotMark {
  readonly stamp: number;
  readonly run: number;
  readonly sum: bigint | string;
}

export interface Kill {
  /** What is dead: everything at or below. */
  readonly dot: Dot;
  /** The delta that said so. */
  readonly event: Dot;
  /** Of a key: the type of what was removed, EntryType; of an element nothing. */
  readonly type: number;
}

export interface Expiry {
  /** Unix ms; 0 = none. */
  readonly deadlineMs: number;
  readonly dot: Dot;
}

export interface KeyState {
  value: { readonly dot: Dot; readonly bytes: Uint8Array } | undefined;
  expiry: Expiry;
  kill: Kill | undefined;
  /** All at or below it is dead, counter runs begun there too; zeroDot = none. */
  floor: Dot;
  slots: CounterSlot[];
  records: SlotRecord[];
  /** Oldest first. */
  marks: readonly SlotMark[];
  /**
   * The key has expired and its value's bytes are gone, if it has a value; everything else is as it was, so that joins
   * go on as they would. It is hidden until a later value comes, or these bytes come back.
   */
  purged: boolean;
  /** HyperLogLog sets, one for each origin that added to it: register-sets.ts. */
  sets: readonly RegisterSet[];
}

const noBytes = new Uint8Array(0);
/** Marks kept of one slot: the oldest and the newest. */
const marksMax = 8;

export type DotOrder = (a: Dot, b: Dot) => number;

export function emptyState(): KeyState {
  return {
    value: undefined,
    expiry: { deadlineMs: 0, dot: zeroDot },
    kill: undefined,
    floor: zeroDot,
    slots: [],
    records: [],
    marks: [],
    purged: false,
    sets: [],
  };
}

function recordOf(state: KeyState, origin: number): SlotRecord | undefined {
  return state.records.find((r) => r.origin === origin);
}

/** Whether a slot still says something: the last base or clear has not seen all of it. */
export function isSlotLive(state: KeyState, slot: CounterSlot): boolean {
  const record = recordOf(state, slot.origin);
  return record === undefined || slot.stamp > record.stamp;
}

/** Whether the key exists, expiry aside. */
export function isLive(state: KeyState): boolean {
  if (state.purged) return false;
  return state.value !== undefined || state.sets.length > 0 || state.slots.some((s) => isSlotLive(state, s));
}

/** Whether a value is there whose bytes are gone. A purged value of no bytes is taken for one. */
export function isHollow(state: KeyState): boolean {
  return state.purged && state.value !== undefined && state.value.bytes.length === 0;
}

/** Puts an expired value away; where it is not to be held, its bytes go. */
export function purge(state: KeyState, isHeld: boolean): void {
  state.purged = true;
  if (state.value !== undefined && !isHeld) state.value = { dot: state.value.dot, bytes: noBytes };
}

/** What was purged without a value is whole as soon as anything changes: its deadline may hide it again. */
function wake(state: KeyState): void {
  if (state.value === undefined) state.purged = false;
}

/**
 * What a clear under `crdt` kills: the greatest dot seen of what can be killed. Of a counter that is its run; what it
 * has counted since is in the clear's records.
 */
export function killDot(state: KeyState, order: DotOrder): Dot {
  const runs = state.slots.map(runOf);
  return greatestDot({ ...state, slots: [] }, order, runs);
}

/** The dot by which a slot lives or dies where the type of its key is contended. */
export function runOf({ run, origin }: { readonly run: number; readonly origin: number }): Dot {
  return { stamp: run, origin };
}

/**
 * The greatest dot with which a state that is not a collection's speaks for a type, and the type: a string's content,
 * or what was removed. Undefined where nobody has the key.
 */
export function claimOf(state: KeyState, order: DotOrder): { type: number; dot: Dot } | undefined {
  const { kill } = state;
  let dot = state.value?.dot ?? zeroDot;
  for (const other of [...state.slots.map(runOf), ...state.sets]) if (order(other, dot) > 0) dot = other;
  if (kill !== undefined && order(kill.dot, dot) > 0) return { type: kill.type, dot: kill.dot };
  return dot === zeroDot ? undefined : { type: EntryType.string, dot };
}

/**
 * Lets `type`, which speaks with `dot`, have the key of a state that is not a collection's, or not: the later type has
 * it, and the floor rises to what the other has said. Returns whether the type has the key now.
 */
export function contend(state: KeyState, type: number, dot: Dot, order: DotOrder): boolean {
  const claim = claimOf(state, order);
  if (claim === undefined || claim.type === type) return true;
  const wins = order(dot, claim.dot) > 0;
  raiseFloor(state, wins ? claim.dot : dot, order);
  return wins;
}

/**
 * Before a collection of `type` is made of a key: the removal of one of that type goes on, of another it has lost the
 * key.
 */
export function yieldTo(state: KeyState, type: number, order: DotOrder): void {
  if (state.kill !== undefined && state.kill.type !== type) raiseFloor(state, state.kill.dot, order);
}

/** The greatest dot in the key. */
export function greatestDot(state: KeyState, order: DotOrder, others: readonly Dot[] = []): Dot {
  let greatest = state.value?.dot ?? zeroDot;
  const raise = (dot: Dot): void => {
    if (order(dot, greatest) > 0) greatest = dot;
  };
  raise(state.expiry.dot);
  raise(state.floor);
  for (const dot of others) raise(dot);
  for (const s of state.slots) raise(s);
  for (const s of state.sets) raise(s);
  if (state.kill !== undefined) raise(state.kill.dot);
  return greatest;
}

/** The records that a base or clear made now, by `event`, carries: every slot as it is seen. */
export function recordsOfSlots(state: KeyState, event: Dot): SlotRecord[] {
  return state.slots.map((s) => ({
    origin: s.origin,
    stamp: s.stamp,
    run: s.run,
    sum: s.sum,
    eventOrigin: event.origin,
    eventStamp: event.stamp,
  }));
}

/** Drops what other parts of the state say already, so that equal knowledge is equal state. */
export function normalize(state: KeyState, order: DotOrder): void {
  const { kill, value, expiry } = state;
  if (kill === undefined) return;
  if (kill.type !== EntryType.string) {
    const claim = claimOf(state, order);
    // A string was put where another type had been removed.
    if (claim?.type === EntryType.string) raiseFloor(state, kill.dot, order);
    return;
  }
  if (value === undefined) return;
  if (order(value.dot, kill.dot) > 0 && order(expiry.dot, kill.dot) > 0) state.kill = undefined;
}

/**
 * Joins a put. Returns whether anything changed. `deadlineMs` counts only where the expiry is stated; `hollow`: its
 * bytes are gone.
 */
export function joinPut(
  state: KeyState,
  dot: Dot,
  bytes: Uint8Array,
  expiryStated: boolean,
  deadlineMs: number,
  records: readonly SlotRecord[],
  order: DotOrder,
  hollow = false,
): boolean {
  let changed = joinRecords(state, records, order);
  if (state.kill !== undefined && order(dot, state.kill.dot) <= 0) return changed;
  if (order(dot, state.floor) <= 0) return changed;
  const byDot = state.value === undefined ? 1 : order(dot, state.value.dot);
  if (byDot > 0 || (byDot === 0 && state.purged && !hollow)) {
    state.value = { dot, bytes };
    state.sets = dropSets(state.sets, dot, order);
    state.purged = hollow;
    changed = true;
  }
  if (expiryStated && joinExpire(state, dot, deadlineMs, order)) changed = true;
  return changed;
}

/** Joins a statement of expiry. Returns whether anything changed. */
export function joinExpire(state: KeyState, dot: Dot, deadlineMs: number, order: DotOrder): boolean {
  if (state.kill !== undefined && order(dot, state.kill.dot) <= 0) return false;
  if (order(dot, state.expiry.dot) <= 0 || order(dot, state.floor) <= 0) return false;
  state.expiry = { deadlineMs, dot };
  wake(state);
  return true;
}

/** Joins a counter slot. Returns whether anything changed. */
export function joinCount(state: KeyState, slot: CounterSlot, order: DotOrder): boolean {
  if (isBelowFloor(state, slot, order)) return false;
  const at = state.slots.findIndex((s) => s.origin === slot.origin);
  if (at >= 0 && state.slots[at]!.stamp >= slot.stamp) return false;
  const record = recordOf(state, slot.origin);
  if (record !== undefined && record.stamp >= slot.stamp) return false;
  if (at >= 0) state.slots[at] = slot;
  else state.slots.push(slot);
  wake(state);
  return true;
}

/**
 * Joins a slot of this node's own origin, as it counts or as that is replayed: where the slot was last written before
 * one of `starts`, those that no peer is known to know, what it was is marked (fork repair). Returns whether anything
 * changed.
 */
export function joinOwnCount(
  state: KeyState,
  slot: CounterSlot,
  starts: readonly number[],
  order: DotOrder,
): boolean {
  const own = state.slots.find((s) => s.origin === slot.origin);
  if (!joinCount(state, slot, order)) return false;
  const first = starts[0];
  if (first === undefined) state.marks = [];
  else if (own !== undefined && starts.some((start) => own.stamp < start && slot.stamp >= start)) {
    const marks = [...state.marks, { stamp: own.stamp, run: own.run, sum: own.sum }];
    // Of those before the first start only the last says what was there when it began.
    const needed = marks.filter((_, i) => (marks[i + 1]?.stamp ?? slot.stamp) >= first);
    state.marks = needed.length > marksMax ? needed.toSpliced(1, 1) : needed;
  }
  return true;
}

/** Whether a counter's run began at or below the floor. */
function isBelowFloor(
  state: KeyState,
  slot: { readonly origin: number; readonly run: number },
  order: DotOrder,
): boolean {
  return state.floor !== zeroDot && order({ stamp: slot.run, origin: slot.origin }, state.floor) <= 0;
}

/** Raises the floor to `dot`: what was of another type up to there is dead. Returns whether anything changed. */
export function raiseFloor(state: KeyState, dot: Dot, order: DotOrder): boolean {
  if (order(dot, state.floor) <= 0) return false;
  state.floor = dot;
  const isDead = (other: Dot): boolean => order(other, dot) <= 0;
  if (state.value !== undefined && isDead(state.value.dot)) state.value = undefined;
  if (isDead(state.expiry.dot)) state.expiry = { deadlineMs: 0, dot: zeroDot };
  if (state.kill !== undefined && isDead(state.kill.dot)) state.kill = undefined;
  wake(state);
  state.sets = dropSets(state.sets, dot, order);
  state.slots = state.slots.filter((s) => !isBelowFloor(state, s, order));
  state.records = state.records.filter((r) => !isBelowFloor(state, r, order));
  state.marks = [];
  return true;
}

/** Joins a clear. Returns whether anything changed. */
export function joinClear(
  state: KeyState,
  kill: Kill,
  records: readonly SlotRecord[],
  order: DotOrder,
): boolean {
  let changed = joinRecords(state, records, order);
  if (order(kill.dot, state.floor) <= 0) return changed;
  const known = state.kill;
  if (known !== undefined) {
    const byDot = order(kill.dot, known.dot);
    if (byDot < 0 || (byDot === 0 && order(kill.event, known.event) <= 0)) return changed;
  }
  // A value above the kill is a concurrent or later write: the kill says nothing that the value does not.
  if (
    state.value !== undefined &&
    order(state.value.dot, kill.dot) > 0 &&
    order(state.expiry.dot, kill.dot) > 0
  ) {
    return changed;
  }
  state.kill = kill;
  changed = true;
  if (state.value !== undefined && order(state.value.dot, kill.dot) <= 0) state.value = undefined;
  state.sets = dropSets(state.sets, kill.dot, order);
  if (order(state.expiry.dot, kill.dot) <= 0) state.expiry = { deadlineMs: 0, dot: zeroDot };
  wake(state);
  return changed;
}

function joinRecords(state: KeyState, records: readonly SlotRecord[], order: DotOrder): boolean {
  let changed = false;
  for (const record of records) {
    if (isBelowFloor(state, record, order)) continue;
    const at = state.records.findIndex((r) => r.origin === record.origin);
    const known = at < 0 ? undefined : state.records[at]!;
    if (known !== undefined && !isLaterRecord(record, known, order)) continue;
    if (at < 0) state.records.push(record);
    else state.records[at] = record;
    changed = true;
  }
  // A slot that is all seen says nothing more: its record stays, so that what comes late is measured against it.
  if (changed) state.slots = state.slots.filter((s) => isSlotLive(state, s));
  return changed;
}

function isLaterRecord(a: SlotRecord, b: SlotRecord, order: DotOrder): boolean {
  if (a.stamp !== b.stamp) return a.stamp > b.stamp;
  const eventA = { stamp: a.eventStamp, origin: a.eventOrigin };
  return order(eventA, { stamp: b.eventStamp, origin: b.eventOrigin }) > 0;
}

/** Whether content of this dot is dead here, or there is a value of it or a later one. */
export function isPast({ kill, value, floor }: KeyState, dot: Dot, order: DotOrder): boolean {
  if (order(dot, floor) <= 0) return true;
  return [kill?.dot, value?.dot].some((other) => other !== undefined && order(dot, other) <= 0);
}

/** Joins the set of one origin, which replaces what it had. Returns whether anything changed. */
export function joinRegisters(state: KeyState, set: RegisterSet, order: DotOrder): boolean {
  if (isPast(state, set, order)) return false;
  const known = state.sets.find((s) => s.origin === set.origin);
  if (known !== undefined && known.stamp >= set.stamp) return false;
  state.sets = [...state.sets.filter((s) => s !== known), set];
  wake(state);
  return true;
}

/**
 * The value that clients see: none where the key was purged; where there are HyperLogLog sets, their union with the
 * base, if that is one too. Else: the base where there are no live slots; base (0 where none) plus slots in origin
 * order else. A base that is no number hides the slots. 64-bit sums are clamped at the end, so their order does not
 * matter.
 */
export function visibleValue(
  state: KeyState,
  compareOrigins: (a: number, b: number) => number,
): Uint8Array | undefined {
  if (state.purged) return undefined;
  if (state.sets.length > 0) return unionOfSets(state.sets, state.value?.bytes);
  const live = state.slots.filter((s) => isSlotLive(state, s));
  if (live.length === 0) return state.value?.bytes;
  live.sort((a, b) => compareOrigins(a.origin, b.origin));
  const base = state.value?.bytes;
  const parts = live.map((s) => contributionOf(state, s));
  const integer = base === undefined ? 0n : parseInt64(base, 0, base.length);
  if (integer !== undefined && parts.every((p) => typeof p === 'bigint')) {
    let sum = integer;
    for (const p of parts) if (typeof p === 'bigint') sum += p;
    const clamped = sum > int64Max ? int64Max : sum < int64Min ? int64Min : sum;
    return Buffer.from(clamped.toString());
  }
  const decimal = base === undefined ? 0n : parseDecimalBytes(base);
  if (base !== undefined && decimal === undefined) return base;
  let sum = decimal ?? 0n;
  for (const p of parts) sum += toDecimal(p);
  return Buffer.from(formatDecimal(sum));
}

function toDecimal(sum: bigint | string): bigint {
  return typeof sum === 'bigint' ? decimalOf(sum) : (parseDecimal(sum) ?? 0n);
}

/** What a slot adds beyond what its record has seen; another run adds all of it. */
export function contributionOf(state: KeyState, slot: CounterSlot): bigint | string {
  const record = recordOf(state, slot.origin);
  if (record === undefined || record.run !== slot.run) return slot.sum;
  if (typeof slot.sum === 'bigint' && typeof record.sum === 'bigint') return slot.sum - record.sum;
  return formatDecimal(toDecimal(slot.sum) - toDecimal(record.sum));
}

/** The greatest event dot that a state holds: what vectors compare for it. */
export function newestDot(state: KeyState, order: DotOrder): Dot {
  let newest: Dot = zeroDot;
  const raise = (dot: Dot): void => {
    if (order(dot, newest) > 0) newest = dot;
  };
  if (state.value !== undefined) raise(state.value.dot);
  raise(state.expiry.dot);
  if (state.kill !== undefined) raise(state.kill.event);
  raise(state.floor);
  for (const slot of state.slots) raise(slot);
  for (const set of state.sets) raise(set);
  for (const r of state.records) raise({ stamp: r.eventStamp, origin: r.eventOrigin });
  return newest;
}
