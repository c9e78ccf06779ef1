// COMMAND GETKEYS command argument ...: the arguments that are keys. https://redis.io/commands/command-getkeys
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';

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
  syntax: '<command> [<argument> ...]',
  run: getKeys,
};

function getKeys(call: Call): void {
  const { arity, spec } = find(call);
  const argc = call.argc - base;
  if (spec.keys === undefined) throw new CommandError('ERR The command has no key arguments');
  if (arity > 0 ? argc !== arity : argc < -arity) {
    throw new CommandError('ERR Invalid number of arguments specified for command');
  }
  const { first, last, step } = spec.keys;
  const end = last < 0 ? argc + last : last;
  const keys: number[] = [];
  for (let i = first; i <= end; i += step) keys.push(base + i);
  call.reply.array(keys.length);
  for (const i of keys) call.reply.bulk(call.buf, call.offset(i), call.length(i));
}

function find(call: Call): CommandEntry {
  const { table } = call.services;
  const entry = table.find(call.buf, call.offset(base), call.length(base));
  if (entry === undefined) throw new CommandError('ERR Invalid command specified');
  if (entry.subcommands === undefined || call.argc === base + 1) return entry;
  return entry.subcommands.find(call.buf, call.offset(base + 1), call.length(base + 1)) ?? entry;
}
