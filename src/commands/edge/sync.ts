// EDGE.SYNC [ASYNC] [FULL]: syncs with the hub now. The reply comes when the hub has everything durably that was
// written before, and says how much went each way; or an error says why not. ASYNC replies at once. FULL sends
// everything.
import type { Call } from '../call.ts';
import { edgeArguments, edgeCommand, firstArgument, reasonOf, replyRows } from './edge-command.ts';

export const command = edgeCommand({
  name: 'sync',
  min: 0,
  max: 2,
  syntax: '[ASYNC] [FULL]',
  summary: 'Syncs with the hub now and waits until the hub has everything durably.',
  run: sync,
});

function sync(call: Call): void {
  const from = firstArgument(call);
  const words = Array.from({ length: edgeArguments(call) }, (_, i) => call.text(from + i).toLowerCase());
  if (words.some((w) => w !== 'async' && w !== 'full') || new Set(words).size < words.length)
    call.syntaxError();
  const { edge, log } = call.services;
  const isFull = words.includes('full');
  if (words.includes('async')) {
    edge.sync(isFull).catch((error: unknown) => log.warn('sync failed', { reason: reasonOf(error) }));
    call.reply.ok();
    return;
  }
  // Where nothing may wait this throws, and then nobody would handle the sync's failure.
  const later = call.defer();
  edge.sync(isFull).then(
    (rows) => later.resume((reply) => replyRows({ reply }, [['status', 'ok'], ...rows])),
    (error: unknown) => later.resume((reply) => reply.error(`ERR sync failed: ${reasonOf(error)}`)),
  );
}
