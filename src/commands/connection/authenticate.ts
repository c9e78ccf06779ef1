// What AUTH and HELLO AUTH share: the check of a user's password, and what follows for the session.
import { CommandError } from '../../base/errors.ts';
import { wrongPassword } from '../../resp/errors.ts';
import { logDenial } from '../acl/log-denial.ts';
import type { Call } from '../call.ts';

/** Throws WRONGPASS where user and password do not fit, and leaves the session as it was. */
export function checkCredentials(call: Call, user: string, password: Buffer): void {
  const { services, client } = call;
  if (services.users.admits(user, password)) return;
  if (client !== undefined) logDenial(services, client, 'auth', call.text(0), user);
  throw new CommandError(wrongPassword);
}

/** The session is that user's from now on. */
export function admitUser(call: Call, user: string): void {
  call.session.user = user;
  call.session.authenticated = true;
  call.session.permissions = call.services.users.permissionsOf(user);
}
