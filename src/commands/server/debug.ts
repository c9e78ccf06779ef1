// DEBUG SLEEP seconds: blocks the whole server, for tests of clients. https://redis.io/commands/debug
import { CommandError } from '../../base/errors.ts';
import { notAFloat } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';

/** Nobody needs more, and nothing but the end of the process could cut it short. */
const sleepSecondsMax = 600;

export const command: CommandSpec = {
  name: 'debug',
  arity: -2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Helps with tests.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    helpSubcommand('server', '5.0.0'),
    {
      name: 'sleep',
      arity: 3,
      flags: ['admin', 'noscript', 'loading', 'stale'],
      group: 'server',
      since: '1.0.0',
      summary: 'Blocks the server for some seconds.',
      syntax: '<seconds>',
      run: sleep,
    },
  ],
};

function sleep(call: Call): void {
  const seconds = call.float(2);
  if (seconds < 0 || seconds > sleepSecondsMax) throw new CommandError(notAFloat);
  call.services.sleep(seconds * 1000);
  call.reply.ok();
}
