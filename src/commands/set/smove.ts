// SMOVE source destination member: moves a member from one set to another. https://redis.io/commands/smove
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'smove',
  arity: 4,
  flags: ['write', 'fast'],
  keys: { first: 1, last: 2, step: 1 },
  keySpecs: [
    { flags: ['RW', 'access', 'delete'], begin: 1, find: { last: 0, step: 1 } },
    { flags: ['RW', 'insert'], begin: 2, find: { last: 0, step: 1 } },
  ],
  group: 'set',
  since: '1.0.0',
  summary: 'Moves a member from one set to another.',
  syntax: '<source> <destination> <member>',
  complexity: 'O(1)',
  run: smove,
};

function smove(call: Call): void {
  const { buf, reply } = call;
  const { elements } = call.store;
  const [offset, length] = [call.offset(3), call.length(3)];
  if (!call.openToWrite(1, EntryType.set)) {
    reply.integer(0);
    return;
  }
  call.openToWrite(2, EntryType.set);
  call.openToWrite(1, EntryType.set);
  const isThere = elements.get(buf, offset, length);
  if (!isThere || call.sameBytes(1, 2)) {
    reply.integer(isThere ? 1 : 0);
    return;
  }
  // The put comes first, because it alone can fail.
  call.openToWrite(2, EntryType.set);
  // A member that is there already is not put again: whoever watches the destination sees no change.
  const added = !elements.get(buf, offset, length);
  if (added) elements.put(buf, offset, length, buf, 0, 0);
  call.openToWrite(1, EntryType.set);
  elements.drop(buf, offset, length);
  const gone = elements.at === 0;
  call.notify('srem', 1);
  if (gone) call.notify('del', 1);
  if (added) call.notify('sadd', 2);
  reply.integer(1);
}
