// The origins as one peer may add to them. There is room for 65,535, and no way back: so that one peer cannot take it
// all, each that links to this node may bring half of that at most, over all its connections.
import { FerriteError } from '../base/errors.ts';
import { type OriginNames, type Origins, originsMax } from '../delta/origins.ts';

/** Origins that a peer may bring. */
export const broughtMax = originsMax >>> 1;

export class OriginAllowance implements OriginNames {
  private readonly origins: Origins;
  private brought = 0;

  constructor(origins: Origins) {
    this.origins = origins;
  }

  /** As Origins.intern. Throws FerriteError MEMORY too where the peer has brought too many new ones. */
  intern(name: string): number {
    const known = this.origins.find(name);
    if (known !== undefined) return known;
    if (this.brought >= broughtMax) {
      throw new FerriteError('MEMORY', `a peer brought more than ${broughtMax} origins`);
    }
    const index = this.origins.intern(name);
    this.brought += 1;
    return index;
  }

  bytes(index: number): Uint8Array {
    return this.origins.bytes(index);
  }
}
