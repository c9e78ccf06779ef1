// HGETALL key: all fields with their values, a map in RESP3. https://redis.io/commands/hgetall
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { type CollectionReply, replyCollection } from '../reply-collection.ts';

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
  run: (call: Call) => replyCollection(call, form),
};

const form: CollectionReply = {
  type: EntryType.hash,
  header: (reply, count) => reply.map(count),
  names: true,
  values: true,
};
