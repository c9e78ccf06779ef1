// The bearer tokens that a hub accepts: bare, or bound to one node id (`id:token`). Only their SHA-256 digests are
// kept, and every comparison takes the same time, whatever matches. It knows no request.
import { createHash, timingSafeEqual } from 'node:crypto';
import { isNodeId } from '../delta/origins.ts';

interface Known {
  readonly nodeId: string | undefined;
  readonly digest: Buffer;
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

export class Tokens {
  private readonly known: readonly Known[];

  /** `tokens`: each `token` or `node_id:token`. */
  constructor(tokens: readonly string[]) {
    this.known = tokens.map((text) => {
      const colon = text.indexOf(':');
      const id = text.slice(0, Math.max(0, colon));
      if (colon > 0 && isNodeId(id)) return { nodeId: id, digest: digestOf(text.slice(colon + 1)) };
      return { nodeId: undefined, digest: digestOf(text) };
    });
  }

  get isEmpty(): boolean {
    return this.known.length === 0;
  }

  /**
   * Whether `token` is known: for `nodeId` if one was named. Returns the node id that the token is bound to, or the
   * one named; undefined for both where neither is; false where the token is not accepted.
   */
  accept(token: string, nodeId: string | undefined): { readonly nodeId: string | undefined } | false {
    const digest = digestOf(token);
    let match: Known | undefined;
    for (const one of this.known) {
      const isEqual = timingSafeEqual(one.digest, digest);
      const isFor = one.nodeId === undefined || nodeId === undefined || one.nodeId === nodeId;
      if (isEqual && isFor) match ??= one;
    }
    return match === undefined ? false : { nodeId: match.nodeId ?? nodeId };
  }
}
