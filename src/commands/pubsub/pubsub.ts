// PUBSUB: which channels have subscribers, and how many. https://redis.io/commands/pubsub
import { CommandError } from '../../base/errors.ts';
import type { Call } from '../call.ts';
import type { CommandFlag, CommandSpec } from '../command.ts';
import { helpSubcommand } from '../help.ts';
import { readPattern } from '../pattern.ts';

const flags: readonly CommandFlag[] = ['pubsub', 'loading', 'stale'];

function subcommand(
  name: string,
  arity: number,
  since: string,
  summary: string,
  run: (call: Call) => void,
  syntax?: string,
): CommandSpec {
  const spec: CommandSpec = { name, arity, flags, group: 'pubsub', since, summary, run };
  return syntax === undefined ? spec : { ...spec, syntax };
}

export const command: CommandSpec = {
  name: 'pubsub',
  arity: -2,
  flags: [],
  group: 'pubsub',
  since: '2.8.0',
  summary: 'Tells about subscriptions.',
  subcommands: [
    subcommand(
      'channels',
      -2,
      '2.8.0',
      'Lists the channels that have subscribers.',
      (call) => list(call, 'channels'),
      '[<pattern>]',
    ),
    helpSubcommand('pubsub', '6.2.0'),
    subcommand('numpat', 2, '2.8.0', 'Counts the patterns subscribed to.', countPatterns),
    subcommand(
      'numsub',
      -2,
      '2.8.0',
      'Counts the subscribers of channels.',
      (call) => count(call, 'channels'),
      '[<channel> ...]',
    ),
    subcommand(
      'shardchannels',
      -2,
      '7.0.0',
      'Lists the shard channels that have subscribers.',
      (call) => list(call, 'shards'),
      '[<pattern>]',
    ),
    subcommand(
      'shardnumsub',
      -2,
      '7.0.0',
      'Counts the subscribers of shard channels.',
      (call) => count(call, 'shards'),
      '[<channel> ...]',
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
