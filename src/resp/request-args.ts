// Where a decoded request's arguments are: offsets and lengths into a buffer that is not copied. One batch of these
// serves all connections of a server, so a request costs no object.

/** Argument i is `buf[offsets[i] .. offsets[i] + lengths[i])`. Valid until the next decode. */
export interface DecodedArgs {
  buf: Buffer;
  argc: number;
  offsets: Int32Array;
  lengths: Int32Array;
  /** The bytes of its arguments stay as they are: who keeps the request need not copy them. */
  isLasting: boolean;
}

/** Requests of one connection that were decoded together, in order. */
export interface RequestBatch {
  readonly requests: readonly DecodedArgs[];
  /** Where each but the first began in the decoder's window. */
  readonly starts: Int32Array;
  count: number;
}

/** What is decoded together at most: enough for the loads of their keys to overlap. */
const batchRequestsMax = 32;

export const emptyBuffer = Buffer.alloc(0);

export function createRequestArgs(): DecodedArgs {
  return {
    buf: emptyBuffer,
    argc: 0,
    offsets: new Int32Array(16),
    lengths: new Int32Array(16),
    isLasting: false,
  };
}

export function createRequestBatch(): RequestBatch {
  const requests = Array.from({ length: batchRequestsMax }, createRequestArgs);
  return { requests, starts: new Int32Array(batchRequestsMax), count: 0 };
}

/** Lets go of the bytes that a batch refers to. */
export function releaseBatch(batch: RequestBatch): void {
  for (let i = 0; i < batch.count; i++) batch.requests[i]!.buf = emptyBuffer;
  batch.count = 0;
}

/** Makes room for `count` arguments at least, doubling; what is there stays. */
export function growArguments(args: Pick<DecodedArgs, 'offsets' | 'lengths'>, count: number): void {
  let size = args.offsets.length;
  while (size < count) size *= 2;
  const offsets = new Int32Array(size);
  const lengths = new Int32Array(size);
  offsets.set(args.offsets);
  lengths.set(args.lengths);
  args.offsets = offsets;
  args.lengths = lengths;
}
