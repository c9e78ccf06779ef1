// SSUBSCRIBE channel [channel ...]: the same for shard channels, which without a cluster are a second set of channels.
// https://redis.io/commands/ssubscribe
import type { CommandSpec } from '../command.ts';
import { subscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'ssubscribe',
  arity: -2,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  keys: { first: 1, last: -1, step: 1 },
  keyFlags: ['not_key'],
  channels: { first: 1, last: -1, patterns: false },
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '7.0.0',
  summary: 'Subscribes to shard channels.',
  syntax: '<shardchannel> [<shardchannel> ...]',
  complexity: 'O(N), N being the number of channels',
  run: (call) => subscribe(call, 'ssubscribe', 'shards'),
};
