// EDGE.CONFLICTS [COUNT | LIST [n] | GET id | CLEAR [id]]: the conflict log: concurrent writes of which one lost, with
// both values: of keys, and of fields, members and list elements; and keys that nodes used for different types, of
// which the earlier lost. Without arguments the newest hundred.
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { ConflictSideView, ConflictView } from '../edge-view.ts';
import { edgeArguments, edgeCommand, firstArgument } from './edge-command.ts';

const listedDefault = 100;
const listedMax = 10_000;

export const command = edgeCommand({
  name: 'conflicts',
  min: 0,
  max: 2,
  syntax: '[COUNT | LIST [n] | GET id | CLEAR [id]]',
  summary: 'The conflict log: concurrent writes of which one lost, with both values.',
  run: conflicts,
});

function conflicts(call: Call): void {
  const { edge } = call.services;
  const words = edgeArguments(call);
  const first = firstArgument(call);
  if (words === 0) {
    replyList(call, edge.conflicts(listedDefault));
  } else if (call.is(first, 'list')) {
    replyList(call, edge.conflicts(words === 1 ? listedDefault : listed(call, first + 1)));
  } else if (call.is(first, 'count') && words === 1) {
    call.reply.integer(edge.conflictCount());
  } else if (call.is(first, 'get') && words === 2) {
    const found = edge.conflict(call.integer(first + 1));
    if (found === undefined) call.reply.nil();
    else replyConflict(call, found);
  } else if (call.is(first, 'clear')) {
    call.reply.integer(edge.clearConflicts(words === 1 ? undefined : call.integer(first + 1)));
  } else call.syntaxError();
}

function listed(call: Call, i: number): number {
  const count = call.integer(i);
  if (count < 0 || count > listedMax) throw new CommandError(`ERR count must be between 0 and ${listedMax}`);
  return count;
}

function replyList(call: Call, found: readonly ConflictView[]): void {
  call.reply.array(found.length);
  for (const conflict of found) replyConflict(call, conflict);
}

function replyConflict(call: Call, conflict: ConflictView): void {
  const { reply } = call;
  reply.map(9);
  reply.bulkText('id');
  reply.integer(conflict.id);
  reply.bulkText('db');
  reply.integer(conflict.db);
  reply.bulkText('key');
  reply.bulk(conflict.key, 0, conflict.key.length);
  reply.bulkText('type');
  reply.bulkText(conflict.type);
  reply.bulkText('element');
  if (conflict.element === undefined) reply.nil();
  else reply.bulk(conflict.element, 0, conflict.element.length);
  reply.bulkText('found');
  reply.bulkText(new Date(conflict.foundMs).toISOString());
  reply.bulkText('strategy');
  reply.bulkText(conflict.strategy);
  replySide(call, 'winner', conflict.type, conflict.winner);
  replySide(call, 'loser', conflict.loserType ?? conflict.type, conflict.loser);
}

function replySide(call: Call, name: string, type: string, side: ConflictSideView): void {
  const { reply } = call;
  reply.bulkText(name);
  reply.map(5);
  reply.bulkText('type');
  reply.bulkText(type);
  reply.bulkText('origin');
  reply.bulkText(side.origin);
  reply.bulkText('stamp');
  reply.integer(side.stamp);
  reply.bulkText('written');
  reply.bulkText(new Date(side.writtenMs).toISOString());
  reply.bulkText('value');
  reply.bulk(side.value, 0, side.value.length);
}
