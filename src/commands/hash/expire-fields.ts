// What the commands that give fields a deadline share: the change of one field, and the events of all of them. A
// deadline that has passed removes the field.
import type { Call } from '../call.ts';

/** What became of a field, as Redis answers. */
export const FieldExpiryResult = { noField: -2, conditionNotMet: 0, set: 1, removed: 2 } as const;
export type FieldExpiryResult = (typeof FieldExpiryResult)[keyof typeof FieldExpiryResult];

export interface FieldConditions {
  readonly nx: boolean;
  readonly xx: boolean;
  readonly gt: boolean;
  readonly lt: boolean;
}

/** Gives the field in argument `i` of the open hash a deadline, if it is there and the conditions hold. */
export function expireField(
  call: Call,
  i: number,
  deadlineMs: number,
  conditions: FieldConditions | undefined,
): FieldExpiryResult {
  const { buf } = call;
  const { elements, nowMs } = call.store;
  const [offset, length] = [call.offset(i), call.length(i)];
  if (!elements.get(buf, offset, length)) return FieldExpiryResult.noField;
  const presentMs = elements.deadlineMs;
  if (conditions !== undefined && !allows(conditions, presentMs, deadlineMs)) {
    return FieldExpiryResult.conditionNotMet;
  }
  if (deadlineMs <= nowMs) {
    elements.drop(buf, offset, length);
    call.store.expiredFieldCount += 1;
    return FieldExpiryResult.removed;
  }
  elements.expire(buf, offset, length, deadlineMs);
  return FieldExpiryResult.set;
}

/** Tells of fields that got a deadline or went at once. */
export function notifyExpired(call: Call, isAnyRemoved: boolean, isAnySet: boolean): void {
  if (isAnyRemoved) call.notify('hdel', 1);
  else if (isAnySet) call.notify('hexpire', 1);
  if (isAnyRemoved && call.store.elements.at === 0) call.notify('del', 1);
}

/** `presentMs` 0: the field has no deadline, which LT takes for one that is later than any. */
function allows({ nx, xx, gt, lt }: FieldConditions, presentMs: number, deadlineMs: number): boolean {
  if (presentMs === 0) return !xx && !gt;
  if (nx) return false;
  return !(gt && deadlineMs <= presentMs) && !(lt && deadlineMs >= presentMs);
}
