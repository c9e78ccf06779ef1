// GEOSEARCHSTORE destination source ...: as GEOSEARCH, with the members put in place of what the destination holds,
// with their places or, with STOREDIST, their distances as scores. https://redis.io/commands/geosearchstore
import type { CommandSpec } from '../command.ts';
import { search } from './search.ts';

export const command: CommandSpec = {
  name: 'geosearchstore',
  arity: -8,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['OW', 'update'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RO', 'access'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'geo',
  since: '6.2.0',
  summary: 'Stores the members in a circle or a box.',
  syntax:
    '<destination> <source> (FROMMEMBER <member> | FROMLONLAT <longitude> <latitude>) (BYRADIUS ' +
    '<radius> M|KM|FT|MI | BYBOX <width> <height> M|KM|FT|MI) [ASC|DESC] [COUNT <count> [ANY]] [STOREDIST]',
  complexity: 'O(N+log(M)), N being the members in the box around the shape, M those in the shape',
  run: (call) => search(call, { kind: 'searchstore', key: 2 }),
};
