// Where a decoded request's arguments are: offsets and lengths into a buffer that is not copied. One of these serves
// all connections of a server, so a request costs no object.

/** Argument i is `buf[offsets[i] .. offsets[i] + lengths[i])`. Valid until the next decode. */
export interface DecodedArgs {
  buf: Buffer;
  argc: number;
  offsets: Int32Array;
  lengths: Int32Array;
}

export const emptyBuffer = Buffer.alloc(0);

export function createRequestArgs(): DecodedArgs {
  return { buf: emptyBuffer, argc: 0, offsets: new Int32Array(16), lengths: new Int32Array(16) };
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
