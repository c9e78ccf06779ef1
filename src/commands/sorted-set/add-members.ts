// Adds members to a sorted set or gives them new scores, under the conditions of ZADD: what ZADD, ZINCRBY and GEOADD
// share. All scores are read before the first member is added.
import { EntryType } from '../../store/entry.ts';
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
  const { buf } = call;
  const { sortedSets } = call.store;
  const { offsets, lengths } = call.args;
  const { condition, scores, firstMember, step } = addition;
  call.openToWrite(1, EntryType.zset);
  if (scores.length > 1) {
    let bytes = 0;
    for (let n = 0; n < scores.length; n++) bytes += lengths[firstMember + n * step]!;
    sortedSets.requireRoom(scores.length, bytes);
  }
  let added = 0;
  let updated = 0;
  for (let n = 0; n < scores.length; n++) {
    const i = firstMember + n * step;
    const change = sortedSets.add(buf, offsets[i]!, lengths[i]!, scores[n]!, condition);
    if (change === Change.added) added += 1;
    else if (change === Change.updated) updated += 1;
  }
  if (added + updated > 0) call.notify('zadd', 1);
  call.reply.integer(addition.countChanged ? added + updated : added);
}

/** Adds to the score of one member of the key in argument 1; replies with the new score, nil where nothing was done. */
export function incrementMember(call: Call, member: number, by: number, condition: number): void {
  const { sortedSets } = call.store;
  call.openToWrite(1, EntryType.zset);
  const change = sortedSets.increment(call.buf, call.offset(member), call.length(member), by, condition);
  if (change === Change.none) {
    call.reply.nil();
    return;
  }
  if (change !== Change.same) call.notify('zincr', 1);
  call.reply.double(sortedSets.score);
}
