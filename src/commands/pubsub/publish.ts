// PUBLISH channel message: sends it to the clients of this node that have subscribed, and replies with their number.
// https://redis.io/commands/publish
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'publish',
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast'],
  channels: { first: 1, last: 1, patterns: false },
  isPausedAsWrite: true,
  group: 'pubsub',
  since: '2.0.0',
  summary: 'Sends a message to the subscribers of a channel.',
  syntax: '<channel> <message>',
  complexity: 'O(N+M), N being the subscribers of the channel, M the patterns subscribed to',
  run: publish,
};

function publish(call: Call): void {
  const channel = call.bytes(1).toString('latin1');
  const message = call.buf.subarray(call.offset(2), call.offset(2) + call.length(2));
  call.reply.integer(call.services.pubsub.publish(channel, message));
}
