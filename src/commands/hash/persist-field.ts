// Takes the deadline of one field away, for HPERSIST and HGETEX.
import type { Call } from '../call.ts';

/** What became of a field, as Redis answers. */
export const PersistResult = { noField: -2, noDeadline: -1, persisted: 1 } as const;
export type PersistResult = (typeof PersistResult)[keyof typeof PersistResult];

/** Takes away the deadline of the field in argument `i` of the open hash. */
export function persistField(call: Call, i: number): PersistResult {
  const { elements } = call.store;
  const [offset, length] = [call.offset(i), call.length(i)];
  if (!elements.get(call.buf, offset, length)) return PersistResult.noField;
  if (elements.deadlineMs === 0) return PersistResult.noDeadline;
  elements.expire(call.buf, offset, length, 0);
  return PersistResult.persisted;
}
