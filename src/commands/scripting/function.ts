// FUNCTION: of libraries of which there are never any, because this server runs no Lua. What lists or removes them
// succeeds; what would bring one is refused. https://redis.io/commands/function-list
import { CommandError } from '../../base/errors.ts';
import { noScripts, notBusy } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';

const subcommand = subcommandsOf({ group: 'scripting', since: '7.0.0' });

export const command: CommandSpec = {
  name: 'function',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '7.0.0',
  summary: 'Libraries of functions, of which there are none.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand(
      'delete',
      3,
      ['write', 'noscript'],
      'Finds no library to remove.',
      '<library-name>',
      noSuchLibrary,
    ),
    subcommand('dump', 2, ['noscript'], 'Refused: there are no functions.', '', refuse),
    subcommand(
      'flush',
      -2,
      ['write', 'noscript'],
      'Removes all libraries: there are none.',
      '[ASYNC|SYNC]',
      flush,
    ),
    helpSubcommand('scripting', '7.0.0'),
    subcommand('kill', 2, ['noscript', 'allow_busy'], 'Ends the function that runs: none.', '', kill),
    subcommand(
      'list',
      -2,
      ['noscript'],
      'Lists the libraries: none.',
      '[LIBRARYNAME <pattern>] [WITHCODE]',
      list,
    ),
    subcommand(
      'load',
      -3,
      ['write', 'denyoom', 'noscript'],
      'Refused: there are no functions.',
      '[REPLACE] <code>',
      refuse,
    ),
    subcommand(
      'restore',
      -3,
      ['write', 'denyoom', 'noscript'],
      'Refused: there are no functions.',
      '<payload> [FLUSH|APPEND|REPLACE]',
      refuse,
    ),
    subcommand('stats', 2, ['noscript', 'allow_busy'], 'Tells which function runs: none.', '', stats),
  ],
};

function refuse(): never {
  throw new CommandError(noScripts);
}

function noSuchLibrary(): never {
  throw new CommandError('ERR Library not found');
}

function kill(): never {
  throw new CommandError(notBusy);
}

function flush(call: Call): void {
  if (call.argc > 3 || (call.argc === 3 && !call.is(2, 'sync') && !call.is(2, 'async'))) {
    throw new CommandError('ERR FUNCTION FLUSH only supports SYNC|ASYNC option');
  }
  call.reply.ok();
}

function list(call: Call): void {
  for (let i = 2; i < call.argc; i++) {
    if (call.is(i, 'libraryname')) i += 1;
    else if (!call.is(i, 'withcode')) throw new CommandError(`ERR Unknown argument ${call.text(i)}`);
    if (i === call.argc) throw new CommandError('ERR library name argument was not given');
  }
  call.reply.array(0);
}

function stats(call: Call): void {
  const { reply } = call;
  reply.map(2);
  reply.bulkLatin1('running_script');
  reply.nil();
  reply.bulkLatin1('engines');
  reply.map(0);
}
