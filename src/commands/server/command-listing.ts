// COMMAND LIST [FILTERBY MODULE name | ACLCAT category | PATTERN glob]: names, those of subcommands as
// `container|name`. https://redis.io/commands/command-list
import { CommandError } from '../../base/errors.ts';
import { Glob, globBytesMax } from '../../base/glob.ts';
import { aclCategories } from '../acl-categories.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { CommandEntry } from '../command-table.ts';

export const commandListing: CommandSpec = {
  name: 'list',
  arity: -2,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '7.0.0',
  summary: 'Lists the names of the commands.',
  complexity: 'O(N), N being the number of commands',
  syntax: '[FILTERBY (MODULE <module-name> | ACLCAT <category> | PATTERN <pattern>)]',
  run: list,
};

function list(call: Call): void {
  const commands = call.services.table.entries();
  const all = commands.flatMap((entry) => [entry, ...(entry.subcommands?.entries() ?? [])]);
  const entries = call.argc === 2 ? all : all.filter(chosenBy(call));
  call.reply.array(entries.length);
  for (const { name } of entries) call.reply.bulkLatin1(name);
}

function chosenBy(call: Call): (entry: CommandEntry) => boolean {
  if (call.argc !== 5 || !call.is(2, 'filterby')) call.syntaxError();
  return readFilter(call);
}

function readFilter(call: Call): (entry: CommandEntry) => boolean {
  if (call.is(3, 'module')) return () => false;
  if (call.is(3, 'aclcat')) {
    const category = call.text(4).toLowerCase();
    return (entry) => aclCategories(entry.spec).includes(category);
  }
  if (!call.is(3, 'pattern')) call.syntaxError();
  if (call.length(4) > globBytesMax) throw new CommandError('ERR pattern is too long');
  const glob = new Glob(Buffer.from(call.text(4).toLowerCase()));
  return (entry) => {
    const bytes = Buffer.from(entry.name);
    return glob.matches(bytes, 0, bytes.length);
  };
}
