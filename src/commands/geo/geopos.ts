// GEOPOS key [member ...]: the places of members. https://redis.io/commands/geopos
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from '../sorted-set/find-sorted-set.ts';
import { decodePlace } from './geo-encoding.ts';
import { replyPlace } from './read-place.ts';

export const command: CommandSpec = {
  name: 'geopos',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns the places of members.',
  syntax: '<key> [<member> ...]',
  complexity: 'O(N), N being the number of members',
  run: geoPos,
};

function geoPos(call: Call): void {
  const { reply, buf } = call;
  const cursor = openToRead(call, 1);
  reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    if (cursor?.find(buf, call.offset(i), call.length(i))) replyPlace(call, decodePlace(cursor.score));
    else reply.nilArray();
  }
}
