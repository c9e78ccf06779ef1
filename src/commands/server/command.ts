// COMMAND, COMMAND COUNT, INFO, DOCS, LIST, GETKEYS, GETKEYSANDFLAGS: what the commands' own metadata says, in the
// shapes that clients parse. https://redis.io/commands/command
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { commandDocs } from './command-docs.ts';
import { commandGetKeys, commandGetKeysAndFlags } from './command-getkeys.ts';
import { commandInfo, replyInfo } from './command-info.ts';
import { commandListing } from './command-listing.ts';

export const command: CommandSpec = {
  name: 'command',
  arity: -1,
  flags: ['loading', 'stale'],
  categories: ['connection'],
  group: 'server',
  since: '2.8.13',
  summary: 'Describes all commands.',
  complexity: 'O(N), N being the number of commands',
  run: all,
  subcommands: [
    {
      name: 'count',
      arity: 2,
      flags: ['loading', 'stale'],
      categories: ['connection'],
      group: 'server',
      since: '2.8.13',
      summary: 'Returns how many commands there are.',
      run: (call) => call.reply.integer(call.services.table.size),
    },
    commandDocs,
    commandGetKeys,
    commandGetKeysAndFlags,
    helpSubcommand('server', '5.0.0', ['connection']),
    commandInfo,
    commandListing,
  ],
};

function all(call: Call): void {
  const entries = call.services.table.entries();
  call.reply.array(entries.length);
  for (const entry of entries) replyInfo(call.reply, entry);
}
