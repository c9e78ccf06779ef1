// The score of a member of a sorted set, as its state has it: a double, to which every node adds its own decimal sum
// (ZINCRBY). A live member's stored value ends with its score in eight bytes, little-endian, whatever comes before, so
// that orders are kept and ranges read without a look at states. It knows no arena and no entries.
import { contributionOf, isSlotLive, type KeyState } from './key-state.ts';
import { decimalOf, formatDecimal, parseDecimal } from './number.ts';

export const scoreBytes = 8;
/** So many digits, with their sign, are a whole number well within 2^53. */
const smallDigitsMax = 14;
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
  if (u8 === packed) return packView.getFloat64(0, true);
  for (let i = 0; i < scoreBytes; i++) read[i] = u8[offset + i]!;
  return readView.getFloat64(0, true);
}

/** The score of a live member: its base, 0 where there is none, and the exact sum of what nodes have added since. */
export function scoreOfState(state: KeyState): number {
  const { value } = state;
  const base = value === undefined || value.bytes.length < scoreBytes ? 0 : unpackScore(value.bytes, 0);
  const score = base + sumOf(state);
  return Number.isNaN(score) ? 0 : score;
}

/** What nodes have added: in doubles while all of it is small whole numbers, which gives the same. */
function sumOf(state: KeyState): number {
  let whole = 0;
  let rest = 0n;
  for (const slot of state.slots) {
    if (!isSlotLive(state, slot)) continue;
    const part = contributionOf(state, slot);
    if (typeof part === 'bigint') rest += decimalOf(part);
    else if (isSmallInteger(part)) whole += Number(part);
    else rest += parseDecimal(part) ?? 0n;
  }
  if (rest === 0n && Number.isSafeInteger(whole)) return whole;
  return Number(formatDecimal(rest + decimalOf(BigInt(whole))));
}

/** Whether the text of a decimal is that of a whole number which a double holds exactly. */
function isSmallInteger(text: string): boolean {
  return text.length <= smallDigitsMax && !text.includes('.');
}

/** The sum of two decimals, as text. */
export function addDecimals(a: string, b: string): string {
  if (isSmallInteger(a) && isSmallInteger(b)) return String(Number(a) + Number(b));
  return formatDecimal((parseDecimal(a) ?? 0n) + (parseDecimal(b) ?? 0n));
}

/** The shortest exact text of an increment that decimals can hold; undefined for one that they cannot. */
export function incrementText(by: number): string | undefined {
  if (Number.isSafeInteger(by)) return String(by);
  if (!Number.isFinite(by)) return undefined;
  const decimal = parseDecimal(String(by));
  if (decimal === undefined) return undefined;
  const text = formatDecimal(decimal);
  return Number(text) === by ? text : undefined;
}
