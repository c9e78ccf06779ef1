// MULTI: the client's next commands are queued until EXEC. https://redis.io/commands/multi
import { CommandError } from '../../base/errors.ts';
import { nestedMulti } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { SessionMode } from '../session.ts';
import { Transaction } from '../transaction.ts';

export const command: CommandSpec = {
  name: 'multi',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  isUnqueued: true,
  group: 'transactions',
  since: '1.2.0',
  summary: 'Begins a transaction: what follows is queued for EXEC.',
  complexity: 'O(1)',
  run: multi,
};

function multi(call: Call): void {
  const { session } = call;
  if (session.transaction !== undefined) throw new CommandError(nestedMulti);
  session.transaction = new Transaction();
  session.mode |= SessionMode.multi;
  call.reply.ok();
}
