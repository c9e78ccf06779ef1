// Writes a refusal into the log of ACL LOG, with what is to be known of the client that met it. It decides nothing:
// dispatch and AUTH do.
import { describeClient } from '../connection/client-list.ts';
import type { ClientPort } from '../executor.ts';
import type { Services } from '../services.ts';
import type { LogReason } from './acl-log.ts';

/**
 * `object`: the command, key or channel. `username`: who was refused, where that is not who the client is. `inExec`: a
 * command that had been queued and runs now.
 */
export function logDenial(
  services: Services,
  client: ClientPort,
  reason: LogReason,
  object: string,
  username: string = client.session.user,
  inExec = false,
): void {
  const { aclLog, store } = services;
  const clientInfo = describeClient(client, store.nowMs);
  const context = inExec || client.session.transaction !== undefined ? 'multi' : 'toplevel';
  aclLog.add({ reason, context, object, username, clientInfo }, store.nowMs);
}
