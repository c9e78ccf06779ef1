// MONITOR: from now on the client gets a line for each command that any client runs. https://redis.io/commands/monitor
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { SessionMode } from '../session.ts';

export const command: CommandSpec = {
  name: 'monitor',
  arity: 1,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'server',
  since: '1.0.0',
  summary: 'Shows every command that any client runs.',
  complexity: 'O(1)',
  run: monitor,
};

function monitor(call: Call): void {
  const { client, session } = call;
  if (client === undefined || session.denyBlocking || call.inTransaction) {
    throw new CommandError("ERR MONITOR isn't allowed for DENY BLOCKING client");
  }
  session.mode |= SessionMode.monitor;
  call.services.monitors.add(client);
  call.reply.ok();
}
