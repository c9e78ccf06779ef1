// Adds members to a sorted set or gives them new scores, under the conditions of ZADD: what ZADD, ZINCRBY and GEOADD
// share. All scores are read before the first member is added.

import { Change } from '../../store/sorted-sets.ts';
import type { Call } from '../call.ts';

export interface Addition {
  /** Bits of Condition. */
  readonly condition: number;
  /** Reply with the number of changed elements rather than of new ones. */
  readonly countChanged: boolean;
  readonly scores: readonly number[];
  /** The argument that is the first member, and the distance to the next. */
  readonly firstMember: number;
  readonly step: number;
}

/** To the key in argument 1; replies with how many were added, or changed. */
export function addMembers(call: Call, addition: Addition): void {
  const { store, keyspace, buf } = call;
  const { condition, scores, firstMember, step } = addition;
  const [key, keyLength] = [call.offset(1), call.length(1)];
  if (scores.length > 1) {
    let bytes = 0;
    for (let n = 0; n < scores.length; n++) bytes += call.length(firstMember + n * step);
    store.sortedSets.requireRoom(keyspace, buf, key, keyLength, scores.length, bytes);
  }
  let added = 0;
  let updated = 0;
  for (let n = 0; n < scores.length; n++) {
    const i = firstMember + n * step;
    const [offset, length] = [call.offset(i), call.length(i)];
    const change = store.sortedSets.add(keyspace, buf, key, keyLength, offset, length, scores[n]!, condition);
    if (change === Change.added) added += 1;
    else if (change === Change.updated) updated += 1;
  }
  if (added + updated > 0) call.notify('zadd', 1);
  call.reply.integer(addition.countChanged ? added + updated : added);
}

/** Adds to the score of one member of the key in argument 1; replies with the new score, nil where nothing was done. */
export function incrementMember(call: Call, member: number, by: number, condition: number): void {
  const { store, keyspace, buf } = call;
  const { sortedSets } = store;
  const [key, keyLength] = [call.offset(1), call.length(1)];
  const [offset, length] = [call.offset(member), call.length(member)];
  const change = sortedSets.increment(keyspace, buf, key, keyLength, offset, length, by, condition);
  if (change === Change.none) {
    call.reply.nil();
    return;
  }
  if (change !== Change.same) call.notify('zincr', 1);
  call.reply.double(sortedSets.score);
}
