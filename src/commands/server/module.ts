// MODULE: of modules there are none and none can be loaded; asking is answered. https://redis.io/commands/module-list
import { CommandError } from '../../base/errors.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';

const flags: readonly CommandFlag[] = ['admin', 'noscript'];
const refusal = 'ERR modules are not supported by this server';

function refused(name: string, since: string, syntax: string, arity: number): CommandSpec {
  return {
    name,
    arity,
    flags: [...flags, 'no_async_loading'],
    group: 'server',
    since,
    summary: 'Refused: there are no modules.',
    syntax,
    complexity: 'O(1)',
    run: () => {
      throw new CommandError(refusal);
    },
  };
}

export const command: CommandSpec = {
  name: 'module',
  arity: -2,
  flags: [],
  group: 'server',
  since: '4.0.0',
  summary: 'Modules, of which there are none.',
  complexity: 'Depends on the subcommand',
  subcommands: [
    helpSubcommand('server', '5.0.0'),
    {
      name: 'list',
      arity: 2,
      flags,
      group: 'server',
      since: '4.0.0',
      summary: 'Lists the modules: none.',
      complexity: 'O(1)',
      run: (call) => call.reply.array(0),
    },
    refused('load', '4.0.0', '<path> [<arg> ...]', -3),
    refused('loadex', '7.0.0', '<path> [CONFIG <name> <value>] [ARGS <arg> [<arg> ...]]', -3),
    refused('unload', '4.0.0', '<name>', 3),
  ],
};
