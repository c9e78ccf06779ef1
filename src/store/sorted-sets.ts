// Sorted sets in the store: what commands do to them. A member is an element (elements.ts) whose value is its score; a
// put replaces it, an increment is a count of this node's own, so increments made apart add up (score.ts). The order is
// kept by the forms themselves: the packed one stands in order, a nest has an index (order-index.ts).
import { stampHi, stampLo } from '../base/clock.ts';
import { CommandError } from '../base/errors.ts';
import { notANumberScore } from '../resp/errors.ts';
import { EntryType } from './entry.ts';
import { type CounterSlot, joinOwnCount } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { requireFree } from './room.ts';
import { addDecimals, incrementText, packScore, scoreBytes, scoreOfState } from './score.ts';
import { SortedSetCursor } from './sorted-set-cursor.ts';
import type { Store } from './store.ts';

/** When a member is to be given a score: bits. */
export const Condition = { isNew: 1, exists: 2, greater: 4, less: 8 } as const;

export const Change = {
  /** The condition did not hold. */
  none: 0,
  added: 1,
  updated: 2,
  /** The score is what it was. */
  same: 3,
} as const;
export type Change = (typeof Change)[keyof typeof Change];

/** Members with their scores outside the store, in any order, each once. */
export interface ScoredMembers {
  readonly size: number;
  readonly bytes: Uint8Array;
  offset(i: number): number;
  length(i: number): number;
  score(i: number): number;
  /** The indexes in the order of a sorted set. */
  sorted(): Int32Array;
}

/** What an element takes beside its name, generously: header, slot, index, score, rounding. */
const elementBytesMax = 80;

export class SortedSets {
  /** For reading: of whoever opened it last. */
  readonly cursor: SortedSetCursor;
  /** The score that the last `add` or `increment` left. */
  score = 0;
  private readonly store: Store;
  private readonly probe: SortedSetCursor;

  constructor(store: Store) {
    const { arena, entries, hash, elements } = store;
    this.store = store;
    this.cursor = new SortedSetCursor(arena, entries, hash, elements);
    this.probe = new SortedSetCursor(arena, entries, hash, elements);
  }

  /**
   * Gives a member of the open sorted set a score, where the condition (bits) holds. Throws CommandError OOM, and
   * changes nothing then.
   */
  add(buf: Uint8Array, offset: number, length: number, score: number, condition: number): Change {
    const { elements } = this.store;
    this.score = score;
    if (condition !== 0) {
      const known = this.knows(buf, offset, length);
      if (!isMet(condition, known, this.probe.score, score)) return Change.none;
    }
    if (elements.put(buf, offset, length, packScore(score), 0, scoreBytes)) return Change.added;
    return elements.scoreBefore === score ? Change.same : Change.updated;
  }

  /** Whether the open sorted set has a member; the probe stands on it then. */
  private knows(buf: Uint8Array, offset: number, length: number): boolean {
    const { at } = this.store.elements;
    if (at === 0) return false;
    this.probe.open(at);
    return this.probe.find(buf, offset, length);
  }

  /**
   * Adds to the score of a member of the open sorted set, which begins at zero, where the condition holds for the sum.
   * Throws CommandError also where the sum is no number.
   */
  increment(buf: Uint8Array, offset: number, length: number, by: number, condition: number): Change {
    if (condition === 0 && Number.isSafeInteger(by)) {
      const { elements } = this.store;
      const score = elements.countInPlace(buf, offset, length, by);
      if (score !== undefined) {
        this.score = score;
        return elements.scoreBefore === score ? Change.same : Change.updated;
      }
    }
    const known = this.knows(buf, offset, length);
    const before = known ? this.probe.score : 0;
    const sum = before + by;
    if (Number.isNaN(sum)) throw new CommandError(notANumberScore);
    this.score = sum;
    if (condition !== 0 && !isMet(condition, known, before, sum)) return Change.none;
    const text = Number.isFinite(sum) ? incrementText(by) : undefined;
    if (text === undefined) {
      this.store.elements.put(buf, offset, length, packScore(sum), 0, scoreBytes);
    } else this.count(buf, offset, length, text);
    if (!known) return Change.added;
    return before === this.score ? Change.same : Change.updated;
  }

