// Requests that are held for a while, by a pause or until their keys can be named, and then run in the order in which
// they came. It keeps copies of them and runs none itself: dispatch does.
import type { Call, Deferral } from './call.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort, RequestArgs } from './executor.ts';

export interface HeldRequest {
  readonly client: ClientPort;
  readonly args: RequestArgs;
  readonly deferral: Deferral;
  /** The longest reply where it came from. */
  readonly replyBytesMax: () => number;
}

export class HeldRequests {
  /** Runs a request that was held: dispatch's business. */
  run: ((request: HeldRequest) => void) | undefined;
  /** Of a client one at most, since it waits for the reply. */
  private readonly held = new Map<ClientPort, HeldRequest>();

  /** Keeps the request of the call for later, the reply to which was deferred. */
  hold(call: Call, deferral: Deferral): void {
    const client = call.client!;
    const replyBytesMax = call.reply.regionBytesMax;
    this.held.set(client, { client, args: copyArguments(call.args), deferral, replyBytesMax });
  }

  /** Drops the request of a client that is gone. */
  forget(client: ClientPort): void {
    this.held.delete(client);
  }

  /** Runs all of them whose clients are still there. */
  release(): void {
    if (this.held.size === 0) return;
    const due = [...this.held.values()];
    this.held.clear();
    for (const request of due) if (!request.deferral.gone) this.run?.(request);
  }
}
