// What is left of the marks of keys that are not held whole (unheld.ts) when there are too many: a bit for each, by the
// upper bits of the CRC-32 of its name. A bit says that some key with it may be elsewhere; no bit is ever taken back
// but with all others. It does not depend on the hash of the process, so it goes into snapshots as it is:
//
//   u8 log2 of the bits | u8 layer | u32 offset of the bytes in the layer | bytes
import { crc32 } from 'node:zlib';

const log2Min = 13;
const log2Max = 27;
/** A bit for each so many bytes of the memory limit. */
const bytesPerBit = 32;
const headerBytes = 6;
/** Bytes of a layer in one record of a snapshot. */
export const chunkBytes = 16 * 1024;

/** The first layer says that a key may not be held whole, the second that there may have been counters in it. */
const layerCount = 2;

export function filterHash(key: Uint8Array, offset: number, length: number): number {
  return crc32(key.subarray(offset, offset + length));
}

export class UnheldFilter {
  readonly log2: number;
  private readonly layers: readonly Uint8Array[];

  constructor(limitBytes: number) {
    const log2 = Math.floor(Math.log2(Math.max(1, limitBytes / bytesPerBit)));
    this.log2 = Math.min(log2Max, Math.max(log2Min, log2));
    this.layers = Array.from({ length: layerCount }, () => new Uint8Array(2 ** this.log2 / 8));
  }

  get bytes(): number {
    return layerCount * (2 ** this.log2 / 8);
  }

  add(hash: number, hasCounters: boolean): void {
    this.set(0, hash >>> (32 - this.log2));
    if (hasCounters) this.set(1, hash >>> (32 - this.log2));
  }

  has(hash: number): boolean {
    return this.isSet(0, hash);
  }

  hasCounters(hash: number): boolean {
    return this.isSet(1, hash);
  }

  private set(layer: number, bit: number): void {
    const bytes = this.layers[layer]!;
    bytes[bit >>> 3] = bytes[bit >>> 3]! | (1 << (bit & 7));
  }

  private isSet(layer: number, hash: number): boolean {
    const bit = hash >>> (32 - this.log2);
    return ((this.layers[layer]![bit >>> 3]! >>> (bit & 7)) & 1) !== 0;
  }

  /** How many pieces `chunk` makes of it. */
  get chunks(): number {
    return layerCount * Math.ceil(2 ** this.log2 / 8 / chunkBytes);
  }

  /** A piece as it goes into a snapshot; undefined where no bit is set in it. */
  chunk(number: number): Buffer | undefined {
    const layer = number % layerCount;
    const offset = Math.floor(number / layerCount) * chunkBytes;
    const bytes = this.layers[layer]!.subarray(offset, offset + chunkBytes);
    if (bytes.every((byte) => byte === 0)) return undefined;
    const piece = Buffer.allocUnsafe(headerBytes + bytes.length);
    piece[0] = this.log2;
    piece[1] = layer;
    piece.writeUInt32LE(offset, 2);
    piece.set(bytes, headerBytes);
    return piece;
  }

  /** Takes in a piece, also of a filter of another size. False where it is none. */
  join(piece: Buffer): boolean {
    const log2 = piece[0] ?? 0;
    const layer = piece[1] ?? layerCount;
    if (piece.length <= headerBytes || log2 < log2Min || log2 > log2Max || layer >= layerCount) return false;
    const first = piece.readUInt32LE(2) * 8;
    const bits = (piece.length - headerBytes) * 8;
    if (first + bits > 2 ** log2) return false;
    for (let i = 0; i < bits; i++) {
      if (((piece[headerBytes + (i >>> 3)]! >>> (i & 7)) & 1) === 0) continue;
      this.spread(layer, first + i, log2);
    }
    return true;
  }

  /** Sets the bit, or all bits, that a bit of a filter of another size stands for. */
  private spread(layer: number, bit: number, log2: number): void {
    if (log2 >= this.log2) {
      this.set(layer, Math.floor(bit / 2 ** (log2 - this.log2)));
      return;
    }
    const width = 2 ** (this.log2 - log2);
    for (let i = 0; i < width; i++) this.set(layer, bit * width + i);
  }
}
