// ECHO message: the message. redis-cli --pipe ends with one. https://redis.io/commands/echo
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'echo',
  arity: 2,
  flags: ['loading', 'stale', 'fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Returns the message it is given.',
  complexity: 'O(1)',
  syntax: '<message>',
  run: echo,
};

function echo(call: Call): void {
  call.reply.bulk(call.buf, call.offset(1), call.length(1));
}
