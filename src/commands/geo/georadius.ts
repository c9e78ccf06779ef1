// GEORADIUS key longitude latitude radius unit [...], GEORADIUSBYMEMBER key member radius unit [...] and their
// read-only forms: the older ways to search a circle. https://redis.io/commands/georadius
import type { CommandSpec, KeySpec, KeyUse } from '../command.ts';
import type { RequestArgs } from '../executor.ts';
import { optionsIn } from '../keys-of.ts';
import { search } from './search.ts';

/** The keys: the one searched, and those behind STORE and STOREDIST. */
function keySpecs(from: number): readonly KeySpec[] {
  return [
    { flags: ['RO', 'access'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['OW', 'update'], begin: { word: 'STORE', from }, find: { last: 0, step: 1 } },
    { flags: ['OW', 'update'], begin: { word: 'STOREDIST', from }, find: { last: 0, step: 1 } },
  ];
}

/** Of several destinations the last is written to. */
function keysFrom(from: number): (args: RequestArgs, base: number) => KeyUse[] {
  return (args, base) => {
    const uses: KeyUse[] = [{ index: base + 1, flags: ['RO', 'access'] }];
    for (const { word, at } of optionsIn(args, base + from, { count: 1, store: 1, storedist: 1 })) {
      if (word !== 'count') uses[1] = { index: at + 1, flags: ['OW', 'update'] };
    }
    return uses;
  };
}

export const commands: readonly CommandSpec[] = [
  {
    name: 'georadius',
    arity: -6,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    keySpecs: keySpecs(6),
    findKeys: keysFrom(6),
    group: 'geo',
    since: '3.2.0',
    summary: 'Returns or stores the members in a circle around a place.',
    syntax:
      '<key> <longitude> <latitude> <radius> M|KM|FT|MI [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT ' +
      '<count> [ANY]] [ASC|DESC] [STORE <key>] [STOREDIST <key>]',
    complexity: 'O(N+log(M)), N being the members in the box around the circle, M those in the circle',
    run: (call) => search(call, { kind: 'radius', key: 1, mayStore: true }),
  },
  {
    name: 'georadius_ro',
    arity: -6,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'geo',
    since: '3.2.10',
    summary: 'Returns the members in a circle around a place.',
    syntax:
      '<key> <longitude> <latitude> <radius> M|KM|FT|MI [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT ' +
      '<count> [ANY]] [ASC|DESC]',
    complexity: 'O(N+log(M)), N being the members in the box around the circle, M those in the circle',
    run: (call) => search(call, { kind: 'radius', key: 1 }),
  },
  {
    name: 'georadiusbymember',
    arity: -5,
    flags: ['write', 'denyoom', 'movablekeys'],
    keys: { first: 1, last: 1, step: 1 },
    keySpecs: keySpecs(5),
    findKeys: keysFrom(5),
    group: 'geo',
    since: '3.2.0',
    summary: 'Returns or stores the members in a circle around a member.',
    syntax:
      '<key> <member> <radius> M|KM|FT|MI [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> ' +
      '[ANY]] [ASC|DESC] [STORE <key>] [STOREDIST <key>]',
    complexity: 'O(N+log(M)), N being the members in the box around the circle, M those in the circle',
    run: (call) => search(call, { kind: 'radiusbymember', key: 1, mayStore: true }),
  },
  {
    name: 'georadiusbymember_ro',
    arity: -5,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'geo',
    since: '3.2.10',
    summary: 'Returns the members in a circle around a member.',
    syntax:
      '<key> <member> <radius> M|KM|FT|MI [WITHCOORD] [WITHDIST] [WITHHASH] [COUNT <count> ' +
      '[ANY]] [ASC|DESC]',
    complexity: 'O(N+log(M)), N being the members in the box around the circle, M those in the circle',
    run: (call) => search(call, { kind: 'radiusbymember', key: 1 }),
  },
];
