// LZ4 over whole batches (form 1 of a frame, SPEC.md): packs what a sender is about to send where that makes it
// smaller, and unpacks what came. One packer serves all links of a node, since it works within one turn. A header that
// lies about the size is refused before anything is allocated for it.
import { FerriteError } from '../base/errors.ts';
import { BlockEncoder, decodeBlock } from '../store/lz4-block.ts';
import { frameHeaderBytes } from './frame.ts';

/** Smaller batches are not worth the call. */
const packedRawBytesMin = 256;
/** Larger ones travel as they are: nobody has to believe in a size above this. */
export const packedRawBytesMax = 16 * 1024 * 1024;
/** No block of LZ4 holds more than this many times its size. */
const ratioMax = 255;

export interface Packed {
  readonly buf: Buffer;
  readonly end: number;
}

export class BatchPacker {
  private readonly encoder = new BlockEncoder();
  private out = Buffer.alloc(0);

  /**
   * Packs the batch `buf[frameHeaderBytes .. end)`; the result has the same room in front, and is valid until the next
   * call. Undefined where it would not be smaller by an eighth.
   */
  pack(buf: Buffer, end: number): Packed | undefined {
    const rawBytes = end - frameHeaderBytes;
    if (rawBytes < packedRawBytesMin || rawBytes > packedRawBytesMax) return undefined;
    const packedMax = rawBytes - (rawBytes >> 3);
    if (this.out.length < frameHeaderBytes + packedMax) {
      this.out = Buffer.allocUnsafeSlow(frameHeaderBytes + packedMax);
    }
    const raw = buf.subarray(frameHeaderBytes, end);
    const room = this.out.subarray(frameHeaderBytes);
    const packed = this.encoder.encode(raw, 0, rawBytes, undefined, 1, room, packedMax);
    return packed === 0 ? undefined : { buf: this.out, end: frameHeaderBytes + packed };
  }
}

/** The batch that `packed` holds. Throws FerriteError LINK_PROTOCOL where that is not `rawBytes` long, or no LZ4. */
export function unpackBatch(packed: Buffer, rawBytes: number): Buffer {
  if (rawBytes > packedRawBytesMax || rawBytes > packed.length * ratioMax) {
    throw new FerriteError(
      'LINK_PROTOCOL',
      `malformed batch: ${packed.length} bytes cannot hold ${rawBytes}`,
    );
  }
  const raw = Buffer.allocUnsafeSlow(rawBytes);
  if (!decodeBlock(packed, 0, packed.length, raw, 0, rawBytes)) {
    throw new FerriteError('LINK_PROTOCOL', 'malformed batch: no sound LZ4');
  }
  return raw;
}
