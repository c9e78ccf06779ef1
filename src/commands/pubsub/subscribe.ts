// SUBSCRIBE channel [channel ...]: from now on the client gets the messages of these channels.
// https://redis.io/commands/subscribe
import type { CommandSpec } from '../command.ts';
import { subscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'subscribe',
  arity: -2,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  channels: { first: 1, last: -1, patterns: false },
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Subscribes to channels.',
  syntax: '<channel> [<channel> ...]',
  complexity: 'O(N), N being the number of channels',
  run: (call) => subscribe(call, 'subscribe', 'channels'),
};
