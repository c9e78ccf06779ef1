// Redis's types of client, for the filters of CLIENT LIST and CLIENT KILL. There are no replicas and no masters here:
// a client is a normal one, or one that has subscribed to something.
import { CommandError } from '../../base/errors.ts';
import type { ClientPort } from '../executor.ts';

const types = ['normal', 'master', 'replica', 'slave', 'pubsub'];

/** What tells the clients of that type. Throws for a type that Redis does not know. */
export function clientTypeFilter(type: string): (client: ClientPort) => boolean {
  const known = type.toLowerCase();
  if (!types.includes(known)) throw new CommandError(`ERR Unknown client type '${type}'`);
  if (known === 'normal') return ({ session }) => session.subscriptions === undefined;
  return ({ session }) => known === 'pubsub' && session.subscriptions !== undefined;
}
