// CLIENT PAUSE ms [WRITE|ALL] and CLIENT UNPAUSE: holds all requests, or those that write, for a while. Keys do not
// expire meanwhile, but are hidden. https://redis.io/commands/client-pause
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readTimeoutMs } from '../timeout.ts';

export const clientPause: CommandSpec = {
  name: 'pause',
  arity: -3,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '3.0.0',
  summary: 'Holds the requests of all clients for a time.',
  syntax: '<ms> [WRITE|ALL]',
  complexity: 'O(1)',
  run: pause,
};

export const clientUnpause: CommandSpec = {
  name: 'unpause',
  arity: 2,
  flags: ['admin', 'noscript', 'loading', 'stale'],
  group: 'connection',
  since: '6.2.0',
  summary: 'Lets held requests run.',
  complexity: 'O(N), N being the requests that were held',
  run: (call) => {
    call.services.pause.end();
    call.reply.ok();
  },
};

function pause(call: Call): void {
  let holdsAll = true;
  if (call.argc === 4) {
    if (call.is(3, 'write')) holdsAll = false;
    else if (!call.is(3, 'all')) throw new CommandError('ERR CLIENT PAUSE mode must be WRITE or ALL');
  } else if (call.argc > 4) call.syntaxError();
  const { nowMs } = call.store;
  call.services.pause.begin(nowMs, nowMs + readTimeoutMs(call, 2), holdsAll);
  call.reply.ok();
}
