// GEODIST key member1 member2 [M | KM | FT | MI]: the distance between two members. https://redis.io/commands/geodist
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from '../sorted-set/find-sorted-set.ts';
import { decodePlace, distance } from './geo-encoding.ts';
import { readUnit, replyDistance } from './read-place.ts';

export const command: CommandSpec = {
  name: 'geodist',
  arity: -4,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns the distance between two members.',
  syntax: '<key> <member1> <member2> [M|KM|FT|MI]',
  complexity: 'O(1)',
  run: geoDist,
};

function geoDist(call: Call): void {
  const { buf } = call;
  if (call.argc > 5) call.syntaxError();
  const unit = call.argc === 5 ? readUnit(call, 4) : 1;
  const cursor = openToRead(call, 1);
  const scoreOf = (i: number): number =>
    cursor?.find(buf, call.offset(i), call.length(i)) ? cursor.score : Number.NaN;
  const [from, to] = [scoreOf(2), scoreOf(3)];
  if (Number.isNaN(from) || Number.isNaN(to)) call.reply.nil();
  else replyDistance(call, distance(decodePlace(from), decodePlace(to)) / unit);
}
