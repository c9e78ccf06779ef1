// HVALS key: the values of all fields. https://redis.io/commands/hvals
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyCollection } from '../reply-collection.ts';

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
  run: (call: Call) => replyCollection(call, form),
};

const form: CollectionReply = {
  type: EntryType.hash,
  header: (reply, count) => reply.array(count),
  names: false,
  values: true,
};
