// MGET key [key ...]: the values of strings, nil for what is none. https://redis.io/commands/mget
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { areManyKeys, type KeysRead, readMany } from '../read-many.ts';

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
  if (areManyKeys(call)) {
    readMany(call, beginMany);
    return;
  }
  const { reply, argc } = call;
  reply.array(argc - 1);
  for (let i = 1; i < argc; i++) take(call, i, call.findRead(i));
}

function beginMany({ reply, argc }: Call): KeysRead {
  reply.array(argc - 1);
  return { look: (call, i) => call.findRead(i), take, end() {} };
}

function take(call: Call, _i: number, at: number): void {
  if (at === 0 || call.store.entries.type(at) !== EntryType.string) call.reply.nil();
  else call.replyString(at);
}
