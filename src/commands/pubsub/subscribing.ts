// What the commands that subscribe and unsubscribe share: one push for each channel, with how many subscriptions the
// client then has. Shard channels are counted apart from the others, as in Redis.
import { CommandError } from '../../base/errors.ts';
import { globBytesMax } from '../../base/glob.ts';
import { patternTooLong } from '../../resp/errors.ts';
import type { Call } from '../call.ts';
import type { ClientPort } from '../executor.ts';
import { countOf, type SubscriptionKind } from '../pub-sub.ts';

/** Subscriptions that one client may have. */
const subscriptionsMax = 1_000_000;

/** Subscribes to what arguments 1 .. name, and tells of each. */
export function subscribe(call: Call, word: string, kind: SubscriptionKind): void {
  const client = clientOf(call);
  if (countOf(client.session.subscriptions) + call.argc - 1 > subscriptionsMax) {
    throw new CommandError(`ERR a client subscribes to at most ${subscriptionsMax} channels`);
  }
  for (let i = 1; i < call.argc; i++) {
    if (kind === 'patterns' && call.length(i) > globBytesMax)
      throw new CommandError(patternTooLong(globBytesMax));
  }
  for (let i = 1; i < call.argc; i++) {
    const name = call.bytes(i).toString('latin1');
    call.services.pubsub.subscribe(client, kind, name);
    tell(call, client, word, kind, name);
  }
}

/** Ends the subscriptions that arguments 1 .. name, or all of the kind where there are none, and tells of each. */
export function unsubscribe(call: Call, word: string, kind: SubscriptionKind): void {
  const client = clientOf(call);
  const { session } = client;
  const names: string[] = call.argc === 1 ? [...(session.subscriptions?.[kind] ?? [])] : [];
  for (let i = 1; i < call.argc; i++) names.push(call.bytes(i).toString('latin1'));
  for (const name of names) {
    call.services.pubsub.unsubscribe(client, kind, name);
    tell(call, client, word, kind, name);
  }
  if (names.length === 0) tell(call, client, word, kind, undefined);
}

function clientOf(call: Call): ClientPort {
  const { client, session } = call;
  if (client === undefined || session.denyBlocking) {
    throw new CommandError(`ERR ${call.name.toUpperCase()} isn't allowed for a DENY BLOCKING client`);
  }
  return client;
}

function tell(
  call: Call,
  client: ClientPort,
  word: string,
  kind: SubscriptionKind,
  name: string | undefined,
): void {
  const { reply } = call;
  reply.push(3);
  reply.bulkLatin1(word);
  if (name === undefined) reply.nil();
  else reply.bulkLatin1(name);
  const subscriptions = client.session.subscriptions;
  const shards = subscriptions?.shards.size ?? 0;
  reply.integer(kind === 'shards' ? shards : countOf(subscriptions) - shards);
}
