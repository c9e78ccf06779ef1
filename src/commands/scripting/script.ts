// SCRIPT: of a cache that is always empty, because this server runs no Lua. What empties or asks about it succeeds; what
// would fill it is refused. https://redis.io/commands/script-flush
import { CommandError } from '../../base/errors.ts';
import { noScripts, notBusy } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';

function subcommand(
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  since: string,
  summary: string,
  syntax: string,
  run: (call: Call) => void,
): CommandSpec {
  const spec: CommandSpec = { name, arity, flags, group: 'scripting', since, summary, run };
  return syntax === '' ? spec : { ...spec, syntax };
}

export const command: CommandSpec = {
  name: 'script',
  arity: -2,
  flags: [],
  group: 'scripting',
  since: '2.6.0',
  summary: 'The cache of scripts, which is always empty.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    subcommand('debug', 3, ['noscript'], '3.2.0', 'Refused: there are no scripts.', 'YES|SYNC|NO', refuse),
    subcommand(
      'exists',
      -3,
      ['noscript'],
      '2.6.0',
      'Returns for each digest whether its script is known: 0.',
      '<sha1> ...',
      exists,
    ),
    subcommand('flush', -2, ['noscript'], '2.6.0', 'Empties the cache of scripts.', '[ASYNC|SYNC]', flush),
    helpSubcommand('scripting', '5.0.0'),
    subcommand('kill', 2, ['noscript', 'allow_busy'], '2.6.0', 'Ends the script that runs: none.', '', kill),
    subcommand(
      'load',
      3,
      ['noscript', 'stale'],
      '2.6.0',
      'Refused: there are no scripts.',
      '<script>',
      refuse,
    ),
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
