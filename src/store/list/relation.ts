// What stands before the value of a list's element where it is not what its chunk (chunk.ts) expects: how its place
// differs from that of the element before, and what its value has beside. It writes these bytes and tells them apart;
// chunks read them where they stand.
//
//   relation    0xe0 | 1 stamp | 2 origin | 4 rank: for each a varint, zigzag differences to what was expected, or
//               0xf0 .. 0xfe as expected after 1 to 15 elements that are gone, 0xff varint after 16 and more
//   attributes  0xe8 | 1 the value's own dot (zigzag difference to the stamp, varint origin) | 2 extension of the position
//               (varint length, bytes)
import { copyBytes } from '../../base/runs.ts';
import type { Element, Place } from './element.ts';
import { positionBytesMax, rankStep } from './position.ts';

const relationHead = 0xe0;
export const attributesHead = 0xe8;
export const skipHead = 0xf0;
const varintBytesMax = 8;
export const relationBytesMax = 1 + 3 * varintBytesMax;
export const attributesBytesMax = positionBytesMax + 4 * varintBytesMax;
const two32 = 4294967296;

/** Whether an element that begins with this byte is the one that was expected: it has no relation. */
export function isExpected(head: number): boolean {
  return head < relationHead || (head & 0xf8) === attributesHead;
}

/** Writes how `next` differs from what is expected after `place`; returns the bytes taken. */
export function writeRelation(place: Place, next: Place, step: number, out: Uint8Array): number {
  if (
    next.lo === ((place.lo + step) | 0) &&
    next.hi === place.hi &&
    next.origin === place.origin &&
    next.rank - place.rank === rankStep
  ) {
    return 0;
  }
  const stamps = (next.hi - place.hi) * two32 + ((next.lo >>> 0) - (place.lo >>> 0));
  const ranks = next.rank - place.rank;
  const steps = stamps * step;
  if (next.origin === place.origin && steps > 0 && ranks === steps * rankStep) {
    if (steps === 1) return 0;
    if (steps <= 16) {
      out[0] = skipHead + steps - 2;
      return 1;
    }
    out[0] = 0xff;
    return writeVarint(steps - 17, out, 1);
  }
  let p = 1;
  let head = relationHead;
  if (stamps !== step) {
    head |= 1;
    p = writeZigzag(stamps - step, out, p);
  }
  if (next.origin !== place.origin) {
    head |= 2;
    p = writeVarint(next.origin, out, p);
  }
  if (ranks !== rankStep) {
    head |= 4;
    p = writeZigzag(ranks - rankStep, out, p);
  }
  out[0] = head;
  return p;
}

/** Writes what the value of an element has beside, which must be something; returns the bytes taken. */
export function writeAttributes(e: Element, out: Uint8Array): number {
  let p = 1;
  out[0] = attributesHead;
  if (e.dotOrigin !== 0) {
    out[0] |= 1;
    const { hi, lo } = e.place;
    p = writeZigzag((e.dotHi - hi) * two32 + ((e.dotLo >>> 0) - (lo >>> 0)), out, p);
    p = writeVarint(e.dotOrigin, out, p);
  }
  if (e.extensionLength > 0) {
    out[0] |= 2;
    p = writeVarint(e.extensionLength, out, p);
    copyBytes(out, p, e.extension, e.extensionOffset, e.extensionLength);
    p += e.extensionLength;
  }
  return p;
}

function writeVarint(n: number, out: Uint8Array, at: number): number {
  let p = at;
  let rest = n;
  while (rest >= 128) {
    const next = Math.floor(rest / 128);
    out[p++] = (rest - next * 128) | 128;
    rest = next;
  }
  out[p] = rest;
  return p + 1;
}

function writeZigzag(n: number, out: Uint8Array, at: number): number {
  return writeVarint(n >= 0 ? n * 2 : -n * 2 - 1, out, at);
}
