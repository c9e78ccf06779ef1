// DEL and UNLINK key [key ...]: one clear for each key that exists. https://redis.io/commands/del
import type { Call } from '../call.ts';
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
    run: del,
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
    run: unlink,
  },
];

function del(call: Call): void {
  let removed = 0;
  for (let i = 1; i < call.argc; i++) {
    if (!call.removeKey(i)) continue;
    removed += 1;
    call.notify('del', i);
  }
  call.reply.integer(removed);
}

/** What has more than that outside its block counts as freed later. */
const lazyBytesMin = 4096;

function unlink(call: Call): void {
  const { store } = call;
  let large = 0;
  for (let i = 1; i < call.argc; i++) {
    const at = call.find(i);
    if (at !== 0 && store.outerBytes(at) > lazyBytesMin) large += 1;
  }
  del(call);
  store.lazyFreedCount += large;
}
