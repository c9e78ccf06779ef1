// UNSUBSCRIBE [channel ...]: the client gets no more messages of these channels, or of any.
// https://redis.io/commands/unsubscribe
import type { CommandSpec } from '../command.ts';
import { unsubscribe } from './subscribing.ts';

export const command: CommandSpec = {
  name: 'unsubscribe',
  arity: -1,
  flags: ['pubsub', 'noscript', 'loading', 'stale'],
  isForSubscribers: true,
  repliesByPush: true,
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Ends subscriptions to channels, or all of them.',
  syntax: '[<channel> ...]',
  complexity: 'O(N), N being the number of channels',
  run: (call) => unsubscribe(call, 'unsubscribe', 'channels'),
};
