// GEOHASH key [member ...]: the standard geohashes of members, by which other services know their places.
// https://redis.io/commands/geohash
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { openToRead } from '../sorted-set/find-sorted-set.ts';
import { decodePlace, geohashText } from './geo-encoding.ts';

export const command: CommandSpec = {
  name: 'geohash',
  arity: -2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '3.2.0',
  summary: 'Returns the geohashes of members.',
  syntax: '<key> [<member> ...]',
  complexity: 'O(N), N being the number of members',
  run: geoHash,
};

function geoHash(call: Call): void {
  const { reply, buf } = call;
  const cursor = openToRead(call, 1);
  reply.array(call.argc - 2);
  for (let i = 2; i < call.argc; i++) {
    if (cursor?.find(buf, call.offset(i), call.length(i))) {
      reply.bulkLatin1(geohashText(decodePlace(cursor.score)));
    } else reply.nil();
  }
}
