// Redis's types of client, for the filters of CLIENT LIST and CLIENT KILL. Every client of this server is a normal one.
import { CommandError } from '../../base/errors.ts';
import type { ClientPort } from '../executor.ts';

const types = ['normal', 'master', 'replica', 'slave', 'pubsub'];

/** What tells the clients of that type. Throws for a type that Redis does not know. */
export function clientTypeFilter(type: string): (client: ClientPort) => boolean {
  const known = type.toLowerCase();
  if (!types.includes(known)) throw new CommandError(`ERR Unknown client type '${type}'`);
  return () => known === 'normal';
}
