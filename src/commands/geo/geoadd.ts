// GEOADD key [NX | XX] [CH] longitude latitude member [...]: puts places into a sorted set, whose scores encode them.
// https://redis.io/commands/geoadd
import { Condition } from '../../store/sorted-sets.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { isOneOf } from '../keys-of.ts';
import { addMembers } from '../sorted-set/add-members.ts';
import { encodePlace } from './geo-encoding.ts';
import { readPlace } from './read-place.ts';

export const command: CommandSpec = {
  name: 'geoadd',
  arity: -5,
  flags: ['write', 'denyoom'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RW', 'update'],
  onUnheld: (args) => (isOneOf(args, 2, ['nx', 'xx', 'ch']) ? 'needs' : 'adds'),
  group: 'geo',
  since: '3.2.0',
  summary: 'Puts members with their places into a sorted set.',
  syntax: '<key> [NX|XX] [CH] <longitude> <latitude> <member> [<longitude> <latitude> <member> ...]',
  complexity: 'O(log(N)) for each member, N being the size of the sorted set',
  run: geoAdd,
};

function geoAdd(call: Call): void {
  let condition = 0;
  let countChanged = false;
  let next = 2;
  for (; next < call.argc; next++) {
    if (call.is(next, 'nx')) condition |= Condition.isNew;
    else if (call.is(next, 'xx')) condition |= Condition.exists;
    else if (call.is(next, 'ch')) countChanged = true;
    else break;
  }
  const both = Condition.isNew | Condition.exists;
  if ((call.argc - next) % 3 !== 0 || (condition & both) === both) call.syntaxError();
  const count = (call.argc - next) / 3;
  if (count === 0) call.syntaxError();
  const scoreOf = (own: Call, n: number): number => encodePlace(readPlace(own, next + 3 * n));
  addMembers(call, { condition, countChanged, count, scoreOf, firstMember: next + 2, step: 3 });
}
