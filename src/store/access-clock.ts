// The access clock of entries, 24 bits that say when a key was last used or how often, as the eviction policy needs it:
//
//   LRU   seconds, modulo 2^24 (194 days)
//   LFU   minutes, modulo 2^16 | a logarithmic counter of uses, 8 bits, halfway to saturation near a million uses
//
// Pure arithmetic: time and randomness come from the caller. The counter is Morris's (1978), aged as Redis ages it.

/** What a new key's counter begins with, so that it is not evicted at once. */
const counterStart = 5;
const counterMax = 255;
const minutesMask = 0xffff;

export interface LfuRules {
  /** The larger, the more uses a step of the counter takes. */
  readonly logFactor: number;
  /** Minutes for which the counter falls by one; 0 = it never does. */
  readonly decayMinutes: number;
}

/** The clock that a new key begins with. */
export function freshAccess(nowMs: number, isLfu: boolean): number {
  if (!isLfu) return Math.floor(nowMs / 1000) & 0xffffff;
  return (minutesOf(nowMs) << 8) | counterStart;
}

function minutesOf(nowMs: number): number {
  return Math.floor(nowMs / 60_000) & minutesMask;
}

/** The counter of uses, aged. */
export function frequency(access: number, nowMs: number, { decayMinutes }: LfuRules): number {
  const counter = access & counterMax;
  if (decayMinutes === 0) return counter;
  const minutes = (minutesOf(nowMs) - (access >>> 8)) & minutesMask;
  return Math.max(0, counter - Math.floor(minutes / decayMinutes));
}

/** The clock after one more use. `random`: in [0, 1). */
export function usedAccess(access: number, nowMs: number, random: number, rules: LfuRules): number {
  let counter = frequency(access, nowMs, rules);
  const above = Math.max(0, counter - counterStart);
  if (counter < counterMax && random < 1 / (above * rules.logFactor + 1)) counter += 1;
  return (minutesOf(nowMs) << 8) | counter;
}

/**
 * The clock of a key that was last used so long ago or so often; -1 = not said. Undefined where the policy counts
 * neither.
 */
export function restoredAccess(
  nowMs: number,
  isLfu: boolean,
  idleSeconds: number,
  frequency: number,
): number | undefined {
  if (isLfu) return frequency < 0 ? undefined : (minutesOf(nowMs) << 8) | frequency;
  return idleSeconds < 0
    ? undefined
    : (freshAccess(nowMs, false) - Math.min(idleSeconds, 0xffffff)) & 0xffffff;
}

/** Seconds since the last use, under LRU. */
export function idleSeconds(access: number, nowMs: number): number {
  return (freshAccess(nowMs, false) - access) & 0xffffff;
}
