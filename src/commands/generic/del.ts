// DEL and UNLINK key [key ...]: one clear for each key that exists, in slices where they are very many.
// https://redis.io/commands/del
import type { Call } from '../call.ts';
import { areManyToChange, canChangeMany, changeMany } from '../change-many.ts';
import type { CommandSpec } from '../command.ts';

export const commands: readonly CommandSpec[] = [
  {
    name: 'del',
    arity: -2,
    flags: ['write'],
    keys: { first: 1, last: -1, step: 1 },
    keyFlags: ['RM', 'delete'],
    group: 'generic',
    since: '1.0.0',
    summary: 'Removes keys.',
    syntax: '<key> [<key> ...]',
    complexity: 'O(N), N being the number of keys and of their elements',
    run: (call) => removeAll(call, remove),
  },
  {
    name: 'unlink',
    arity: -2,
    flags: ['write', 'fast'],
    keys: { first: 1, last: -1, step: 1 },
    keyFlags: ['RM', 'delete'],
    group: 'generic',
    since: '4.0.0',
    summary: 'Removes keys; here the same as DEL, which takes no longer.',
    syntax: '<key> [<key> ...]',
    complexity: 'O(N), N being the number of keys',
    run: (call) => removeAll(call, free),
  },
];

/** Removes the key in argument i, and tells of it. */
function remove(call: Call, i: number): boolean {
  if (!call.removeKey(i)) return false;
  call.notify('del', i);
  return true;
}

/** What has more than that outside its block counts as freed later. */
const lazyBytesMin = 4096;

/** The same for UNLINK. */
function free(call: Call, i: number): boolean {
  const { store } = call;
  const at = call.find(i);
  if (at !== 0 && store.outerBytes(at) > lazyBytesMin) store.lazyFreedCount += 1;
  return remove(call, i);
}

function end({ reply }: Call, removed: number): void {
  reply.integer(removed);
}

function removeAll(call: Call, removeOne: (call: Call, i: number) => boolean): void {
  if (areManyToChange(call, 1) && canChangeMany(call, 0)) {
    changeMany(call, { step: 1, bytes: 0, change: removeOne, end });
    return;
  }
  let removed = 0;
  for (let i = 1; i < call.argc; i++) if (removeOne(call, i)) removed += 1;
  end(call, removed);
}
