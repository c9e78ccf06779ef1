// EXEC: runs the queued commands one after another with nothing in between, unless one was refused or a watched key has
// changed. All of it happens in one turn, so what it writes is one group: one block of the journal, and one batch on
// links. https://redis.io/commands/exec
import { CommandError } from '../../base/errors.ts';
import { execAborted, execRefused, execWithoutMulti, outOfMemory } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { discardTransaction } from '../interplay.ts';
import type { Transaction } from '../transaction.ts';

export const command: CommandSpec = {
  name: 'exec',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'skip_slowlog'],
  isUnqueued: true,
  runsTransaction: true,
  onRefused: discardAndTell,
  group: 'transactions',
  since: '1.2.0',
  summary: 'Runs the commands queued since MULTI.',
  complexity: 'That of the commands in the transaction',
  run: exec,
};

function exec(call: Call): void {
  const { session, services, reply } = call;
  const { transaction } = session;
  if (transaction === undefined) throw new CommandError(execWithoutMulti);
  const isSpoilt = services.watched.isSpoilt(session);
  const refusal = transaction.failed || isSpoilt ? undefined : refusalOf(call, transaction);
  discardTransaction(services.watched, session);
  if (transaction.failed) throw new CommandError(execAborted);
  if (refusal !== undefined) throw new CommandError(execRefused(refusal));
  if (isSpoilt) {
    reply.nilArray();
    return;
  }
  reply.array(transaction.queue.length);
  call.inTransaction = true;
  try {
    for (const { entry, args } of transaction.queue) call.runInner(entry, args);
  } finally {
    call.inTransaction = false;
  }
}

/** Why the transaction may not run now although its commands were accepted. */
function refusalOf(call: Call, transaction: Transaction): string | undefined {
  const { services, store } = call;
  if (transaction.needsMemory && store.usedBytes > store.limitBytes) return outOfMemory;
  return transaction.writes ? services.writeRefusal() : undefined;
}

/** An EXEC that is refused itself ends the transaction and what is watched, and says so even where there is none. */
function discardAndTell(call: Call, message: string): string {
  discardTransaction(call.services.watched, call.session);
  return execRefused(message.replace(/^ERR /, ''));
}
