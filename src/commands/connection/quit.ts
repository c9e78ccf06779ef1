// QUIT: OK, then the connection closes. https://redis.io/commands/quit
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'quit',
  arity: -1,
  flags: ['allow_busy', 'noscript', 'loading', 'stale', 'fast', 'no_auth'],
  isUnqueued: true,
  isForSubscribers: true,
  group: 'connection',
  since: '1.0.0',
  summary: 'Closes the connection.',
  complexity: 'O(1)',
  run: quit,
};

function quit(call: Call): void {
  call.reply.ok();
  call.session.closing = true;
}
