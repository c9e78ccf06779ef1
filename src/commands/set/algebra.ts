// Unions, intersections and differences of sets, as commands need them: over keys of the request, with a limit, into a
// reply or into another key. Members are held as Latin-1 texts meanwhile, which keep every byte.
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';

export type Operation = 'union' | 'inter' | 'diff';

/** Names of members, Latin-1. */
type Members = Set<string>;

/** The members of the set in argument i; undefined where there is none. Throws WRONGTYPE. */
function membersOf(call: Call, i: number): Members | undefined {
  if (!call.openToRead(i, EntryType.set)) return undefined;
  const out: Members = new Set();
  call.store.elements.each((name, offset, length) => {
    out.add(Buffer.from(name.buffer, name.byteOffset + offset, length).toString('latin1'));
  });
  return out;
}

/** What the operation makes of the sets in arguments first to before `end`; at most `limit` members, 0 = all. */
export function operate(call: Call, operation: Operation, first: number, end: number, limit = 0): Members {
  requireSets(call, first, end);
  if (operation === 'inter') return intersect(call, first, end, limit);
  const result = membersOf(call, first) ?? new Set();
  for (let i = first + 1; i < end; i++) {
    const { elements } = call.store;
    if (!call.openToRead(i, EntryType.set)) continue;
    elements.each((name, offset, length) => {
      const member = Buffer.from(name.buffer, name.byteOffset + offset, length).toString('latin1');
      if (operation === 'union') result.add(member);
      else result.delete(member);
    });
  }
  return result;
}

/** Every key is looked at before any is read, as Redis does it: a wrong type is an error whatever else there is. */
function requireSets(call: Call, first: number, end: number): void {
  for (let i = first; i < end; i++) call.openToWrite(i, EntryType.set);
}

/** From the smallest on: what is missing in one of the others is out. */
function intersect(call: Call, first: number, end: number, limit: number): Members {
  const { elements } = call.store;
  let smallest = first;
  let least = Number.POSITIVE_INFINITY;
  for (let i = first; i < end; i++) {
    const size = call.openToRead(i, EntryType.set) ? elements.size : 0;
    if (size === 0) return new Set();
    if (size >= least) continue;
    least = size;
    smallest = i;
  }
  const result: Members = new Set();
  for (const member of membersOf(call, smallest) ?? []) {
    if (limit > 0 && result.size === limit) break;
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

export function replyMembers(call: Call, members: Members): void {
  call.reply.set(members.size);
  for (const member of members) {
    const name = Buffer.from(member, 'latin1');
    call.reply.bulk(name, 0, name.length);
  }
}

/** Puts the result into the key of argument 1, in place of what is there, and replies with its size. */
export function storeMembers(
  call: Call,
  members: Members,
  event: 'sunionstore' | 'sinterstore' | 'sdiffstore',
): void {
  const { store } = call;
  let bytes = 0;
  for (const member of members) bytes += member.length;
  store.elements.requireRoom(members.size, bytes);
  const existed = call.removeKey(1);
  call.openToWrite(1, EntryType.set);
  for (const member of members) {
    const name = Buffer.from(member, 'latin1');
    store.elements.put(name, 0, name.length, name, 0, 0);
  }
  if (members.size > 0) call.notify(event, 1);
  else if (existed) call.notify('del', 1);
  call.reply.integer(members.size);
}
