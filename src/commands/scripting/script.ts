// SCRIPT: of a cache that is always empty, because this server runs no Lua. What empties or asks about it succeeds;
// what would fill it is refused. https://redis.io/commands/script-flush
import { CommandError } from '../../base/errors.ts';
import { noScripts, notBusy } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { subcommandsOf } from '../subcommand.ts';

const subcommand = subcommandsOf({ group: 'scripting', since: '2.6.0' });

export const command: CommandSpec = {
  name: 'script',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '2.6.0',
  summary: 'The cache of scripts, which is always empty.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('debug', 3, ['noscript'], 'Refused: there are no scripts.', 'YES|SYNC|NO', refuse, {
      since: '3.2.0',
    }),
    subcommand(
      'exists',
      -3,
      ['noscript'],
      'Returns for each digest whether its script is known: 0.',
      '<sha1> ...',
      exists,
    ),
    subcommand('flush', -2, ['noscript'], 'Empties the cache of scripts.', '[ASYNC|SYNC]', flush),
    helpSubcommand('scripting', '5.0.0'),
    subcommand('kill', 2, ['noscript', 'allow_busy'], 'Ends the script that runs: none.', '', kill),
    subcommand('load', 3, ['noscript', 'stale'], 'Refused: there are no scripts.', '<script>', refuse),
  ],
};

function refuse(): never {
  throw new CommandError(noScripts);
}

function exists(call: Call): void {
  call.reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) call.reply.integer(0);
}

function flush(call: Call): void {
  if (call.argc > 3 || (call.argc === 3 && !call.is(2, 'sync') && !call.is(2, 'async'))) {
    throw new CommandError('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  call.reply.ok();
}

function kill(): never {
  throw new CommandError(notBusy);
}
