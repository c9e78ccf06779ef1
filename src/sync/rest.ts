// What this node does not hold whole, for peers that lack it: a key is fetched from the keeper before it is told to
// them, and before a scan is complete the keeper is asked to send everything anew. What of that is not joined here is
// in the log, and so is passed on from there. It knows no links but the keeper's, and none of those that ask.

import type { Uplink } from './uplink.ts';
import type { FetchDone } from './wants.ts';

type Keeper = Pick<Uplink, 'isReachable' | 'fetch'> & { readonly link: Pick<Uplink['link'], 'request'> };

export class Rest {
  private readonly keeper: () => Keeper | undefined;
  private waiting = new Set<() => void>();
  /** Those for whom the keeper was asked. */
  private asking = new Set<() => void>();
  private isAsking = false;

  constructor(keeper: () => Keeper | undefined) {
    this.keeper = keeper;
  }

  /**
   * Has the keeper tell all of a key; `done` gets undefined when it is here, or why it is not. Returns how to give it
   * up.
   */
  fetch(keyspace: number, key: Buffer, done: FetchDone): () => void {
    const keeper = this.keeper();
    if (keeper?.isReachable === true) return keeper.fetch(keyspace, key, done);
    done('the hub cannot be reached');
    return () => {};
  }

  /**
   * Calls `done` once all that the keeper has now has come by: it is in the log, or was here already. However long that
   * takes; returns how to give it up.
   */
  pass(done: () => void): () => void {
    this.waiting.add(done);
    this.resume();
    return () => {
      this.waiting.delete(done);
      this.asking.delete(done);
    };
  }

  /** To be called when the keeper can be reached again. */
  resume(): void {
    const keeper = this.keeper();
    if (this.isAsking || this.waiting.size === 0 || keeper?.isReachable !== true) return;
    [this.asking, this.waiting] = [this.waiting, this.asking];
    this.isAsking = true;
    keeper.link.request('resync', (error) => {
      this.isAsking = false;
      const asked = [...this.asking];
      this.asking.clear();
      for (const done of asked) {
        if (error === undefined) done();
        else this.waiting.add(done);
      }
      this.resume();
    });
  }
}
