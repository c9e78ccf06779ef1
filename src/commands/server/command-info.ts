// COMMAND INFO [name ...]: ten fields a command, nil for a name that is none. https://redis.io/commands/command-info
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import { aclCategories } from '../acl-categories.ts';
import type { Call } from '../call.ts';
import type { CommandSpec, KeySpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';
import { findCommand } from './find-command.ts';

export const commandInfo: CommandSpec = {
  name: 'info',
  arity: -2,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '2.8.13',
  summary: 'Describes commands by name.',
  complexity: 'O(N), N being the number of commands',
  syntax: '[<command-name> ...]',
  run: info,
};

function info(call: Call): void {
  const { reply, services } = call;
  if (call.argc === 2) {
    const entries = services.table.entries();
    reply.array(entries.length);
    for (const entry of entries) replyInfo(reply, entry);
    return;
  }
  reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    const entry = findCommand(services.table, call.text(i));
    if (entry === undefined) reply.nil();
    else replyInfo(reply, entry);
  }
}

/** Name, arity, flags, first key, last key, step, categories, tips, key specifications, subcommands. */
export function replyInfo(reply: ReplyWriter, entry: CommandEntry): void {
  const { spec } = entry;
  const { first, last, step } = spec.keys ?? { first: 0, last: 0, step: 0 };
  const categories = aclCategories(spec);
  reply.array(10);
  reply.bulkLatin1(entry.name);
  reply.integer(entry.arity);
  replyWords(reply, spec.flags);
  reply.integer(first);
  reply.integer(last);
  reply.integer(step);
  replyWords(
    reply,
    categories.map((name) => `@${name}`),
  );
  reply.set(0);
  reply.set(entry.keySpecs.length);
  for (const group of entry.keySpecs) replyKeySpec(reply, group);
  const subcommands = entry.subcommands?.entries() ?? [];
  // As in Redis: nobody has a set of none, and what there is stands in an array.
  if (subcommands.length === 0) reply.set(0);
  else reply.array(subcommands.length);
  for (const subcommand of subcommands) replyInfo(reply, subcommand);
}

function replyWords(reply: ReplyWriter, words: readonly string[]): void {
  reply.set(words.length);
  for (const word of words) reply.simple(word);
}

function replyKeySpec(reply: ReplyWriter, { flags, begin, find }: KeySpec): void {
  reply.map(3);
  reply.bulkLatin1('flags');
  replyWords(reply, flags);
  reply.bulkLatin1('begin_search');
  if (typeof begin === 'number') replyMethod(reply, 'index', [['index', begin]]);
  else {
    replyMethod(reply, 'keyword', [
      ['keyword', begin.word],
      ['startfrom', begin.from],
    ]);
  }
  reply.bulkLatin1('find_keys');
  if ('countAt' in find) {
    replyMethod(reply, 'keynum', [
      ['keynumidx', find.countAt],
      ['firstkey', find.first],
      ['keystep', find.step],
    ]);
  } else {
    replyMethod(reply, 'range', [
      ['lastkey', find.last],
      ['keystep', find.step],
      ['limit', find.limit ?? 0],
    ]);
  }
}

/** How keys are looked for: the kind and its figures. */
function replyMethod(
  reply: ReplyWriter,
  type: string,
  figures: readonly (readonly [name: string, value: string | number])[],
): void {
  reply.map(2);
  reply.bulkLatin1('type');
  reply.bulkLatin1(type);
  reply.bulkLatin1('spec');
  reply.map(figures.length);
  for (const [name, value] of figures) {
    reply.bulkLatin1(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulkLatin1(value);
  }
}
