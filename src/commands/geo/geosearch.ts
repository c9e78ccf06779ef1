// GEOSEARCH key FROMMEMBER | FROMLONLAT BYRADIUS | BYBOX [ASC | DESC] [COUNT count [ANY]] [WITHCOORD] [WITHDIST]
// [WITHHASH]: the members within a circle or a box. https://redis.io/commands/geosearch
import type { CommandSpec } from '../command.ts';
import { search } from './search.ts';

export const command: CommandSpec = {
  name: 'geosearch',
  arity: -7,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  group: 'geo',
  since: '6.2.0',
  summary: 'Returns the members in a circle or a box.',
  syntax:
    '<key> (FROMMEMBER <member> | FROMLONLAT <longitude> <latitude>) (BYRADIUS <radius> ' +
    'M|KM|FT|MI | BYBOX <width> <height> M|KM|FT|MI) [ASC|DESC] [COUNT <count> [ANY]] ' +
    '[WITHCOORD] [WITHDIST] [WITHHASH]',
  complexity: 'O(N+log(M)), N being the members in the box around the shape, M those in the shape',
  run: (call) => search(call, { kind: 'search', key: 1 }),
};
