// SPUBLISH channel message: the same as PUBLISH for a shard channel. https://redis.io/commands/spublish
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';

export const command: CommandSpec = {
  name: 'spublish',
  arity: 3,
  flags: ['pubsub', 'loading', 'stale', 'fast'],
  keys: { first: 1, last: 1, step: 1 },
  keyFlags: ['not_key'],
  channels: { first: 1, last: 1, patterns: false },
  isPausedAsWrite: true,
  group: 'pubsub',
  since: '7.0.0',
  summary: 'Sends a message to the subscribers of a shard channel.',
  syntax: '<shardchannel> <message>',
  complexity: 'O(N), N being the subscribers of the channel',
  run: sPublish,
};

function sPublish(call: Call): void {
  const channel = call.bytes(1).toString('latin1');
  const message = call.buf.subarray(call.offset(2), call.offset(2) + call.length(2));
  call.reply.integer(call.services.pubsub.publishToShard(channel, message));
}
