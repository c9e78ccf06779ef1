// Random elements of a collection: what SPOP, SRANDMEMBER and HRANDFIELD draw. Elements come as copies, so that what was
// drawn may be removed. Different ones are drawn by tries while few are wanted; where many are, one walk through all takes
// each with the chance that is left to it, so that every choice is as likely as any other. Many are drawn in slices.
import { CommandError } from '../base/errors.ts';
import { valueNotBetween } from '../resp/errors.ts';
import type { ElementVisitor } from '../store/elements/element-form.ts';
import type { Elements } from '../store/elements.ts';
import { int64Max } from '../store/number.ts';
import type { Call } from './call.ts';
import { largeElementsMin, sliceElements, type Work } from './large-work.ts';

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

/** The argument that says how many to draw: any integer of 64 bits but the least. */
export function readCount(call: Call, i: number): number {
  if (call.bigInteger(i) < -int64Max) throw new CommandError(valueNotBetween(-int64Max, int64Max));
  return call.integer(i);
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

/** Replies with many random elements of the open collection of argument 1; false where they are not many. */
export function replyManyDrawn(call: Call, draw: Draw): boolean {
  const { elements } = call.store;
  const isMany = draw.count < 0 ? -draw.count >= largeElementsMin : draw.count >= largeElementsMin;
  // Where fields expire while others run, their number would not hold.
  if (!isMany || elements.size < largeElementsMin || elements.hasDeadlinesAt(elements.at)) return false;
  call.services.largeWork.run(call, [1], (own) => (draw.count < 0 ? repeats(own, draw) : choices(own, draw)));
  return true;
}

function* repeats(call: Call, { type, count, header, writer }: Draw): Work {
  const { elements, random } = call.store;
  const write = writer(call);
  header(call, -count);
  for (let i = 0; i < -count; i++) {
    if (i % sliceElements === 0) {
      if (i > 0) yield;
      if (!call.openToWrite(1, type)) return false;
    }
    elements.sample(random, write);
  }
  return true;
}

function* choices(call: Call, { type, count, header, writer }: Draw): Work {
  const { elements, random } = call.store;
  call.openToWrite(1, type);
  const { size } = elements;
  const choice = new Choice(Math.min(count, size), size, random);
  const write = writer(call);
  header(call, choice.wanted);
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, sliceElements, (...element) => {
      if (choice.takes()) write(...element);
    });
    if (cursor === 0) return true;
    yield;
    if (!call.openToWrite(1, type)) return false;
  }
}

/** Chooses `wanted` of `left` elements that come by one after the other. */
class Choice {
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
