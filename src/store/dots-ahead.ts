// Dots that lie ahead of the clock: what is made ready out of sight in slices gets them while others write under lesser
// ones, and its deltas go into a run meanwhile. When it counts, the clock goes behind them, so that the order of this
// node's dots is that of its log. The time drives the clock halfway to them at most; where it comes up to them all the
// same, by what is written or by the dots of others, all is tried anew farther ahead. One has dots ahead at a time.
import { HybridClock, stampCountersPerMs, stampOfMs } from '../base/clock.ts';
import { type DeltaRun, finished } from './delta-run.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** Dots begin at least so far ahead. */
const aheadMsMin = 250;
/** A try has so many times as long as the one before. */
const aheadGrowth = 4;
const triesMax = 3;
/** While the clock is ahead of the time by itself, at most this many stamps are given in a millisecond. */
const stampsPerMs = 1000;
/** A clock that is this far ahead of the time is not driven on. */
const aheadMsMax = 20_000;
/** Stamps between the clock and the dots ahead, for what is said in the last step before them. */
const spareStamps = 1024;

/** What is to be waited for before the next slice, if anything. */
export type Wait = Promise<void> | undefined;

/** Dots have been given, from `first` to `last`, and their deltas are in the run. */
export interface GivenAhead {
  /** Whose dots they are. */
  readonly self: number;
  readonly first: number;
  readonly last: number;
  readonly run: DeltaRun;
}

/**
 * Has `give` give dots of a clock that is ahead, by what takes about `neededMs`, and write their deltas into a run; it
 * returns false to give up. Returns undefined where it did, or where the dots could not be kept ahead.
 */
export function* giveAhead(
  store: Store,
  neededMs: number,
  give: (ahead: HybridClock, run: DeltaRun) => Generator<Wait, boolean, void>,
): Generator<Wait, GivenAhead | undefined, void> {
  while (store.dotsAhead !== undefined) yield store.dotsAhead;
  let settle = (): void => {};
  store.dotsAhead = new Promise((resolve) => {
    settle = resolve;
  });
  try {
    let aheadMs = aheadMsMin + neededMs;
    for (let tries = 0; tries < triesMax; tries++, aheadMs *= aheadGrowth) {
      const first = firstAhead(store, aheadMs);
      if (first === undefined || store.runs === undefined) return undefined;
      const given = yield* tryAhead(store, first, store.runs.begin(), give);
      if (given === false) return undefined;
      if (given !== undefined) return given;
    }
    return undefined;
  } finally {
    store.dotsAhead = undefined;
    settle();
  }
}

/**
 * The first of the dots that are given now, at most 20 s ahead; undefined where the clock is too far ahead already.
 * `isHeld`: the time does not drive the clock meanwhile, so that they need to be ahead of others' writes alone.
 */
export function firstAhead({ clock, nowMs }: Store, aheadMs: number, isHeld = false): number | undefined {
  const last = clock.last();
  const now = stampOfMs(nowMs);
  if (last - now > aheadMsMax * stampCountersPerMs) return undefined;
  const ms = Math.ceil(Math.min(aheadMs, aheadMsMax));
  if (isHeld) return Math.max(now, last) + ms * stampsPerMs;
  return Math.max(now + ms * stampCountersPerMs, last + ms * stampsPerMs);
}

/** False: given up; undefined: the clock came up, or the run could not be kept. */
function* tryAhead(
  store: Store,
  first: number,
  run: DeltaRun,
  give: (ahead: HybridClock, run: DeltaRun) => Generator<Wait, boolean, void>,
): Generator<Wait, GivenAhead | false | undefined, void> {
  const { self } = store;
  const ahead = new HybridClock(0);
  ahead.witness(first - 1);
  store.clock.ceiling = Math.floor((store.clock.last() + first) / 2);
  let given: GivenAhead | undefined;
  try {
    if (!(yield* give(ahead, run))) return false;
    const isKept = yield* finished(run);
    if (isKept && store.clock.last() + spareStamps < first) given = { self, first, last: ahead.last(), run };
    return given;
  } finally {
    // Else it stays until they count or are dropped, or the time would go beyond them at once.
    if (given === undefined) dropRun(store, run);
  }
}

function dropRun(store: Store, run: DeltaRun): void {
  store.clock.ceiling = Number.POSITIVE_INFINITY;
  run.discard();
}

/** Dots that were given will not count, unless they do already. Must come before others are given. */
export function dropAhead(store: Store, { run }: GivenAhead): void {
  dropRun(store, run);
}

/** Whether dots that were given are ahead still, and of this node. */
export function areAhead(store: Store, given: GivenAhead): boolean {
  return given.self === store.self && store.clock.last() < given.first;
}

/** Dots ahead count from now on, and their deltas: all are of this key. */
export function countAhead(
  store: Store,
  { run, last, self }: GivenAhead,
  ks: Keyspace,
  key: Uint8Array,
  offset: number,
  length: number,
): void {
  const { clock, recorder } = store;
  run.place();
  clock.ceiling = Number.POSITIVE_INFINITY;
  clock.witness(last);
  recorder?.run(ks.id, key, offset, length, self, clock.hi, clock.lo, run.number, run.count);
}
