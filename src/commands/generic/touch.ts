// TOUCH key [key ...]: takes note of an access to each key that exists. https://redis.io/commands/touch
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { areManyKeys, type KeysRead, readMany } from '../read-many.ts';

export const command: CommandSpec = {
  name: 'touch',
  arity: -2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RO'],
  group: 'generic',
  since: '3.2.1',
  summary: 'Marks keys as just used and counts those that exist.',
  syntax: '<key> [<key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: touch,
};

function touch(call: Call): void {
  if (areManyKeys(call)) {
    readMany(call, beginMany);
    return;
  }
  let found = 0;
  for (let i = 1; i < call.argc; i++) if (touchOne(call, call.findRead(i))) found += 1;
  call.reply.integer(found);
}

function touchOne({ store }: Call, at: number): boolean {
  if (at === 0) return false;
  // Also for clients in NO-TOUCH mode: here it is what they ask for.
  store.touch(at);
  return true;
}

function beginMany(): KeysRead {
  let found = 0;
  return {
    look: (call, i) => call.findRead(i),
    take(call, _i, at) {
      if (touchOne(call, at)) found += 1;
    },
    end: ({ reply }) => reply.integer(found),
  };
}
