// UNWATCH: no key is watched any more, and changes so far do not count. https://redis.io/commands/unwatch
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'unwatch',
  arity: 1,
  flags: ['noscript', 'loading', 'stale', 'fast', 'allow_busy'],
  group: 'transactions',
  since: '2.2.0',
  summary: 'Forgets all watched keys.',
  complexity: 'O(1)',
  run: unwatch,
};

function unwatch(call: Call): void {
  call.services.watched.unwatch(call.session);
  call.reply.ok();
}
