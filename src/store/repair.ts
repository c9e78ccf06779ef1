// Two repairs of a whole store. Re-dotting: a node whose history forked gives what it wrote since the fork dots of a
// new origin, so that no dot names two things. Starting over: a peer behind the horizon forgets what its peer covers
// and keeps what is pending. Both visit every key once, in one turn: they are rare and must not be seen half done.
import { stampHi, stampLo } from '../base/clock.ts';
import type { BatchWriter, SlotRecord } from '../delta/batch-writer.ts';
import type { VersionVector } from '../delta/vector.ts';
import { EntryType } from './entry.ts';
import { dotsOf } from './graveyard.ts';
import { type CounterSlot, type Dot, emptyState, type KeyState, type Kill, zeroDot } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { type ListMemory, remakeElements } from './list/list-memories.ts';
import type { Lists } from './lists.ts';
import { formatDecimal, parseDecimal } from './number.ts';
import { emitKey, isCollection } from './scan.ts';
import type { Store } from './store.ts';
import { remakeMemories, type StreamMemory } from './stream/stream-memories.ts';
import type { Streams } from './streams.ts';

interface Found {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  readonly state: KeyState;
  /** The element of a collection whose state it is; undefined for the key's own. */
  readonly element?: Uint8Array;
  /** Of a collection: its type. */
  readonly type?: number;
  /** Of a list or a stream: the dots of its elements, which are remade apart. */
  readonly dots?: readonly Dot[];
}

function everyKey(store: Store): Found[] {
  const found: Found[] = [];
  for (const ks of store.keyspaces) {
    for (const table of [ks.table, ks.grave]) {
      let cursor = 0;
      do {
        cursor = table.scan(cursor, 1024, (at) => {
          const offset = store.entries.keyOffset(at);
          const key = store.arena.u8.slice(offset, offset + store.entries.keyLength(at));
          if (store.entries.type(at) === EntryType.list)
            found.push(sequenceOf(store, store.otherLists, ks, at, key));
          else if (store.entries.type(at) === EntryType.stream)
            found.push(sequenceOf(store, store.otherStreams, ks, at, key));
          else if (isCollection(store, at)) found.push(...everyElement(store, ks, at, key));
          else found.push({ ks, key, state: ks.stateOf(at) });
        });
      } while (cursor !== 0);
    }
  }
  return found;
}

function everyElement(store: Store, ks: Keyspace, at: number, key: Uint8Array): Found[] {
  const { others, entries } = store;
  const type = entries.type(at);
  others.stand(ks, store.hash.of(key, 0, key.length), at, key, 0, key.length, type);
  const elements = others.states().map(({ name, state }) => ({ ks, key, state, element: name, type }));
  return [...elements, { ks, key, state: others.meta(), type }];
}

/** A list or a stream: its own state; what is in it is remade apart. */
function sequenceOf(
  store: Store,
  sequence: Lists | Streams,
  ks: Keyspace,
  at: number,
  key: Uint8Array,
): Found {
  sequence.stand(ks, store.hash.of(key, 0, key.length), at, key, 0, key.length);
  return { ks, key, state: sequence.meta(), type: sequence.type, dots: sequence.dots() };
}

/** Gives what is in a list or a stream other dots, or forgets it, by `remake`, and what is said of its key. */
function remakeSequence(
  store: Store,
  sequence: Lists | Streams,
  { ks, key, state }: Found,
  remake: () => void,
): void {
  sequence.openForJoin(ks, store.hash.of(key, 0, key.length), key, 0, key.length);
  if (sequence.at === 0) return;
  remake();
  sequence.settleWith(state);
}

/** Gives the elements of a list other dots, or forgets them. */
function remakeList(
  store: Store,
  found: Found,
  change: (element: ListMemory) => ListMemory | undefined,
): void {
  const { otherLists } = store;
  remakeSequence(store, otherLists, found, () => remakeElements(otherLists.opened, change));
}

/** Gives the entries of a stream other dots, or forgets them. */
function remakeStream(
  store: Store,
  found: Found,
  change: (memory: StreamMemory) => StreamMemory | undefined,
): void {
  const { otherStreams } = store;
  remakeSequence(store, otherStreams, found, () => remakeMemories(otherStreams.opened, change));
}

function save(store: Store, { ks, key, state, element, type }: Found): void {
  const hash = store.hash.of(key, 0, key.length);
  if (type === undefined) {
    ks.save(hash, key, 0, key.length, state);
    return;
  }
  const { others } = store;
  others.openForJoin(ks, hash, key, 0, key.length, type);
  if (element !== undefined) others.saveElement(element, 0, element.length, state);
  else if (others.at !== 0) others.setMeta(state);
  others.settle();
}

