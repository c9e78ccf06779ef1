// EXISTS key [key ...]: how many of the keys exist, each as often as named. https://redis.io/commands/exists
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { areManyKeys, type KeysRead, readMany } from '../read-many.ts';

export const command: CommandSpec = {
  name: 'exists',
  arity: -2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RO'],
  group: 'generic',
  since: '1.0.0',
  summary: 'Counts the keys that exist.',
  syntax: '<key> [<key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: exists,
};

function exists(call: Call): void {
  if (areManyKeys(call)) {
    readMany(call, beginMany);
    return;
  }
  let found = 0;
  for (let i = 1; i < call.argc; i++) if (call.findLook(i) !== 0) found += 1;
  call.reply.integer(found);
}

function beginMany(): KeysRead {
  let found = 0;
  return {
    look: (call, i) => call.findLook(i),
    take(_call, _i, at) {
      if (at !== 0) found += 1;
    },
    end: ({ reply }) => reply.integer(found),
  };
}
