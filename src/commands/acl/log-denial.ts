// Writes a refusal into the log of ACL LOG, with what is to be known of the client that met it. It decides nothing:
// dispatch and AUTH do.
import { describeClient } from '../connection/client-list.ts';
import type { ClientPort } from '../executor.ts';
import type { Services } from '../services.ts';
import type { LogReason } from './acl-log.ts';

/** `object`: the command, key or channel. `username`: who was refused, where that is not who the client is. */
export function logDenial(
  services: Services,
  client: ClientPort,
  reason: LogReason,
  object: string,
  username: string = client.session.user,
): void {
  const { aclLog, store } = services;
  const clientInfo = describeClient(client, store.nowMs);
  aclLog.add({ reason, context: 'toplevel', object, username, clientInfo }, store.nowMs);
}