/** Gives the dots that collections carry themselves, the greatest of what was said of them, new names too. */
function redotCollections(store: Store, isMoved: (dot: Dot) => boolean, dot: (d: Dot) => Dot): void {
  const { entries } = store;
  for (const ks of store.keyspaces) {
    for (const table of [ks.table, ks.grave]) {
      for (let cursor = 0; ; ) {
        cursor = table.scan(cursor, 1024, (at) => {
          const own = { stamp: entries.stamp(at), origin: entries.origin(at) };
          if (!isCollection(store, at) || !isMoved(own)) return;
          const { stamp, origin } = dot(own);
          entries.setDot(at, origin, stampHi(stamp), stampLo(stamp));
        });
        if (cursor === 0) break;
      }
    }
  }
}

/**
 * Gives everything of origin `from` with a stamp of `sinceStamp` or more a dot of origin `to`, in the order of the old
 * stamps, wherever it is quoted, and records the keys concerned as they are then.
 */
export function redot(
  store: Store,
  from: number,
  sinceStamp: number,
  to: number,
  stampNext: () => number,
  recorder: BatchWriter | undefined,
): void {
  const isMoved = (dot: Dot): boolean => dot.origin === from && dot.stamp >= sinceStamp;
  const concerned = everyKey(store).filter((found) => dotsQuoted(found).some(isMoved));
  const old = new Set(
    concerned.flatMap((found) =>
      dotsQuoted(found)
        .filter(isMoved)
        .map((d) => d.stamp),
    ),
  );
  const flushed = store.keyspaces.filter((ks) => ks.kill !== undefined && isMoved(ks.kill.event));
  for (const ks of flushed) old.add(ks.kill!.event.stamp);
  const renamed = new Map([...old].sort((a, b) => a - b).map((stamp) => [stamp, stampNext()]));
  const last = Math.max(0, ...renamed.values());
  const dot = (d: Dot): Dot => (isMoved(d) ? { origin: to, stamp: renamed.get(d.stamp) ?? last } : d);
  for (const found of concerned) {
    redotState(found.state, { from, sinceStamp, to, dot, renamed });
    if (found.dots === undefined) save(store, found);
    else if (found.type === EntryType.stream) {
      remakeStream(store, found, (m) => ({
        ...m,
        dot: dot(m.dot),
        ...(m.event === undefined ? {} : { event: dot(m.event) }),
      }));
    } else
      remakeList(store, found, (e) => ({
        ...e,
        id: dot(e.id),
        dot: e.dot === undefined ? e.dot : dot(e.dot),
      }));
  }
  redotCollections(store, isMoved, dot);
  // Said anew, but of no more than it killed then.
  for (const ks of flushed) ks.kill = { ...ks.kill!, event: dot(ks.kill!.event) };
  if (recorder === undefined) return;
  for (const { id, kill } of flushed) recordFlush(recorder, id, kill!);
  const keys = new Map(
    concerned.map((found) => [`${found.ks.id}:${Buffer.from(found.key).toString('latin1')}`, found]),
  );
  for (const { ks, key } of keys.values()) emitKey(store, recorder, ks.id, key, true);
}

function recordFlush(recorder: BatchWriter, id: number, { dot, event }: Kill): void {
  const [hi, lo] = [stampHi(event.stamp), stampLo(event.stamp)];
  recorder.clearDb(id, event.origin, hi, lo, dot.origin, stampHi(dot.stamp), stampLo(dot.stamp));
}

/** Forgets every key that quotes a dot of `from` since `sinceStamp`: replay of a fork, whose record has them anew. */
export function forgetSince(store: Store, from: number, sinceStamp: number): void {
  const isMoved = (dot: Dot): boolean => dot.origin === from && dot.stamp >= sinceStamp;
  for (const ks of store.keyspaces) if (ks.kill !== undefined && isMoved(ks.kill.event)) ks.kill = undefined;
  for (const found of everyKey(store)) {
    if (!dotsQuoted(found).some(isMoved)) continue;
    const forgotten = { ...found, state: emptyState() };
    if (found.type === EntryType.list) remakeList(store, forgotten, () => undefined);
    else if (found.type === EntryType.stream) remakeStream(store, forgotten, () => undefined);
    else save(store, forgotten);
  }
}

