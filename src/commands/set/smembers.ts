// SMEMBERS key: all members, a set in RESP3. https://redis.io/commands/smembers
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyCollection } from '../reply-collection.ts';

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
  run: (call: Call) => replyCollection(call, form),
};

const form: CollectionReply = {
  type: EntryType.set,
  header: (reply, count) => reply.set(count),
  names: true,
  values: false,
};
