// The score of a member of a sorted set, as its state has it: a double, to which every node adds its own decimal sum
// (ZINCRBY). A live member's stored value ends with its score in eight bytes, little-endian, whatever comes before, so
// that orders are kept and ranges read without a look at states. It knows no arena and no entries.
import { contributionOf, isSlotLive, type KeyState } from './key-state.ts';
import { decimalOf, formatDecimal, parseDecimal } from './number.ts';

export const scoreBytes = 8;
const packView = new DataView(new ArrayBuffer(scoreBytes));
const packed = new Uint8Array(packView.buffer);
const readView = new DataView(new ArrayBuffer(scoreBytes));
const read = new Uint8Array(readView.buffer);

/** The bytes of a score; valid until the next call. */
export function packScore(score: number): Uint8Array {
  packView.setFloat64(0, score, true);
  return packed;
}

/** The score in eight bytes at an offset. */
export function unpackScore(u8: Uint8Array, offset: number): number {
  for (let i = 0; i < scoreBytes; i++) read[i] = u8[offset + i]!;
  return readView.getFloat64(0, true);
}

/** The score of a live member: its base, 0 where there is none, and the exact sum of what nodes have added since. */
export function scoreOfState(state: KeyState): number {
  const { value } = state;
  const base = value === undefined || value.bytes.length < scoreBytes ? 0 : unpackScore(value.bytes, 0);
  let sum = 0n;
  for (const slot of state.slots) {
    if (!isSlotLive(state, slot)) continue;
    const part = contributionOf(state, slot);
    sum += typeof part === 'bigint' ? decimalOf(part) : (parseDecimal(part) ?? 0n);
  }
  const score = base + (sum === 0n ? 0 : Number(formatDecimal(sum)));
  return Number.isNaN(score) ? 0 : score;
}

/** The shortest exact text of an increment that decimals can hold; undefined for one that they cannot. */
export function incrementText(by: number): string | undefined {
  if (!Number.isFinite(by)) return undefined;
  const decimal = parseDecimal(String(by));
  if (decimal === undefined) return undefined;
  const text = formatDecimal(decimal);
  return Number(text) === by ? text : undefined;
}
