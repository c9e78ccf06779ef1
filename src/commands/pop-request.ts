// What LMPOP, ZMPOP and their waiting forms ask for: keys, an end to pop from, and how many elements. It knows nothing
// of what is popped, nor of which words name the ends.
import { CommandError } from '../base/errors.ts';
import { countNotPositive, numKeysPositive } from '../resp/errors.ts';
import type { Call } from './call.ts';

export interface PopRequest {
  readonly firstKey: number;
  readonly lastKey: number;
  /** The end is the first of the two words that may name it. */
  readonly isFirstEnd: boolean;
  readonly count: number;
}

/** Reads `numkeys key [key ...] end [COUNT count]` from argument i on; `ends` in lower case. */
export function readPopRequest(call: Call, i: number, ends: readonly [string, string]): PopRequest {
  const end = i + 1 + positive(call, i, numKeysPositive);
  if (end >= call.argc) call.syntaxError();
  const isFirstEnd = call.is(end, ends[0]);
  if (!isFirstEnd && !call.is(end, ends[1])) call.syntaxError();
  let count = 0;
  for (let k = end + 1; k < call.argc; k += 2) {
    if (count > 0 || !call.is(k, 'count') || k + 1 >= call.argc) call.syntaxError();
    count = positive(call, k + 1, countNotPositive);
  }
  return { firstKey: i + 1, lastKey: end - 1, isFirstEnd, count: Math.max(1, count) };
}

function positive(call: Call, i: number, message: string): number {
  const value = call.bigInteger(i, message);
  if (value < 1n) throw new CommandError(message);
  return Number(value);
}
