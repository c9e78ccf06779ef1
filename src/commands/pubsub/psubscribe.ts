// PSUBSCRIBE pattern [pattern ...]: from now on the client gets the messages of all channels that match.
// https://redis.io/commands/psubscribe
import type { CommandSpec } from '../command.ts';
import { subscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'psubscribe',
  arity: -2,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  channels: { first: 1, last: -1, patterns: true },
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Subscribes to all channels that patterns match.',
  syntax: '<pattern> [<pattern> ...]',
  complexity: 'O(N), N being the number of patterns',
  run: (call) => subscribe(call, 'psubscribe', 'patterns'),
};