  /** Counts on the member of the open key: this node's slot grows. */
  private count(buf: Uint8Array, offset: number, length: number, by: string): void {
    const { store } = this;
    const { elements, recorder, ground } = store;
    store.checkLimits(length, scoreBytes, false);
    elements.makeRoom(length + elementBytesMax);
    const state = elements.stateOfElement(buf, offset, length);
    const own = state.slots.find((slot) => slot.origin === store.self);
    const sum = own === undefined ? by : addDecimals(String(own.sum), by);
    const dot = store.nextDot();
    const slot: CounterSlot = { origin: store.self, stamp: dot.stamp, run: own?.run ?? dot.stamp, sum };
    joinOwnCount(state, slot, store.markStarts, ground.order);
    this.score = scoreOfState(state);
    elements.saveElement(buf, offset, length, state);
    if (recorder !== undefined) {
      elements.within();
      recorder.countDecimal(
        elements.id,
        buf,
        offset,
        length,
        store.self,
        stampHi(dot.stamp),
        stampLo(dot.stamp),
        stampHi(slot.run),
        stampLo(slot.run),
        sum,
      );
      recorder.outside();
    }
    elements.witness({ stamp: slot.run, origin: store.self });
    store.touch(elements.at);
  }

  /** Takes a member out, and the key with the last one. False where there is none. */
  remove(
    ks: Keyspace,
    buf: Uint8Array,
    key: number,
    keyLength: number,
    offset: number,
    length: number,
  ): boolean {
    const { elements } = this.store;
    return elements.open(ks, buf, key, keyLength, EntryType.zset) && elements.drop(buf, offset, length);
  }

  /** Takes the elements of ranks first to end - 1 out of the open sorted set, which has them. */
  removeRanks(first: number, end: number): void {
    const { elements } = this.store;
    const { probe } = this;
    for (let n = first; n < end; n++) {
      if (elements.dropRank(first)) continue;
      // Each removal may move what is left, so the place is found anew.
      probe.open(elements.at);
      probe.seekRank(first);
      probe.next();
      elements.dropAt(probe.memberOffset, probe.memberLength);
    }
  }

  /** Puts other members in place of whatever the key holds. Throws CommandError OOM, and changes nothing then. */
  replace(ks: Keyspace, buf: Uint8Array, key: number, keyLength: number, members: ScoredMembers): void {
    const { store } = this;
    const { elements } = store;
    let bytes = 0;
    for (let i = 0; i < members.size; i++) bytes += members.length(i) + elementBytesMax;
    requireFree(store, bytes);
    store.remove(ks, buf, key, keyLength);
    elements.open(ks, buf, key, keyLength, EntryType.zset);
    for (const i of members.sorted()) {
      const score = packScore(members.score(i));
      elements.put(members.bytes, members.offset(i), members.length(i), score, 0, scoreBytes);
    }
  }

  /** Throws CommandError OOM where `count` members of so many bytes would not fit, so that all are added or none. */
  requireRoom(count: number, bytes: number): void {
    this.store.elements.requireRoom(count, bytes + count * scoreBytes);
  }

  /** A slice of the set at `at`, in an order that lets others come and go. Returns where to go on, 0 at the end. */
  scan(
    at: number,
    cursor: number,
    count: number,
    visit: (u8: Uint8Array, offset: number, length: number, score: number) => void,
  ): number {
    const { probe, store } = this;
    const nest = store.elements.nestAt(at);
    probe.open(at);
    if (nest === undefined) {
      probe.seekRank(0);
      while (probe.next()) visit(probe.u8, probe.memberOffset, probe.memberLength, probe.score);
      return 0;
    }
    return nest.elements.table.scan(cursor, count, (ref) => {
      probe.stand(ref);
      visit(probe.u8, probe.memberOffset, probe.memberLength, probe.score);
    });
  }
}

/** Whether a member that has the score `before`, or is not `known`, may get `score`. */
function isMet(condition: number, known: boolean, before: number, score: number): boolean {
  if (!known) return (condition & Condition.exists) === 0;
  if ((condition & Condition.isNew) !== 0) return false;
  if ((condition & Condition.greater) !== 0 && score <= before) return false;
  return (condition & Condition.less) === 0 || score < before;
}
