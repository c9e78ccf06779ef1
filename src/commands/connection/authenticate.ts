// What AUTH and HELLO AUTH share: the check of a user's password, and what follows for the session.
import { CommandError } from '../../base/errors.ts';
import { wrongPassword } from '../../resp/errors.ts';
import type { Call } from '../call.ts';

/** Throws WRONGPASS where user and password do not fit, and leaves the session as it was. */
export function checkCredentials(call: Call, user: string, password: Buffer): void {
  if (!call.services.checkPassword(user, password)) throw new CommandError(wrongPassword);
}

/** The session is that user's from now on. */
export function admitUser(call: Call, user: string): void {
  call.session.user = user;
  call.session.authenticated = true;
}
