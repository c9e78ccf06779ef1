// Random elements of a collection: what SPOP, SRANDMEMBER, HRANDFIELD and ZRANDMEMBER draw. Elements come as copies, so
// that what was drawn may be removed. Different ones are drawn by tries while few are wanted; where many are, one walk
// through all takes each with the chance that is left to it, so that every choice is as likely as any other. Many are
// drawn in slices.
import { CommandError } from '../base/errors.ts';
import { valueNotBetween, valueOutOfRange } from '../resp/errors.ts';
import type { ElementVisitor } from '../store/elements/element-form.ts';
import type { Elements } from '../store/elements.ts';
import { int64Max } from '../store/number.ts';
import type { Call } from './call.ts';
import { endsSlice, type Work } from './large-work.ts';

/** Tries to draw few elements: so many, and so many for each. */
const triesMin = 64;
const triesEach = 8;
/** Where fewer than one in so many are shown, they are gathered before one is drawn again and again. */
const rareShare = 8;
/** More of one element again and again than anybody can want. */
const repeatsMax = 2 ** 24;
/** Redis counts names and values together. */
const pairsMax = int64Max / 2n;

export interface Drawn {
  readonly name: Buffer;
  readonly value: Buffer;
}

/** One element of the open collection, which has some. */
export function drawOne(elements: Elements, random: () => number): Drawn {
  let drawn: Drawn | undefined;
  elements.sample(random, (...element) => {
    drawn = copyOf(...element);
  });
  return drawn ?? { name: Buffer.alloc(0), value: Buffer.alloc(0) };
}

/** How many to draw, and whether with their values or scores. */
export interface DrawRequest {
  readonly count: number;
  readonly isPairs: boolean;
}

/** Reads `count` in argument 2, and behind it the word that asks for pairs. */
export function readDrawRequest(call: Call, word: string): DrawRequest {
  const count = call.bigInteger(2);
  if (count < -int64Max) throw new CommandError(valueNotBetween(-int64Max, int64Max));
  const isPairs = call.argc > 3;
  if (call.argc > 4 || (isPairs && !call.is(3, word))) call.syntaxError();
  const isTooMany = isPairs && (count > pairsMax || count < -pairsMax);
  if (isTooMany || count < -repeatsMax) throw new CommandError(valueOutOfRange);
  return { count: call.integer(2), isPairs };
}

/** `count` different elements of the open collection, or all where there are no more. */
export function drawDifferent(elements: Elements, count: number, random: () => number): Drawn[] {
  const { shown: size } = elements;
  if (count * 3 > size) {
    const out: Drawn[] = [];
    const choice = new Choice(Math.min(count, size), size, random);
    elements.each((...element) => {
      if (choice.takes()) out.push(copyOf(...element));
    });
    return out;
  }
  const drawn = new Map<string, Drawn>();
  while (drawn.size < count) {
    const one = drawOne(elements, random);
    drawn.set(one.name.toString('latin1'), one);
  }
  return [...drawn.values()];
}

/** How many elements are drawn: with a negative count so many, the same one again and again. */
export interface Draw {
  readonly type: number;
  readonly count: number;
  header(call: Call, count: number): void;
  /** What writes an element. */
  writer(call: Call): ElementVisitor;
}

/**
 * Replies with random elements of the open collection of argument 1, of which some are shown if it is small, where they
 * are many, or where so many of a large collection have expired that only a walk finds others. Returns false where
 * neither is so.
 */
export function replyManyDrawn(call: Call, draw: Draw): boolean {
  const { elements } = call.store;
  if (draw.count > -call.sliceSizes.largeElementsMin) {
    if (elements.size < call.sliceSizes.largeElementsMin) return false;
    if (draw.count < call.sliceSizes.largeElementsMin) {
      if (!elements.mayHide) return false;
      if (replyTried(call, draw)) return true;
    }
  }
  call.services.largeWork.run(call, [1], (own) => (draw.count < 0 ? repeats(own, draw) : choices(own, draw)));
  return true;
}

