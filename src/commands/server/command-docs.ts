// COMMAND DOCS [name ...]: name -> summary, version, group, complexity, arguments and subcommands. redis-cli builds its
// hints from it and asserts on its shape: keys and values are bulk strings, flags simple ones.
// https://redis.io/commands/command-docs
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { keySpecsOf } from '../keys-of.ts';
import { type ArgumentSpec, parseSyntax } from '../syntax.ts';
import { findCommand } from './find-command.ts';

export const commandDocs: CommandSpec = {
  name: 'docs',
  arity: -2,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '7.0.0',
  summary: 'Documents commands.',
  complexity: 'O(N), N being the number of commands',
  syntax: '[<command-name> ...]',
  run: docs,
};

function docs(call: Call): void {
  const { table } = call.services;
  if (call.argc === 2) {
    replyDocs(call.reply, table.entries());
    return;
  }
  const found: CommandEntry[] = [];
  for (let i = 2; i < call.argc; i++) {
    const entry = findCommand(table, call.text(i));
    if (entry !== undefined) found.push(entry);
  }
  replyDocs(call.reply, found);
}

function replyDocs(reply: ReplyWriter, entries: readonly CommandEntry[]): void {
  reply.map(entries.length);
  for (const entry of entries) {
    reply.bulkLatin1(entry.name);
    replyDoc(reply, entry);
  }
}

function replyDoc(reply: ReplyWriter, { spec, subcommands }: CommandEntry): void {
  const texts: [field: string, text: string][] = [
    ['summary', spec.summary],
    ['since', spec.since],
    ['group', spec.group],
  ];
  if (spec.complexity !== undefined) texts.push(['complexity', spec.complexity]);
  const hasArguments = spec.syntax !== undefined;
  reply.map(texts.length + (hasArguments ? 1 : 0) + (subcommands === undefined ? 0 : 1));
  for (const [field, text] of texts) {
    reply.bulkLatin1(field);
    reply.bulkText(text);
  }
  if (spec.syntax !== undefined) {
    reply.bulkLatin1('arguments');
    const keysLeft = keySpecsOf(spec).map((_, i) => i);
    replyArguments(reply, parseSyntax(spec.syntax), keysLeft);
  }
  if (subcommands === undefined) return;
  reply.bulkLatin1('subcommands');
  replyDocs(reply, subcommands.entries());
}

/** `keysLeft`: the key specifications that no argument has been given yet. */
function replyArguments(reply: ReplyWriter, items: readonly ArgumentSpec[], keysLeft: number[]): void {
  reply.array(items.length);
  for (const item of items) replyArgument(reply, item, keysLeft);
}

function replyArgument(reply: ReplyWriter, item: ArgumentSpec, keysLeft: number[]): void {
  const { name, type, token } = item;
  const keyIndex = type === 'key' && keysLeft.length > 0 ? keysLeft[0] : undefined;
  if (type === 'key' && keysLeft.length > 1) keysLeft.shift();
  const flags = [
    ...(item.optional ? ['optional'] : []),
    ...(item.multiple ? ['multiple'] : []),
    ...(item.multipleToken ? ['multiple_token'] : []),
  ];
  const parts = [keyIndex, token, item.arguments].filter((part) => part !== undefined);
  reply.map(2 + parts.length + (flags.length > 0 ? 1 : 0));
  reply.bulkLatin1('name');
  reply.bulkLatin1(name);
  reply.bulkLatin1('type');
  reply.bulkLatin1(type);
  if (keyIndex !== undefined) {
    reply.bulkLatin1('key_spec_index');
    reply.integer(keyIndex);
  }
  if (token !== undefined) {
    reply.bulkLatin1('token');
    reply.bulkLatin1(token);
  }
  if (flags.length > 0) {
    reply.bulkLatin1('flags');
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
  if (item.arguments === undefined) return;
  reply.bulkLatin1('arguments');
  replyArguments(reply, item.arguments, keysLeft);
}
