// PUBSUB: which channels have subscribers, and how many. https://redis.io/commands/pubsub
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { readPattern } from '../pattern.ts';
import { subcommandsOf } from '../subcommand.ts';

const flags: readonly CommandFlag[] = ['pubsub', 'loading', 'stale'];

const subcommand = subcommandsOf({ group: 'pubsub', since: '2.8.0' });

export const command: CommandSpec = {
  name: 'pubsub',
  arity: -2,
  flags: [],
  group: 'pubsub',
  since: '2.8.0',
  summary: 'Tells about subscriptions.',
  subcommands: [
    subcommand('channels', -2, flags, 'Lists the channels that have subscribers.', '[<pattern>]', (call) =>
      list(call, 'channels'),
    ),
    helpSubcommand('pubsub', '6.2.0'),
    subcommand('numpat', 2, flags, 'Counts the patterns subscribed to.', '', countPatterns),
    subcommand('numsub', -2, flags, 'Counts the subscribers of channels.', '[<channel> ...]', (call) =>
      count(call, 'channels'),
    ),
    subcommand(
      'shardchannels',
      -2,
      flags,
      'Lists the shard channels that have subscribers.',
      '[<pattern>]',
      (call) => list(call, 'shards'),
      { since: '7.0.0' },
    ),
    subcommand(
      'shardnumsub',
      -2,
      flags,
      'Counts the subscribers of shard channels.',
      '[<channel> ...]',
      (call) => count(call, 'shards'),
      { since: '7.0.0' },
    ),
  ],
};

function list(call: Call, kind: 'channels' | 'shards'): void {
  if (call.argc > 3) {
    const word = call.text(1);
    throw new CommandError(
      `ERR unknown subcommand or wrong number of arguments for '${word}'. Try PUBSUB HELP.`,
    );
  }
  const pattern = call.argc === 3 ? readPattern(call, 2) : undefined;
  const found: Buffer[] = [];
  for (const name of call.services.pubsub.names(kind)) {
    const bytes = Buffer.from(name, 'latin1');
    if (pattern === undefined || pattern.matches(bytes, 0, bytes.length)) found.push(bytes);
  }
  call.reply.array(found.length);
  for (const bytes of found) call.reply.bulk(bytes, 0, bytes.length);
}

function count(call: Call, kind: 'channels' | 'shards'): void {
  const { reply, services } = call;
  reply.array((call.argc - 2) * 2);
  for (let i = 2; i < call.argc; i++) {
    reply.bulk(call.buf, call.offset(i), call.length(i));
    reply.integer(services.pubsub.subscriberCount(kind, call.bytes(i).toString('latin1')));
  }
}

function countPatterns(call: Call): void {
  call.reply.integer(call.services.pubsub.patternCount);
}
