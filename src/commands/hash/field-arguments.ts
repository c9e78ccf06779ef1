// Reads what the commands on fields with deadlines share: the list `FIELDS n field ...`, and times, in the words of
// Redis. Deadlines of fields end in the year 4199, as they do there.
import { CommandError } from '../../base/errors.ts';
import {
  fieldCountNotPositive,
  fieldCountWrong,
  fieldsMissing,
  fieldTimeNegative,
  invalidExpire,
} from '../../resp/errors.ts';
import type { Call } from '../call.ts';

/** The latest deadline of a field, Unix ms. */
const fieldDeadlineMsMax = 70_368_744_177_663n;

/**
 * Where the first field is, the word FIELDS being argument `i`; fields are the rest of the arguments. Throws Redis's
 * errors; `notPositive`: for a number that is below 1 or none.
 */
export function readFields(call: Call, i: number, notPositive = fieldCountNotPositive): number {
  if (i >= call.argc || !call.is(i, 'fields')) throw new CommandError(fieldsMissing);
  if (i + 1 >= call.argc) call.wrongArguments();
  const count = call.bigInteger(i + 1, notPositive);
  if (count < 1n) throw new CommandError(notPositive);
  if (count !== BigInt(call.argc - i - 2)) throw new CommandError(fieldCountWrong);
  return i + 2;
}

/** The time in argument `i` as Unix ms. Throws where it is no integer, negative or too late. */
export function readFieldDeadline(call: Call, i: number, isSeconds: boolean, isRelative: boolean): number {
  const time = call.bigInteger(i);
  if (time < 0n) throw new CommandError(fieldTimeNegative);
  const ms = time * (isSeconds ? 1000n : 1n) + (isRelative ? BigInt(call.store.nowMs) : 0n);
  if (ms > fieldDeadlineMsMax) throw new CommandError(invalidExpire(call.name));
  return Number(ms);
}
