// What this node does not hold whole, for peers that lack it: a key is fetched from the keeper before it is told to them, and
// before a scan is complete the keeper is asked to send everything anew. What of that is not joined here is in the log,
// and so is passed on from there. It knows no links but the keeper's, and none of those that ask.
import type { FetchDone } from './receiver.ts';
import type { Uplink } from './uplink.ts';

export class Rest {
  private readonly keeper: () => Uplink | undefined;
  private readonly waiting: (() => void)[] = [];
  private isAsking = false;

  constructor(keeper: () => Uplink | undefined) {
    this.keeper = keeper;
  }

  /** Has the keeper tell all of a key; `done` gets undefined when it is here, or why it is not. */
  fetch(keyspace: number, key: Buffer, done: FetchDone): void {
    const keeper = this.keeper();
    if (keeper?.isReachable === true) keeper.fetch(keyspace, key, done);
    else done('the hub cannot be reached');
  }

  /** Calls `done` once all that the keeper has now has come by: it is in the log, or was here already. However long that takes. */
  pass(done: () => void): void {
    this.waiting.push(done);
    this.resume();
  }

  /** To be called when the keeper can be reached again. */
  resume(): void {
    const keeper = this.keeper();
    if (this.isAsking || this.waiting.length === 0 || keeper?.isReachable !== true) return;
    const asking = this.waiting.splice(0);
    this.isAsking = true;
    keeper.link.request('resync', (error) => {
      this.isAsking = false;
      if (error !== undefined) this.waiting.unshift(...asking);
      else for (const done of asking) done();
      this.resume();
    });
  }
}
