// Unions, intersections and differences of sets, as commands need them: over keys of the request, with a limit, into a
// reply or into another key. Members are held as Latin-1 texts meanwhile, which keep every byte. The work is done in steps,
// so that replies about large sets need not be made at once; what is stored is.
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import { largeElementsMin, sliceElements, type Work } from '../large-work.ts';

export type Operation = 'union' | 'inter' | 'diff';

/** Names of members, Latin-1. */
type Members = Set<string>;

/** What is computed in steps; undefined where a set has changed meanwhile. */
type Steps = Generator<void, Members | undefined, void>;

/** Visits the members of the set in argument i. Returns false where it is gone while others ran. */
function* eachMember(call: Call, i: number, visit: (member: string) => void): Generator<void, boolean, void> {
  if (!call.openToWrite(i, EntryType.set)) return true;
  const { elements } = call.store;
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, sliceElements, (name, offset, length) =>
      visit(Buffer.from(name.buffer, name.byteOffset + offset, length).toString('latin1')),
    );
    if (cursor === 0) return true;
    yield;
    if (!call.openToWrite(i, EntryType.set)) return false;
  }
}

/** What the operation makes of the sets in arguments first to before `end`. */
export function operate(call: Call, operation: Operation, first: number, end: number): Members {
  sizeOfAll(call, first, end);
  return whole(operateInSteps(call, operation, first, end, 0));
}

function whole(steps: Steps): Members {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value ?? new Set();
  }
}

function* operateInSteps(call: Call, operation: Operation, first: number, end: number, limit: number): Steps {
  requireSets(call, first, end);
  if (operation === 'inter') return yield* intersect(call, first, end, limit);
  const result: Members = new Set();
  for (let i = first; i < end; i++) {
    const adds = i === first || operation === 'union';
    const isWhole = yield* eachMember(call, i, (member) => {
      if (adds) result.add(member);
      else result.delete(member);
    });
    if (!isWhole) return undefined;
  }
  return result;
}

/** Every key is looked at before any is read, as Redis does it: a wrong type is an error whatever else there is. */
function requireSets(call: Call, first: number, end: number): void {
  for (let i = first; i < end; i++) call.openToWrite(i, EntryType.set);
}

/** Reads every key once, for the counts of hits and misses; returns how many members there are in all. */
function sizeOfAll(call: Call, first: number, end: number): number {
  let size = 0;
  for (let i = first; i < end; i++) size += call.openToRead(i, EntryType.set) ? call.store.elements.size : 0;
  return size;
}

/** From the smallest on: what is missing in one of the others is out. */
function* intersect(call: Call, first: number, end: number, limit: number): Steps {
  const { elements } = call.store;
  let smallest = first;
  let least = Number.POSITIVE_INFINITY;
  for (let i = first; i < end; i++) {
    const size = call.openToWrite(i, EntryType.set) ? elements.size : 0;
    if (size === 0) return new Set();
    if (size >= least) continue;
    least = size;
    smallest = i;
  }
  const members: string[] = [];
  if (!(yield* eachMember(call, smallest, (member) => members.push(member)))) return undefined;
  const result: Members = new Set();
  for (const [n, member] of members.entries()) {
    if (limit > 0 && result.size === limit) break;
    if (n % sliceElements === sliceElements - 1) yield;
    const name = Buffer.from(member, 'latin1');
    let everywhere = true;
    for (let i = first; i < end && everywhere; i++) {
      if (i === smallest) continue;
      call.openToWrite(i, EntryType.set);
      everywhere = elements.get(name, 0, name.length);
    }
    if (everywhere) result.add(member);
  }
  return result;
}

/** Replies with the members that the operation finds, or only with how many they are. */
export function replyOperation(
  call: Call,
  operation: Operation,
  first: number,
  end: number,
  countsOnly = false,
  limit = 0,
): void {
  if (sizeOfAll(call, first, end) >= largeElementsMin) {
    const keys = Array.from({ length: end - first }, (_, i) => first + i);
    call.services.largeWork.run(call, keys, (own) => slices(own, operation, first, end, countsOnly, limit));
    return;
  }
  const members = whole(operateInSteps(call, operation, first, end, limit));
  if (countsOnly) call.reply.integer(members.size);
  else {
    call.reply.set(members.size);
    for (const member of members) replyMember(call, member);
  }
}

function* slices(
  call: Call,
  operation: Operation,
  first: number,
  end: number,
  countsOnly: boolean,
  limit: number,
): Work {
  const members = yield* operateInSteps(call, operation, first, end, limit);
  if (members === undefined) return false;
  if (countsOnly) {
    call.reply.integer(members.size);
    return true;
  }
  call.reply.set(members.size);
  let replied = 0;
  for (const member of members) {
    replied += 1;
    if (replied % sliceElements === 0) yield;
    replyMember(call, member);
  }
  return true;
}

function replyMember(call: Call, member: string): void {
  const name = Buffer.from(member, 'latin1');
  call.reply.bulk(name, 0, name.length);
}

/** Puts the result into the key of argument 1, in place of what is there, and replies with its size. */
export function storeMembers(
  call: Call,
  members: Members,
  event: 'sunionstore' | 'sinterstore' | 'sdiffstore',
): void {
  const { store } = call;
  let bytes = 0;
  let longest = 0;
  for (const { length } of members) {
    bytes += length;
    longest = Math.max(longest, length);
  }
  store.elements.requireRoom(members.size, bytes);
  const existed = call.removeKey(1);
  call.openToWrite(1, EntryType.set);
  const name = Buffer.allocUnsafe(longest);
  for (const member of members) {
    const length = name.write(member, 'latin1');
    store.elements.put(name, 0, length, name, 0, 0);
  }
  if (members.size > 0) call.notify(event, 1);
  else if (existed) call.notify('del', 1);
  call.reply.integer(members.size);
}
