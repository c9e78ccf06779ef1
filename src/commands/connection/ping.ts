// PING [message]: PONG, or the message. https://redis.io/commands/ping
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'ping',
  arity: -1,
  flags: ['fast'],
  group: 'connection',
  since: '1.0.0',
  summary: 'Returns PONG, or the message it is given.',
  syntax: '[<message>]',
  run: ping,
};

function ping(call: Call): void {
  if (call.argc === 1) call.reply.pong();
  else if (call.argc === 2) call.reply.bulk(call.buf, call.offset(1), call.length(1));
  else throw new CommandError(wrongArguments('ping'));
}
