// What a change of users means for the clients that are connected: what they may do from now on, and the end for those
// whose user is gone. It is told the names that changed and knows no rule.
import type { ClientPort } from '../executor.ts';
import { defaultName, type Users } from './users.ts';

interface Affected {
  readonly users: Users;
  readonly clients: { all(): Iterable<ClientPort> };
}

export function refreshClients({ users, clients }: Affected, names: readonly string[]): void {
  for (const client of [...clients.all()]) {
    const { session } = client;
    if (!names.includes(session.user) || session.closing) continue;
    if (users.get(session.user) === undefined) {
      client.close('its user was deleted');
      continue;
    }
    session.permissions = users.permissionsOf(session.user);
    if (session.user === defaultName && users.isOpen) session.authenticated = true;
  }
}
