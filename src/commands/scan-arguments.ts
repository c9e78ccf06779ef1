// The arguments that SCAN, HSCAN, SSCAN and ZSCAN have in common: a cursor, which is a prefix of hashes, and what of
// the slice is to be returned. They know nothing of what is scanned.
import { CommandError } from '../base/errors.ts';
import type { Glob } from '../base/glob.ts';
import { invalidCursor } from '../resp/errors.ts';
import type { Call } from './call.ts';
import { readPattern } from './pattern.ts';

const countDefault = 10;
/** The largest slice, whatever COUNT says. */
const countMax = 1_000_000;
const cursorMax = 2n ** 64n - 1n;
/** Looks at segments of the table in one call, for tables that are nearly empty. */
const looksMax = 1000;

export interface ScanFilter {
  pattern: Glob | undefined;
  /** In lower case. */
  type: string | undefined;
  count: number;
  /** Of a hash the names alone. */
  omitsValues: boolean;
}

/** The cursor in argument i, or -1 for one beyond all hashes, where nothing is left. */
export function readScanCursor(call: Call, i: number): number {
  const text = call.text(i);
  if (!/^\d{1,20}$/.test(text) || BigInt(text) > cursorMax) throw new CommandError(invalidCursor);
  const cursor = Number(text);
  return cursor < 2 ** 32 ? cursor : -1;
}

/** The option that one of the commands has beyond those of all. */
export type ScanOption = 'type' | 'novalues';

/** MATCH, COUNT and what `more` names, from argument `first` on. */
export function readScanFilter(call: Call, first: number, more?: ScanOption): ScanFilter {
  const filter: ScanFilter = {
    pattern: undefined,
    type: undefined,
    count: countDefault,
    omitsValues: false,
  };
  for (let i = first; i < call.argc; i += 2) {
    if (more === 'novalues' && call.is(i, 'novalues')) {
      filter.omitsValues = true;
      i -= 1;
      continue;
    }
    if (i + 1 >= call.argc) call.syntaxError();
    if (call.is(i, 'count')) {
      const count = call.bigInteger(i + 1);
      if (count < 1n) call.syntaxError();
      filter.count = count > BigInt(countMax) ? countMax : Number(count);
    } else if (call.is(i, 'match')) filter.pattern = readPattern(call, i + 1);
    else if (more === 'type' && call.is(i, 'type')) filter.type = call.text(i + 1).toLowerCase();
    else call.syntaxError();
  }
  return filter;
}

/**
 * Scans on from a cursor until `count` were visited. `step` scans from a cursor, so many at most or a few more, tells
 * of each by `visited`, and returns where to go on. Returns that, 0 at the end.
 */
export function scanOn(
  from: number,
  count: number,
  step: (cursor: number, left: number, visited: () => void) => number,
): number {
  let cursor = Math.max(0, from);
  let left = count;
  const visited = (): void => {
    left -= 1;
  };
  for (let looks = 0; from >= 0 && looks < looksMax && left > 0; looks++) {
    cursor = step(cursor, left, visited);
    if (cursor === 0) break;
  }
  return cursor;
}
