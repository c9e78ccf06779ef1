// What FLUSHDB and FLUSHALL share: their one option, and the refusal while peers would be emptied too. Memory comes
// back in slices afterwards, and before that to any write that needs it, so that nobody waits for a million keys to be
// freed; without ASYNC as much as takes no time to speak of is freed before the reply.
import { CommandError } from '../../base/errors.ts';
import { flushRefused } from '../../resp/errors.ts';
import type { Keyspace } from '../../store/keyspace.ts';
import type { Call } from '../call.ts';

/** Freed before the reply: some thousand keys, about two milliseconds. */
const promptSegments = 16;

/** Empties keyspaces and replies. Throws before it touches anything. */
export function flush(call: Call, keyspaces: readonly Keyspace[]): void {
  const { services, store, argc } = call;
  const isAsync = argc === 2 && call.is(1, 'async');
  if (argc > 2 || (argc === 2 && !isAsync && !call.is(1, 'sync'))) call.syntaxError();
  if (services.syncing && !services.allowFlush) throw new CommandError(flushRefused(call.name));
  // Where nobody can have keys that this node has not seen, an empty keyspace has nothing to say.
  for (const ks of keyspaces) if (services.syncing || ks.table.size > 0) store.flush(ks);
  services.tracking.replaced();
  if (!isAsync) store.freeSlice(promptSegments);
  call.reply.ok();
}
