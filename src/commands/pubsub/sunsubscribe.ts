// SUNSUBSCRIBE [channel ...]: ends subscriptions to these shard channels, or to all.
// https://redis.io/commands/sunsubscribe
import type { CommandSpec } from '../command.ts';
import { unsubscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'sunsubscribe',
  arity: -1,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['not_key'],
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '7.0.0',
  summary: 'Ends subscriptions to shard channels, or all of them.',
  syntax: '[<shardchannel> ...]',
  complexity: 'O(N), N being the number of channels',
  run: (call) => unsubscribe(call, 'sunsubscribe', 'shards'),
};
