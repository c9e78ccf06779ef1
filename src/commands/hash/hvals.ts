// HVALS key: the values of all fields. https://redis.io/commands/hvals
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyLarge } from '../reply-collection.ts';

export const command: CommandSpec = {
  name: 'hvals',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Returns the values of all fields.',
  syntax: '<key>',
  complexity: 'O(N) for N fields',
  run: hvals,
};

const large: CollectionReply = {
  type: EntryType.hash,
  header: (reply, count) => reply.array(count),
  writer: (reply) => (_name, _nameOffset, _nameLength, value, offset, length) =>
    reply.bulk(value, offset, length),
};

function hvals(call: Call): void {
  const { reply } = call;
  const { elements } = call.store;
  call.openToRead(1, EntryType.hash);
  if (replyLarge(call, large)) return;
  reply.array(elements.shown);
  elements.each((_name, _nameOffset, _nameLength, value, offset, length) =>
    reply.bulk(value, offset, length),
  );
}
