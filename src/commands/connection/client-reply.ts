// CLIENT REPLY ON|OFF|SKIP: whether this connection is answered: always, not any more, or not for the next command.
// What is pushed comes all the same. https://redis.io/commands/client-reply
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { SessionMode } from '../session.ts';

export const clientReply: CommandSpec = {
  name: 'reply',
  arity: 3,
  flags: ['noscript', 'loading', 'stale'],
  group: 'connection',
  since: '3.2.0',
  summary: 'Whether this connection is answered.',
  syntax: 'ON|OFF|SKIP',
  complexity: 'O(1)',
  run: reply,
};

function reply(call: Call): void {
  const { session } = call;
  if (call.is(2, 'on')) {
    session.mode &= ~(SessionMode.silent | SessionMode.silentOnce | SessionMode.silentNext);
    call.reply.ok();
  } else if (call.is(2, 'off')) session.mode |= SessionMode.silent;
  else if (call.is(2, 'skip'))
    session.mode |= (session.mode & SessionMode.silent) === 0 ? SessionMode.silentNext : 0;
  else call.syntaxError();
}