/** Draws few elements by so many tries that they are enough unless hardly any is shown; false where they were not. */
function replyTried(call: Call, { count, header, writer }: Draw): boolean {
  const { elements, random, nowMs } = call.store;
  const wanted = Math.abs(count);
  const drawn = new Map<string | number, Drawn>();
  for (let tries = triesMin + wanted * triesEach; tries > 0 && drawn.size < wanted; tries--) {
    elements.trySample(random, nowMs, (...element) => {
      const one = copyOf(...element);
      drawn.set(count < 0 ? drawn.size : one.name.toString('latin1'), one);
    });
  }
  if (drawn.size < wanted) return false;
  header(call, wanted);
  const write = writer(call);
  for (const { name, value } of drawn.values()) write(name, 0, name.length, value, 0, value.length);
  return true;
}

/** Opens the collection anew for a slice. False where it is gone. */
type Open = () => boolean;

/** How many elements had not expired at `atMs`; undefined where the key is gone meanwhile. */
function* countShown(call: Call, open: Open, atMs: number): Generator<void, number | undefined, void> {
  const { elements } = call.store;
  if (!elements.mayHide) return elements.size;
  let count = 0;
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, call.sliceSizes.elements, () => (count += 1), atMs);
    if (cursor === 0) return count;
    yield;
    if (!open()) return undefined;
  }
}

function* repeats(call: Call, { type, count, header, writer }: Draw): Work {
  const { elements, random, nowMs } = call.store;
  // A small one whose last field expires meanwhile shows nothing to draw.
  const open = (): boolean => call.openToWrite(1, type) && (elements.mayHide || elements.shown > 0);
  if (!open()) return false;
  const shown = yield* countShown(call, open, nowMs);
  if (shown === undefined) return false;
  if (shown === 0) {
    header(call, 0);
    return true;
  }
  if (shown * rareShare < elements.size)
    return yield* repeatsOfFew(call, { type, count, header, writer }, open, nowMs);
  const write = writer(call);
  header(call, -count);
  for (let i = 0; i < -count; i++) {
    if (i % call.sliceSizes.elements === 0) {
      if (i > 0) yield;
      if (!open()) return false;
    }
    while (!elements.trySample(random, nowMs, write));
  }
  return true;
}

/** The same where few are shown among many that have expired: those are gathered first. */
function* repeatsOfFew(call: Call, { count, header, writer }: Draw, open: Open, atMs: number): Work {
  const { elements, random } = call.store;
  const shown: Drawn[] = [];
  for (let cursor = 0; ; ) {
    if (!open()) return false;
    cursor = elements.scan(
      cursor,
      call.sliceSizes.elements,
      (...element) => shown.push(copyOf(...element)),
      atMs,
    );
    if (cursor === 0) break;
    yield;
  }
  const write = writer(call);
  header(call, -count);
  for (let i = 0; i < -count; i++) {
    if (endsSlice(call, i)) yield;
    const { name, value } = shown[Math.floor(random() * shown.length)]!;
    write(name, 0, name.length, value, 0, value.length);
  }
  return true;
}

function* choices(call: Call, { type, count, header, writer }: Draw): Work {
  const { elements, random, nowMs } = call.store;
  const open = (): boolean => call.openToWrite(1, type);
  if (!open()) return false;
  const size = yield* countShown(call, open, nowMs);
  if (size === undefined) return false;
  const choice = new Choice(Math.min(count, size), size, random);
  const write = writer(call);
  header(call, choice.wanted);
  for (let cursor = 0; ; ) {
    if (!open()) return false;
    cursor = elements.scan(
      cursor,
      call.sliceSizes.elements,
      (...element) => {
        if (choice.takes()) write(...element);
      },
      nowMs,
    );
    if (cursor === 0) return true;
    yield;
  }
}

/** Chooses `wanted` of `left` elements that come by one after the other. */
export class Choice {
  wanted: number;
  private left: number;
  private readonly random: () => number;

  constructor(wanted: number, left: number, random: () => number) {
    this.wanted = wanted;
    this.left = left;
    this.random = random;
  }

  /** Whether the next one is taken. */
  takes(): boolean {
    const isTaken = this.random() * this.left < this.wanted;
    this.left -= 1;
    if (isTaken) this.wanted -= 1;
    return isTaken;
  }
}

const copyOf = (
  name: Uint8Array,
  offset: number,
  length: number,
  value: Uint8Array,
  valueOffset: number,
  valueLength: number,
): Drawn => ({
  name: Buffer.from(name.subarray(offset, offset + length)),
  value: Buffer.from(value.subarray(valueOffset, valueOffset + valueLength)),
});
