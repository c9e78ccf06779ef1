// PING [message]: PONG, or the message. https://redis.io/commands/ping
import { CommandError } from '../../base/errors.ts';
import { wrongArguments } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'ping',
  arity: -1,
  flags: ['fast'],
  isForSubscribers: true,
  group: 'connection',
  since: '1.0.0',
  summary: 'Returns PONG, or the message it is given.',
  complexity: 'O(1)',
  syntax: '[<message>]',
  run: ping,
};

function ping(call: Call): void {
  if (call.session.subscriptions !== undefined && call.session.protocol === 2) replyToSubscriber(call);
  else if (call.argc === 1) call.reply.pong();
  else if (call.argc === 2) call.reply.bulk(call.buf, call.offset(1), call.length(1));
  else throw new CommandError(wrongArguments('ping'));
}

/** A RESP2 client that has subscribed to something gets messages only, so this is one. */
function replyToSubscriber(call: Call): void {
  if (call.argc > 2) throw new CommandError(wrongArguments('ping'));
  call.reply.array(2);
  call.reply.bulkLatin1('pong');
  if (call.argc === 2) call.reply.bulk(call.buf, call.offset(1), call.length(1));
  else call.reply.bulkLatin1('');
}
