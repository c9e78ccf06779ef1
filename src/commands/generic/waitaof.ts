// WAITAOF numlocal numreplicas timeout: waits until this node's disk has what was written before it, whatever
// appendfsync says. While the disk fails it has not: that is the answer, since a wait could be for ever. Replicas there
// are none. https://redis.io/commands/waitaof
import { CommandError } from '../../base/errors.ts';
import { valueNotBetween } from '../../resp/errors.ts';
import type { ReplyWriter } from '../../resp/reply-writer.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'waitaof',
  arity: 4,
  flags: ['noscript'],
  categories: ['blocking', 'connection'],
  group: 'generic',
  since: '7.2.0',
  summary: 'Waits until the disk has the writes so far.',
  syntax: '<numlocal> <numreplicas> <timeout:integer>',
  complexity: 'O(1)',
  run: waitAof,
};

const timeoutMsMax = 2 ** 31 - 1;

function waitAof(call: Call): void {
  const { journal, persistent, timers } = call.services;
  const local = call.integer(1);
  if (local < 0 || local > 1) throw new CommandError(valueNotBetween(0, 1));
  if (call.integer(2) < 0) throw new CommandError('ERR value is out of range, must be positive');
  const timeoutMs = call.integer(3, 'ERR timeout is not an integer or out of range');
  if (timeoutMs < 0) throw new CommandError('ERR timeout is negative');
  if (local === 1 && !persistent) {
    throw new CommandError('ERR WAITAOF cannot be used when numlocal is set but appendonly is disabled.');
  }
  const wanted = journal?.seq ?? 0;
  const isDurable = (): boolean => persistent && journal !== undefined && journal.durableSeq >= wanted;
  const isDecided = (): boolean => isDurable() || journal?.failure !== undefined;
  if (journal === undefined || local === 0 || isDecided() || call.inTransaction) {
    answer(call.reply, isDurable());
    return;
  }
  const deferral = call.defer();
  const finish = (): void => {
    stopListening();
    stopTimer();
    deferral.resume((reply) => answer(reply, isDurable()));
  };
  const stopListening = journal.onDurable(() => {
    if (isDecided() || deferral.gone) finish();
  });
  const stopTimer = timeoutMs > 0 ? timers.after(Math.min(timeoutMs, timeoutMsMax), finish) : () => {};
  // What was appended in this turn is not written before its end.
  timers.soon(() => journal.requestSync());
}

function answer(reply: ReplyWriter, isLocal: boolean): void {
  reply.array(2);
  reply.integer(isLocal ? 1 : 0);
  reply.integer(0);
}
