// PUNSUBSCRIBE [pattern ...]: ends subscriptions to these patterns, or to all. https://redis.io/commands/punsubscribe
import type { CommandSpec } from '../command.ts';
import { unsubscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'punsubscribe',
  arity: -1,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Ends subscriptions to patterns, or all of them.',
  syntax: '[<pattern> ...]',
  complexity: 'O(N), N being the number of patterns',
  run: (call) => unsubscribe(call, 'punsubscribe', 'patterns'),
};
