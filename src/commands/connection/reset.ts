// RESET: the connection is as if it were new: RESP2, database 0, no name, not authenticated where a password is asked
// for, in no transaction, and with no subscriptions. https://redis.io/commands/reset
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { forgetClient } from '../interplay.ts';

export const command: CommandSpec = {
  name: 'reset',
  arity: 1,
  flags: ['allow_busy', 'noscript', 'loading', 'stale', 'fast', 'no_auth'],
  isUnqueued: true,
  isForSubscribers: true,
  group: 'connection',
  since: '6.2.0',
  summary: 'Sets the connection back to how it began.',
  complexity: 'O(1)',
  run: reset,
};

function reset(call: Call): void {
  const { session, client } = call;
  if (client !== undefined) forgetClient(call.services, client);
  session.protocol = 2;
  session.db = 0;
  session.name = '';
  session.noEvict = false;
  session.noTouch = false;
  call.services.users.admitAsDefault(session);
  call.reply.protocol = 2;
  call.reply.simple('RESET');
}
