// The origins this process has met, each with a small local index that dots in memory carry in place of the name.
// An origin is `node_id/epoch`, the epoch eight hexadecimal digits; indexes are local and never leave the process,
// the order of origins is the byte order of their names, the same on every node. Index 0 stands for "none".
import { FerriteError } from '../base/errors.ts';

export const originsMax = 65_535;
const namePattern = /^[A-Za-z0-9._:-]{1,128}\/[0-9a-f]{8}$/;

/** Whether `id` can be a node id: 1 to 128 of letters, digits, `.`, `_`, `:`, `-`. */
export function isNodeId(id: string): boolean {
  return /^[A-Za-z0-9._:-]{1,128}$/.test(id);
}

/** The origin name of a node in an epoch. */
export function originName(nodeId: string, epoch: number): string {
  return `${nodeId}/${(epoch >>> 0).toString(16).padStart(8, '0')}`;
}

/** The node id part of an origin name. */
export function nodeIdOf(origin: string): string {
  return origin.slice(0, origin.lastIndexOf('/'));
}

/** Where who reads names of origins turns them into indexes. */
export type OriginNames = Pick<Origins, 'intern' | 'bytes'>;

export class Origins {
  private readonly names: string[] = [''];
  private readonly encoded: Uint8Array[] = [new Uint8Array(0)];
  private readonly indexes = new Map<string, number>();

  get count(): number {
    return this.names.length - 1;
  }

  /** The index of `name`, given out if new. Throws FerriteError for a malformed name or when the table is full. */
  intern(name: string): number {
    const known = this.indexes.get(name);
    if (known !== undefined) return known;
    if (!namePattern.test(name)) throw new FerriteError('LINK_PROTOCOL', 'malformed origin name');
    if (this.names.length > originsMax) throw new FerriteError('MEMORY', `more than ${originsMax} origins`);
    const index = this.names.length;
    this.names.push(name);
    this.encoded.push(Buffer.from(name, 'latin1'));
    this.indexes.set(name, index);
    return index;
  }

  /** The index of `name`, or undefined if it was never met. */
  find(name: string): number | undefined {
    return this.indexes.get(name);
  }

  /** The name of an index; the empty string for 0. */
  name(index: number): string {
    return this.names[index] ?? '';
  }

  /** The name's bytes (ASCII). */
  bytes(index: number): Uint8Array {
    return this.encoded[index]!;
  }

  /** Negative, zero or positive: the order of two origins, which breaks ties between equal stamps. */
  compare(a: number, b: number): number {
    if (a === b) return 0;
    return this.name(a) < this.name(b) ? -1 : 1;
  }
}

/** Orders two dots: by stamp, then by origin. Halves as in base/clock.ts. */
export function compareDots(
  origins: Origins,
  aHi: number,
  aLo: number,
  aOrigin: number,
  bHi: number,
  bLo: number,
  bOrigin: number,
): number {
  if (aHi !== bHi) return aHi < bHi ? -1 : 1;
  if (aLo !== bLo) return aLo >>> 0 < bLo >>> 0 ? -1 : 1;
  return aOrigin === bOrigin ? 0 : origins.compare(aOrigin, bOrigin);
}
