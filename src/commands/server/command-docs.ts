// COMMAND DOCS [name ...]: name -> summary, version, group and subcommands. redis-cli builds its hints from it and
// asserts on its shape: keys and values are bulk strings. https://redis.io/commands/command-docs
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { findCommand } from './find-command.ts';

export const commandDocs: CommandSpec = {
  name: 'docs',
  arity: -2,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '7.0.0',
  summary: 'Documents commands.',
  syntax: '[<name> ...]',
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
  for (const { name, spec, subcommands } of entries) {
    reply.bulkLatin1(name);
    reply.map(subcommands === undefined ? 3 : 4);
    reply.bulkLatin1('summary');
    reply.bulkText(spec.summary);
    reply.bulkLatin1('since');
    reply.bulkLatin1(spec.since);
    reply.bulkLatin1('group');
    reply.bulkLatin1(spec.group);
    if (subcommands === undefined) continue;
    reply.bulkLatin1('subcommands');
    replyDocs(reply, subcommands.entries());
  }
}
