// MGET key [key ...]: the values of strings, nil for what is none. https://redis.io/commands/mget
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'mget',
  arity: -2,
  flags: ['readonly', 'fast'],
  keys: { first: 1, last: -1, step: 1 },
  group: 'string',
  since: '1.0.0',
  summary: 'Returns the string values of several keys.',
  syntax: '<key> [<key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: mGet,
};

function mGet(call: Call): void {
  const { reply, argc } = call;
  const { entries } = call.store;
  reply.array(argc - 1);
  for (let i = 1; i < argc; i++) {
    const at = call.findRead(i);
    if (at === 0 || entries.type(at) !== EntryType.string) reply.nil();
    else call.replyString(at);
  }
}
