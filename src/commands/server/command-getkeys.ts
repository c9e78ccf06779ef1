// COMMAND GETKEYS and COMMAND GETKEYSANDFLAGS command argument ...: the arguments that are keys, and what becomes of
// them. https://redis.io/commands/command-getkeys
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec, KeyUse } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { findKeys } from '../keys-of.ts';

/** Where the command asked about begins. */
const base = 2;

export const commandGetKeys: CommandSpec = {
  name: 'getkeys',
  arity: -3,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '2.8.13',
  summary: 'Returns which arguments of a request are keys.',
  complexity: 'O(N), N being the number of arguments',
  syntax: '<command> [<argument> ...]',
  run: getKeys,
};

export const commandGetKeysAndFlags: CommandSpec = {
  ...commandGetKeys,
  name: 'getkeysandflags',
  since: '7.0.0',
  summary: 'Returns which arguments of a request are keys, and what becomes of them.',
  run: getKeysAndFlags,
};

function getKeys(call: Call): void {
  const keys = keysOf(call);
  call.reply.array(keys.length);
  for (const { index } of keys) call.reply.bulk(call.buf, call.offset(index), call.length(index));
}

function getKeysAndFlags(call: Call): void {
  const { reply, buf } = call;
  const keys = keysOf(call);
  reply.array(keys.length);
  for (const { index, flags } of keys) {
    reply.array(2);
    reply.bulk(buf, call.offset(index), call.length(index));
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
}

function keysOf(call: Call): readonly KeyUse[] {
  const entry = find(call);
  const { arity, keySpecs, spec } = entry;
  const argc = call.argc - base;
  if (keySpecs.length === 0 && spec.findKeys === undefined) {
    throw new CommandError('ERR The command has no key arguments');
  }
  if (arity > 0 ? argc !== arity : argc < -arity) {
    throw new CommandError('ERR Invalid number of arguments specified for command');
  }
  const keys = findKeys(entry, call.args, base);
  const isMissing = keys?.length === 0 && keySpecs.some(({ begin }) => typeof begin !== 'number');
  if (keys === undefined || isMissing) {
    throw new CommandError('ERR Invalid arguments specified for command');
  }
  return keys;
}

function find(call: Call): CommandEntry {
  const { table } = call.services;
  const entry = table.find(call.buf, call.offset(base), call.length(base));
  if (entry === undefined) throw new CommandError('ERR Invalid command specified');
  if (entry.subcommands === undefined || call.argc === base + 1) return entry;
  return entry.subcommands.find(call.buf, call.offset(base + 1), call.length(base + 1)) ?? entry;
}
