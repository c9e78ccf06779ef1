// Binary frames: parts of delta batches (layout in SPEC.md). Writing fills the header in front of bytes that are
// already in place; reading checks everything that a frame says of itself before anybody looks inside. What the batch
// holds is src/delta's. It knows no connection.
import { crc32 } from 'node:zlib';
import { FerriteError } from '../base/errors.ts';

export const frameHeaderBytes = 22;
/** Longest frame that is sent, header included: each that comes is a sign of life, on slow links too. */
export const frameBytesMax = 64 * 1024;
/** Longest frame that is taken. */
const frameTakenBytesMax = 1024 * 1024;
/** Longest batch that is put together from its frames, whatever the memory. */
export const batchBytesMax = 1024 * 1024 * 1024;
export const seqMax = 2 ** 48 - 1;

const magic = 0xfe;
const version = 1;
const two32 = 4294967296;

export const FrameFlag = {
  /** The last part of its batch. */
  last: 1,
  /** Answers a want, whose number is in place of the batch's. */
  answer: 2,
  /** The cursor counts. */
  cursor: 4,
  /** Part of a scan. */
  scan: 8,
} as const;

export interface FrameHead {
  readonly flags: number;
  readonly batch: number;
  readonly cursorSeq: number;
  /** Of a batch packed with LZ4: its size unpacked. 0 = it is as it is. */
  readonly rawBytes: number;
}

function malformed(what: string): never {
  throw new FerriteError('LINK_PROTOCOL', `malformed frame: ${what}`);
}

/** Fills in the header of the frame `buf[start .. end)`. */
function sealFrame(buf: Buffer, start: number, end: number, head: FrameHead): void {
  buf[start] = magic;
  buf[start + 1] = version;
  buf[start + 2] = head.flags;
  buf[start + 3] = head.rawBytes === 0 ? 0 : 1;
  buf.writeUInt32LE(head.batch, start + 8);
  buf.writeUInt32LE(head.cursorSeq % two32, start + 12);
  buf.writeUInt16LE(Math.floor(head.cursorSeq / two32), start + 16);
  buf.writeUInt32LE(head.rawBytes, start + 18);
  buf.writeUInt32LE(crc32(buf.subarray(start + 8, end), head.flags), start + 4);
}

/** The frames of the batch `buf[frameHeaderBytes .. end)`, whose first header's room is before it. */
export function framesOf(buf: Buffer, end: number, head: FrameHead): Buffer[] {
  if (end <= frameBytesMax) {
    sealFrame(buf, 0, end, { ...head, flags: head.flags | FrameFlag.last });
    return [buf.subarray(0, end)];
  }
  const frames: Buffer[] = [];
  const roomBytes = frameBytesMax - frameHeaderBytes;
  for (let at = frameHeaderBytes; at < end; at += roomBytes) {
    const until = Math.min(end, at + roomBytes);
    const frame = Buffer.allocUnsafeSlow(frameHeaderBytes + until - at);
    buf.copy(frame, frameHeaderBytes, at, until);
    const flags = until === end ? head.flags | FrameFlag.last : head.flags;
    sealFrame(frame, 0, frame.length, { ...head, flags });
    frames.push(frame);
  }
  return frames;
}

/** Reads a frame's header. Throws FerriteError LINK_PROTOCOL for anything that is not a sound frame. */
export function readFrame(frame: Buffer): FrameHead {
  if (frame.length < frameHeaderBytes || frame.length > frameTakenBytesMax) malformed('length');
  if (frame[0] !== magic || frame[1] !== version) malformed('magic');
  const flags = frame[2]!;
  const rawBytes = frame.readUInt32LE(18);
  if (flags > 15 || frame[3] !== (rawBytes === 0 ? 0 : 1)) malformed('form');
  if (crc32(frame.subarray(8), flags) !== frame.readUInt32LE(4)) malformed('CRC');
  const cursorSeq = frame.readUInt16LE(16) * two32 + frame.readUInt32LE(12);
  return { flags, batch: frame.readUInt32LE(8), cursorSeq, rawBytes };
}

function isSameBatch(a: FrameHead, b: FrameHead): boolean {
  return a.batch === b.batch && a.cursorSeq === b.cursorSeq && a.rawBytes === b.rawBytes;
}

/** A batch that is whole: its bytes are `buf` from `start` on. */
export interface WholeBatch {
  readonly head: FrameHead;
  readonly buf: Buffer;
  readonly start: number;
}

export interface AssembledBatch extends WholeBatch {
  /** It is longer than is taken, and not kept. */
  readonly isTooLong: boolean;
}

export function isOfScan({ head }: WholeBatch): boolean {
  return (head.flags & FrameFlag.scan) !== 0;
}

export function isAnswer({ head }: WholeBatch): boolean {
  return (head.flags & FrameFlag.answer) !== 0;
}

const nothing = Buffer.alloc(0);

/** Puts the parts of batches together. */
export class BatchAssembly {
  private parts: Buffer[] = [];
  private bytes = 0;
  private first: FrameHead | undefined;
  private readonly bytesMax: number;

  /** `bytesMax`: of a batch, as it travels. Of a longer one nothing is kept. */
  constructor(bytesMax = batchBytesMax) {
    this.bytesMax = bytesMax;
  }

  /**
   * Takes a frame; returns the batch's head and bytes (from `start`) once it is whole. Throws FerriteError
   * LINK_PROTOCOL for parts that do not belong together.
   */
  add(frame: Buffer): AssembledBatch | undefined {
    const head = readFrame(frame);
    const { first } = this;
    if (first === undefined && (head.flags & FrameFlag.last) !== 0) {
      return { head, buf: frame, start: frameHeaderBytes, isTooLong: false };
    }
    const flags = head.flags & ~FrameFlag.last;
    if (first === undefined) this.first = { ...head, flags };
    else if (!isSameBatch(first, head) || first.flags !== flags) malformed('part of another batch');
    this.bytes += frame.length - frameHeaderBytes;
    const isTooLong = this.bytes > this.bytesMax;
    if (isTooLong) this.parts = [];
    else this.parts.push(frame.subarray(frameHeaderBytes));
    if ((head.flags & FrameFlag.last) === 0) return undefined;
    const buf = isTooLong ? nothing : Buffer.concat(this.parts);
    this.parts = [];
    this.bytes = 0;
    this.first = undefined;
    return { head, buf, start: 0, isTooLong };
  }
}
