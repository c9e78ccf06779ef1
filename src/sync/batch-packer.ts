// LZ4 over whole batches (form 1 of a frame, SPEC.md): packs what a sender is about to send where that makes it
// smaller, and unpacks what came. One packer serves all links of a node: a long batch is packed in parts, between which
// others are. A header that lies about the size is refused before anything is allocated for it.
import { atOnce } from '../base/at-once.ts';
import { FerriteError } from '../base/errors.ts';
import { BlockEncoder, decodeBlock } from '../store/lz4-block.ts';
import { frameHeaderBytes } from './frame.ts';

/** Smaller batches are not worth the call. */
const packedRawBytesMin = 256;
/** Larger ones travel as they are: nobody has to believe in a size above this. */
export const packedRawBytesMax = 16 * 1024 * 1024;
/** No block of LZ4 holds more than this many times its size. */
const ratioMax = 255;

/** Packed before others have their turn, at about 100 MB a second. */
const partBytes = 256 * 1024;

export class BatchPacker {
  private readonly encoder = new BlockEncoder();
  private shared = Buffer.alloc(0);

  /**
   * Packs the batch `buf[frameHeaderBytes .. end)`; the result has the same room in front. Undefined where it would not
   * be smaller by an eighth.
   */
  pack(buf: Buffer, end: number): Buffer | undefined {
    return atOnce(this.packing(buf, end));
  }

  /** The same, a part between two yields. The batch must stay as it is meanwhile. */
  *packing(buf: Buffer, end: number): Generator<void, Buffer | undefined, void> {
    const rawBytes = end - frameHeaderBytes;
    if (rawBytes < packedRawBytesMin || rawBytes > packedRawBytesMax) return undefined;
    const { encoder } = this;
    const packedMax = rawBytes - (rawBytes >> 3);
    const isLong = rawBytes > partBytes;
    // Others pack between two parts.
    const out = isLong ? Buffer.allocUnsafeSlow(frameHeaderBytes + packedMax) : this.sharedOf(packedMax);
    // Without the header's room, which is no part of what matches may be in.
    const raw = buf.subarray(frameHeaderBytes, end);
    const room = out.subarray(frameHeaderBytes);
    let packed = 0;
    let left = 0;
    for (let from = 0; from < rawBytes; from += partBytes) {
      if (from > 0) yield;
      const to = Math.min(rawBytes, from + partBytes);
      packed = encoder.part(raw, left, from, to, undefined, 1, room, packed, packedMax);
      if (packed < 0) return undefined;
      left = encoder.anchor;
    }
    packed = encoder.rest(raw, left, rawBytes, room, packed, packedMax);
    if (packed === 0) return undefined;
    const whole = out.subarray(0, frameHeaderBytes + packed);
    return isLong ? whole : Buffer.from(whole);
  }

  private sharedOf(packedMax: number): Buffer {
    const bytes = frameHeaderBytes + packedMax;
    if (this.shared.length < bytes) this.shared = Buffer.allocUnsafeSlow(bytes);
    return this.shared;
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
