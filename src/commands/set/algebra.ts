// Unions, intersections and differences of sets, as commands need them: over keys of the request, with a limit, into a
// reply or into another key. The work is done in steps, so that nobody need wait for that about large sets. Members are
// held as Latin-1 texts meanwhile, which keep every byte, and those of a large set that is to be stored where they will
// be.
import { atOnce } from '../../base/at-once.ts';
import { EntryType } from '../../store/entry.ts';
import { StagedElements } from '../../store/staged-elements.ts';
import type { Call } from '../call.ts';
import { endsSlice, type Pace, stage, type Work } from '../large-work.ts';

export type Operation = 'union' | 'inter' | 'diff';

type StoreEvent = 'sunionstore' | 'sinterstore' | 'sdiffstore';

/** The result of an operation while it grows. Names are ranges of bytes. */
interface Members {
  readonly size: number;
  put(name: Uint8Array, offset: number, length: number): void;
  drop(name: Uint8Array, offset: number, length: number): void;
}

/** A result for a reply, or a small one: Latin-1 texts. */
class Names implements Members {
  readonly all = new Set<string>();

  get size(): number {
    return this.all.size;
  }

  put(name: Uint8Array, offset: number, length: number): void {
    this.all.add(textOf(name, offset, length));
  }

  drop(name: Uint8Array, offset: number, length: number): void {
    this.all.delete(textOf(name, offset, length));
  }
}

function textOf(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
}

/** What is done in steps; false where a set has changed meanwhile. */
type Steps = Generator<void, boolean, void>;

type NameVisitor = (name: Uint8Array, offset: number, length: number) => void;

/** Visits the members of the set in argument i. Returns false where it is gone while others ran. */
function* eachMember(call: Call, i: number, visit: NameVisitor): Steps {
  if (!call.openToWrite(i, EntryType.set)) return true;
  const { elements } = call.store;
  for (let cursor = 0; ; ) {
    cursor = elements.scan(cursor, call.sliceSizes.elements, visit);
    if (cursor === 0) return true;
    yield;
    if (!call.openToWrite(i, EntryType.set)) return false;
  }
}

/** Puts what the operation makes of the sets in arguments first to before `end` into the result. */
function* operate(
  call: Call,
  operation: Operation,
  first: number,
  end: number,
  limit: number,
  result: Members,
): Steps {
  requireSets(call, first, end);
  if (operation === 'inter') return yield* intersect(call, first, end, limit, result);
  for (let i = first; i < end; i++) {
    const adds = i === first || operation === 'union';
    const isWhole = yield* eachMember(call, i, (name, offset, length) => {
      if (adds) result.put(name, offset, length);
      else result.drop(name, offset, length);
    });
    if (!isWhole) return false;
  }
  return true;
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
function* intersect(call: Call, first: number, end: number, limit: number, result: Members): Steps {
  const { elements } = call.store;
  let smallest = first;
  let least = Number.POSITIVE_INFINITY;
  for (let i = first; i < end; i++) {
    const size = call.openToWrite(i, EntryType.set) ? elements.size : 0;
    if (size === 0) return true;
    if (size >= least) continue;
    least = size;
    smallest = i;
  }
  const names: string[] = [];
  const isWhole = yield* eachMember(call, smallest, (...name) => names.push(textOf(...name)));
  if (!isWhole) return false;
  for (const [n, text] of names.entries()) {
    if (limit > 0 && result.size === limit) break;
    if (endsSlice(call, n)) yield;
    const name = Buffer.from(text, 'latin1');
    let everywhere = true;
    for (let i = first; i < end && everywhere; i++) {
      if (i === smallest) continue;
      call.openToWrite(i, EntryType.set);
      everywhere = elements.get(name, 0, name.length);
    }
    if (everywhere) result.put(name, 0, name.length);
  }
  return true;
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
  if (sizeOfAll(call, first, end) >= call.sliceSizes.largeElementsMin) {
    const keys = Array.from({ length: end - first }, (_, i) => first + i);
    call.services.largeWork.run(call, keys, (own) => slices(own, operation, first, end, countsOnly, limit));
    return;
  }
  const names = new Names();
  atOnce(operate(call, operation, first, end, limit, names));
  if (countsOnly) call.reply.integer(names.size);
  else {
    call.reply.set(names.size);
    for (const member of names.all) replyMember(call, member);
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
  const names = new Names();
  if (!(yield* operate(call, operation, first, end, limit, names))) return false;
  if (countsOnly) {
    call.reply.integer(names.size);
    return true;
  }
  call.reply.set(names.size);
  let replied = 0;
  for (const member of names.all) {
    if (endsSlice(call, replied++)) yield;
    replyMember(call, member);
  }
  return true;
}

function replyMember(call: Call, member: string): void {
  const name = Buffer.from(member, 'latin1');
  call.reply.bulk(name, 0, name.length);
}

/** Puts what the operation makes of all keys behind argument 1 in place of what that has, and replies with its size. */
export function storeOperation(call: Call, operation: Operation, event: StoreEvent): void {
  if (sizeOfAll(call, 2, call.argc) >= call.sliceSizes.largeElementsMin) {
    const keys = Array.from({ length: call.argc - 2 }, (_, i) => i + 2);
    call.services.largeWork.run(call, keys, (own, pace) => storeSlices(own, pace, operation, event));
    return;
  }
  const names = new Names();
  atOnce(operate(call, operation, 2, call.argc, 0, names));
  storeNames(call, names.all, event);
}

function* storeSlices(call: Call, pace: Pace, operation: Operation, event: StoreEvent): Work {
  const staged = new StagedElements(call.store, call.keyspace, EntryType.set);
  return yield* stage(call, 1, pace, staged, operate(call, operation, 2, call.argc, 0, staged), () => {
    const { size } = staged;
    ended(call, event, size, staged.replace(call.keyspace, call.buf, call.offset(1), call.length(1)));
  });
}

function storeNames(call: Call, names: ReadonlySet<string>, event: StoreEvent): void {
  const { store } = call;
  let bytes = 0;
  let longest = 0;
  for (const { length } of names) {
    bytes += length;
    longest = Math.max(longest, length);
  }
  store.elements.requireRoom(names.size, bytes);
  const existed = call.removeKey(1);
  call.openToWrite(1, EntryType.set);
  const name = Buffer.allocUnsafe(longest);
  for (const member of names) {
    const length = name.write(member, 'latin1');
    store.elements.put(name, 0, length, name, 0, 0);
  }
  ended(call, event, names.size, existed);
}

/** `existed`: whether there was something in the key before. */
function ended(call: Call, event: StoreEvent, size: number, existed: boolean): void {
  if (size > 0) call.notify(event, 1);
  else if (existed) call.notify('del', 1);
  call.reply.integer(size);
}
