// Adds members to a sorted set or gives them new scores, under the conditions of ZADD: what ZADD, ZINCRBY and GEOADD
// share. All scores are read before the first member is added.
import { EntryType } from '../../store/entry.ts';
import { Change } from '../../store/sorted-sets.ts';
import { type Addition, addMany, areMany } from '../add-many.ts';
import type { Call } from '../call.ts';

export interface MembersToAdd {
  /** Bits of Condition. */
  readonly condition: number;
  /** Reply with the number of changed elements rather than of new ones. */
  readonly countChanged: boolean;
  readonly count: number;
  /** The score of the nth, from 0. Throws CommandError where it is none. */
  scoreOf(call: Call, n: number): number;
  /** The argument that is the first member, and the distance to the next. */
  readonly firstMember: number;
  readonly step: number;
}

/** To the key in argument 1; replies with how many were added, or changed. */
export function addMembers(call: Call, members: MembersToAdd): void {
  const { sortedSets } = call.store;
  const { count, firstMember, step } = members;
  if (count >= call.sliceSizes.largeElementsMin) {
    const bytes = bytesOf(call, members);
    if (areMany(call, count, bytes)) {
      addMany(call, additionOf(members, bytes));
      return;
    }
  }
  const scores: number[] = [];
  for (let n = 0; n < count; n++) scores.push(members.scoreOf(call, n));
  call.openToWrite(1, EntryType.zset);
  if (count > 1) sortedSets.requireRoom(count, bytesOf(call, members));
  const done: Done = { added: 0, updated: 0 };
  for (let n = 0; n < count; n++) add(call, firstMember + n * step, scores[n]!, members.condition, done);
  end(call, members, done);
}

function bytesOf({ args }: Call, { count, firstMember, step }: MembersToAdd): number {
  let bytes = 0;
  for (let n = 0; n < count; n++) bytes += args.lengths[firstMember + n * step]!;
  return bytes;
}

interface Done {
  added: number;
  updated: number;
}

/** Adds the member in argument i to the open set. */
function add({ store, buf, args }: Call, i: number, score: number, condition: number, done: Done): void {
  const change = store.sortedSets.add(buf, args.offsets[i]!, args.lengths[i]!, score, condition);
  if (change === Change.added) done.added += 1;
  else if (change === Change.updated) done.updated += 1;
}

function end(call: Call, { countChanged }: MembersToAdd, { added, updated }: Done): void {
  if (added + updated > 0) call.notify('zadd', 1);
  call.reply.integer(countChanged ? added + updated : added);
}

function additionOf(members: MembersToAdd, bytes: number): Addition {
  const { count, condition, firstMember, step } = members;
  const done: Done = { added: 0, updated: 0 };
  const scores = new Float64Array(count);
  return {
    count,
    bytes,
    check(call, n) {
      scores[n] = members.scoreOf(call, n);
    },
    open(call) {
      call.openToWrite(1, EntryType.zset);
      return true;
    },
    add: (call, n) => add(call, firstMember + n * step, scores[n]!, condition, done),
    end: (call) => end(call, members, done),
  };
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
