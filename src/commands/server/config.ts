// CONFIG GET pattern ... | SET name value ... | RESETSTAT | REWRITE: the parameters of the node, several at a time, and
// its counters. https://redis.io/commands/config-get
import { CommandError } from '../../base/errors.ts';
import { Glob, globBytesMax } from '../../base/glob.ts';
import type { ConfigKey } from '../../config/schema.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { isWord } from '../keys-of.ts';
import { savedParameter } from '../saved-parameters.ts';

const flags: readonly CommandFlag[] = ['admin', 'noscript', 'loading', 'stale'];

export const command: CommandSpec = {
  name: 'config',
  arity: -2,
  flags: [],
  group: 'server',
  since: '2.0.0',
  summary: "The node's parameters.",
  complexity: 'Depends on the subcommand',
  subcommands: [
    {
      name: 'get',
      arity: -3,
      flags,
      group: 'server',
      since: '2.0.0',
      summary: 'Returns the parameters whose names match, with their values.',
      complexity: 'O(N), N being the number of parameters',
      syntax: '<parameter-pattern> [<parameter-pattern> ...]',
      run: get,
    },
    helpSubcommand('server', '5.0.0'),
    {
      name: 'resetstat',
      arity: 2,
      flags,
      group: 'server',
      since: '2.0.0',
      summary: 'Sets the counters of INFO back to zero.',
      run: resetStat,
    },
    {
      name: 'rewrite',
      arity: 2,
      flags,
      group: 'server',
      since: '2.8.0',
      summary: 'Writes what CONFIG SET has changed into the configuration file.',
      complexity: 'O(1)',
      run: rewrite,
    },
    {
      name: 'set',
      arity: -4,
      flags,
      group: 'server',
      since: '2.0.0',
      summary: 'Sets parameters, all of them or none.',
      complexity: 'O(N), N being the number of parameters',
      syntax: '<parameter> <value> [<parameter> <value> ...]',
      isSecret: (args, i) => i > 2 && isWord(args, i - 1, 'requirepass'),
      run: set,
    },
  ],
};

function get(call: Call): void {
  const globs: Glob[] = [];
  for (let i = 2; i < call.argc; i++) {
    if (call.length(i) > globBytesMax) throw new CommandError('ERR pattern is too long');
    globs.push(new Glob(Buffer.from(call.text(i).toLowerCase())));
  }
  const found = call.services.parameters.entries().filter(([name]) => {
    const bytes = Buffer.from(name);
    return globs.some((glob) => glob.matches(bytes, 0, bytes.length));
  });
  call.reply.map(found.length);
  for (const [name, value] of found) {
    call.reply.bulkLatin1(name);
    call.reply.bulkText(value);
  }
}

function set(call: Call): void {
  if (call.argc % 2 === 1) call.syntaxError();
  const pairs: (readonly [string, string])[] = [];
  for (let i = 2; i < call.argc; i += 2) pairs.push([call.text(i).toLowerCase(), call.text(i + 1)]);
  const refusal = call.services.parameters.set(pairs);
  if (refusal !== undefined) throw new CommandError(refusal);
  call.reply.ok();
}

function rewrite({ services, reply }: Call): void {
  const { parameters, log } = services;
  if (services.configFile === '') throw new CommandError('ERR The server is running without a config file');
  const changes = new Map<ConfigKey, string>();
  const unsaved: string[] = [];
  for (const [name, value] of parameters.changed()) {
    const settings = savedParameter(name, value);
    if (settings === undefined) unsaved.push(name);
    else for (const { key, literal } of settings) changes.set(key, literal);
  }
  try {
    if (changes.size > 0) services.rewriteConfig(changes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    log.warn('the configuration file was not rewritten', { file: services.configFile, reason });
    throw new CommandError(`ERR Rewriting config file: ${reason}`);
  }
  parameters.saved(unsaved);
  if (unsaved.length > 0) throw new CommandError(notRewritten(unsaved));
  reply.ok();
}

function notRewritten(names: readonly string[]): string {
  return `ERR not rewritten, unlike what else was set: ${names.join(', ')}: secret, or no key of the file can say it`;
}

function resetStat(call: Call): void {
  const { stats, clients, table, store } = call.services;
  stats.commands = 0;
  stats.hits = 0;
  stats.misses = 0;
  stats.errors.clear();
  clients.resetTotals();
  table.resetFigures();
  store.expiredCount = 0;
  store.expiredFieldCount = 0;
  store.lazyFreedCount = 0;
  call.reply.ok();
}
