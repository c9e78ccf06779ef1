// SMEMBERS key: all members, a set in RESP3. https://redis.io/commands/smembers
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyLarge } from '../reply-collection.ts';

export const command: CommandSpec = {
  name: 'smembers',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'set',
  since: '1.0.0',
  summary: 'Returns all members.',
  syntax: '<key>',
  complexity: 'O(N) for N members',
  run: smembers,
};

const large: CollectionReply = {
  type: EntryType.set,
  header: (reply, count) => reply.set(count),
  writer: (reply) => (name, offset, length) => reply.bulk(name, offset, length),
};

function smembers(call: Call): void {
  const { reply } = call;
  const { elements } = call.store;
  call.openToRead(1, EntryType.set);
  if (replyLarge(call, large)) return;
  reply.set(elements.size);
  elements.each((name, offset, length) => reply.bulk(name, offset, length));
}
