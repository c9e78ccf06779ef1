// CLIENT UNBLOCK id [TIMEOUT|ERROR]: ends the wait of a client in a blocking command, as if its time were up or with an
// error. https://redis.io/commands/client-unblock
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const clientUnblock: CommandSpec = {
  name: 'unblock',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '5.0.0',
  summary: 'Ends the wait of a client in a blocking command.',
  syntax: '<id> [TIMEOUT|ERROR]',
  complexity: 'O(N), N being the clients that wait',
  run: unblock,
};

const unblocked = 'UNBLOCKED client unblocked via CLIENT UNBLOCK';

function unblock(call: Call): void {
  if (call.argc > 4) call.syntaxError();
  let error: string | undefined;
  if (call.argc === 4) {
    if (call.is(3, 'error')) error = unblocked;
    else if (!call.is(3, 'timeout')) {
      throw new CommandError('ERR CLIENT UNBLOCK reason should be TIMEOUT or ERROR');
    }
  }
  const id = call.integer(2);
  const isUnblocked = call.services.blocked.unblock(id, error);
  if (isUnblocked && error !== undefined) {
    const { errors } = call.services.stats;
    errors.set('UNBLOCKED', (errors.get('UNBLOCKED') ?? 0) + 1);
  }
  call.reply.integer(isUnblocked ? 1 : 0);
}
