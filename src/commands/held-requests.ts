// Requests that are held for a while, by a pause or until their keys can be named, and then run in the order in which they
// came. It keeps copies of them and runs none itself: dispatch does.
import type { Call, Deferral } from './call.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort, RequestArgs } from './executor.ts';

export interface HeldRequest {
  readonly client: ClientPort;
  readonly args: RequestArgs;
  readonly deferral: Deferral;
}

export class HeldRequests {
  /** Runs a request that was held: dispatch's business. */
  run: ((request: HeldRequest) => void) | undefined;
  private readonly held: HeldRequest[] = [];

  /** Keeps the request of the call for later. */
  hold(call: Call): void {
    const deferral = call.defer();
    this.held.push({ client: call.client!, args: copyArguments(call.args), deferral });
  }

  /** Runs all of them whose clients are still there. */
  release(): void {
    for (const request of this.held.splice(0)) if (!request.deferral.gone) this.run?.(request);
  }
}
