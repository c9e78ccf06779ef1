// HGETALL key: all fields with their values, a map in RESP3. https://redis.io/commands/hgetall
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyLarge } from '../reply-collection.ts';

export const command: CommandSpec = {
  name: 'hgetall',
  arity: 2,
  flags: ['readonly'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['RO', 'access'],
  group: 'hash',
  since: '2.0.0',
  summary: 'Returns all fields with their values.',
  syntax: '<key>',
  complexity: 'O(N) for N fields',
  run: hgetall,
};

const large: CollectionReply = {
  type: EntryType.hash,
  header: (reply, count) => reply.map(count),
  writer: (reply) => (name, nameOffset, nameLength, value, valueOffset, valueLength) => {
    reply.bulk(name, nameOffset, nameLength);
    reply.bulk(value, valueOffset, valueLength);
  },
};

function hgetall(call: Call): void {
  const { reply } = call;
  const { elements } = call.store;
  if (!call.openToRead(1, EntryType.hash)) {
    reply.map(0);
    return;
  }
  if (replyLarge(call, large)) return;
  reply.map(elements.shown);
  elements.each((name, nameOffset, nameLength, value, valueOffset, valueLength) => {
    reply.bulk(name, nameOffset, nameLength);
    reply.bulk(value, valueOffset, valueLength);
  });
}
