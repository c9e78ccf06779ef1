// WATCH key [key ...]: the next EXEC does nothing if one of the keys has changed by then, whoever changed it: a client,
// a peer whose writes are joined, a deadline, an eviction or a flush. https://redis.io/commands/watch
import { CommandError } from '../../base/errors.ts';
import { watchInMulti } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'watch',
  arity: -2,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['RO'],
  isUnqueued: true,
  group: 'transactions',
  since: '2.2.0',
  summary: 'Lets the next EXEC run only if the keys have not changed.',
  syntax: '<key> [<key> ...]',
  complexity: 'O(N), N being the number of keys',
  run: watch,
};

function watch(call: Call): void {
  const { session, services } = call;
  if (session.transaction !== undefined) throw new CommandError(watchInMulti);
  for (let i = 1; i < call.argc; i++) services.watched.watch(session, call.keyId(i));
  call.reply.ok();
}
