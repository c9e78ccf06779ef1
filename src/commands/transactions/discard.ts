// DISCARD: drops the commands queued since MULTI, and all watches. https://redis.io/commands/discard
import { CommandError } from '../../base/errors.ts';
import { discardWithoutMulti } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { discardTransaction } from '../interplay.ts';

export const command: CommandSpec = {
  name: 'discard',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  isUnqueued: true,
  group: 'transactions',
  since: '2.0.0',
  summary: 'Drops the commands queued since MULTI.',
  complexity: 'O(N), N being the number of commands queued',
  run: discard,
};

function discard(call: Call): void {
  if (call.session.transaction === undefined) throw new CommandError(discardWithoutMulti);
  discardTransaction(call.services.watched, call.session);
  call.reply.ok();
}
