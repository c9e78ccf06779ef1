// What may stand before scores in ZADD. Redis reads it in ZINCRBY too, where nothing can come of it.
import { Condition } from '../../store/sorted-sets.ts';
import type { Call } from '../call.ts';

/** No letter is below it. */
const letters = 65;

export interface AddOptions {
  condition: number;
  countChanged: boolean;
  increments: boolean;
  /** The first argument behind the options. */
  next: number;
}

/** Reads the options from argument 2 on. */
export function readAddOptions(call: Call): AddOptions {
  const options: AddOptions = { condition: 0, countChanged: false, increments: false, next: 2 };
  for (; options.next < call.argc; options.next++) {
    const i = options.next;
    // Most often a score, which no option begins as.
    if (call.buf[call.offset(i)]! < letters) break;
    if (call.is(i, 'nx')) options.condition |= Condition.isNew;
    else if (call.is(i, 'xx')) options.condition |= Condition.exists;
    else if (call.is(i, 'gt')) options.condition |= Condition.greater;
    else if (call.is(i, 'lt')) options.condition |= Condition.less;
    else if (call.is(i, 'ch')) options.countChanged = true;
    else if (call.is(i, 'incr')) options.increments = true;
    else break;
  }
  return options;
}
