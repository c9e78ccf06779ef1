// What a change of users means for the clients that are connected: what they may do from now on, and the end for those
// whose user is gone, or who have subscribed to what they may not hear any more. It is told the names that changed and
// knows no rule.
import type { ClientPort } from '../executor.ts';
import type { Session } from '../session.ts';
import { defaultName, type Users } from './users.ts';

interface Affected {
  readonly users: Users;
  readonly clients: { all(): Iterable<ClientPort> };
}

/** `by`: whose command changed them, if it was a client's. */
export function refreshClients(
  { users, clients }: Affected,
  names: readonly string[],
  by: ClientPort | undefined,
): void {
  for (const client of [...clients.all()]) {
    const { session } = client;
    if (!names.includes(session.user) || session.closing) continue;
    if (users.get(session.user) === undefined) {
      client.kill('its user was deleted', by);
      continue;
    }
    session.permissions = users.permissionsOf(session.user);
    if (!mayKeepSubscriptions(session)) {
      client.kill('its user may not use its channels any more', by);
      continue;
    }
    if (session.user === defaultName && users.isOpen) session.authenticated = true;
  }
}

function mayKeepSubscriptions({ permissions, subscriptions }: Session): boolean {
  if (permissions === undefined || subscriptions === undefined) return true;
  const { channels, shards, patterns } = subscriptions;
  const allows = (name: string, isPattern: boolean): boolean =>
    permissions.canAccessChannel(Buffer.from(name, 'latin1'), isPattern);
  return (
    [...channels, ...shards].every((name) => allows(name, false)) &&
    [...patterns].every((name) => allows(name, true))
  );
}
