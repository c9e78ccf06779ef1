// WAIT numreplicas timeout: how many replicas have the writes of this connection: none, for there are none, so there is
// nothing to wait for. What hubs have is EDGE.SYNC's to say. https://redis.io/commands/wait
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'wait',
  arity: 3,
  flags: ['noscript'],
  categories: ['blocking', 'connection'],
  group: 'generic',
  since: '3.0.0',
  summary: 'Returns how many replicas have the writes so far: none.',
  complexity: 'O(1)',
  syntax: '<numreplicas> <timeout>',
  run: wait,
};

function wait(call: Call): void {
  call.integer(1);
  if (call.integer(2, 'ERR timeout is not an integer or out of range') < 0) {
    throw new CommandError('ERR timeout is negative');
  }
  call.reply.integer(0);
}
