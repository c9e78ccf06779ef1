// TIME: the wall clock as seconds and microseconds, as precise as the turn's. https://redis.io/commands/time
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'time',
  arity: 1,
  flags: ['loading', 'stale', 'fast'],
  group: 'server',
  since: '2.6.0',
  summary: 'Returns the time of the server.',
  complexity: 'O(1)',
  run: time,
};

function time(call: Call): void {
  const { nowMs } = call.store;
  call.reply.array(2);
  call.reply.bulkInteger(Math.floor(nowMs / 1000));
  call.reply.bulkInteger(Math.floor((nowMs % 1000) * 1000));
}