function dotsQuoted({ state, dots }: Found): Dot[] {
  return dots === undefined ? quotedDots(state) : [...quotedDots(state), ...dots];
}

function quotedDots(state: KeyState): Dot[] {
  const runs = [...state.slots, ...state.records].map((s) => ({ origin: s.origin, stamp: s.run }));
  const seen = state.records.map((r) => ({ origin: r.origin, stamp: r.stamp }));
  return [...dotsOf(state), ...runs, ...seen, ...(state.kill === undefined ? [] : [state.kill.dot])];
}

interface Move {
  readonly from: number;
  readonly sinceStamp: number;
  readonly to: number;
  readonly dot: (d: Dot) => Dot;
  readonly renamed: ReadonlyMap<number, number>;
}

function redotState(state: KeyState, move: Move): void {
  const { dot } = move;
  if (state.value !== undefined) state.value = { ...state.value, dot: dot(state.value.dot) };
  state.expiry = { ...state.expiry, dot: dot(state.expiry.dot) };
  const { kill } = state;
  if (kill !== undefined) state.kill = { ...kill, dot: dot(kill.dot), event: dot(kill.event) };
  if (state.floor !== zeroDot) state.floor = dot(state.floor);
  const { marks } = state;
  state.sets = state.sets.map((set) => ({ ...set, ...dot(set) }));
  const slots = state.slots.flatMap((slot) => splitSlot(slot, marks, move));
  const records = state.records.flatMap((r): SlotRecord[] => {
    const event = dot({ origin: r.eventOrigin, stamp: r.eventStamp });
    const said = { eventOrigin: event.origin, eventStamp: event.stamp };
    return splitSlot(r, marks, move).map(({ origin, stamp, run, sum }) => ({
      origin,
      stamp,
      run,
      sum,
      ...said,
    }));
  });
  state.slots = slots;
  state.records = records;
  state.marks = [];
}

/** A slot of the old origin as what it was at the fork and, under the new origin, what came since. */
function splitSlot(slot: CounterSlot, marks: KeyState['marks'], move: Move): CounterSlot[] {
  if (slot.origin !== move.from || slot.stamp < move.sinceStamp) return [slot];
  const stamp = move.renamed.get(slot.stamp) ?? slot.stamp;
  const mark = marks.findLast((m) => m.run === slot.run && m.stamp < move.sinceStamp);
  if (slot.run >= move.sinceStamp || mark === undefined) {
    const run = move.renamed.get(slot.run) ?? stamp;
    return [{ origin: move.to, stamp, run, sum: slot.sum }];
  }
  const before: CounterSlot = { origin: move.from, stamp: mark.stamp, run: mark.run, sum: mark.sum };
  return [before, { origin: move.to, stamp, run: stamp, sum: difference(slot.sum, mark.sum) }];
}

function difference(a: bigint | string, b: bigint | string): bigint | string {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a - b;
  return formatDecimal((parseDecimal(String(a)) ?? 0n) - (parseDecimal(String(b)) ?? 0n));
}

/** Forgets everything whose dots `covered` covers: what is left is what its owner lacks. Nothing is recorded. */
export function forgetCovered(store: Store, covered: VersionVector): void {
  const isCovered = (d: Dot): boolean => d.origin === 0 || covered.covers(d.origin, d.stamp);
  for (const found of everyKey(store)) {
    const { state } = found;
    if (state.value !== undefined && isCovered(state.value.dot)) state.value = undefined;
    if (isCovered(state.expiry.dot)) state.expiry = { deadlineMs: 0, dot: zeroDot };
    if (state.kill !== undefined && isCovered(state.kill.event)) state.kill = undefined;
    if (isCovered(state.floor)) state.floor = zeroDot;
    state.sets = state.sets.filter((s) => !isCovered(s));
    if (state.value === undefined) state.purged = false;
    state.slots = state.slots.filter((s) => !isCovered(s));
    state.records = state.records.filter((r) => !isCovered({ origin: r.eventOrigin, stamp: r.eventStamp }));
    if (found.dots === undefined) save(store, found);
    else if (found.type === EntryType.stream) {
      remakeStream(store, found, (m) => (isCovered(m.event ?? m.dot) ? undefined : m));
    } else {
      remakeList(store, found, (e) => {
        const isKnown = isCovered(e.dot ?? e.id) && (e.isDead || isCovered(e.id));
        return isKnown ? undefined : e;
      });
    }
  }
  for (const ks of store.keyspaces)
    if (ks.kill !== undefined && isCovered(ks.kill.event)) ks.kill = undefined;
}
