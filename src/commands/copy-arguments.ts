// Copies of requests, for commands that run later than they came: queued in a transaction, waiting for a key, held by a
// pause. The decoder's arguments are valid only until the next request, so nothing may keep those. A request may have a
// million arguments, so nothing is made for each, and what stands together is copied together.
import { copyBytes } from '../base/runs.ts';
import type { RequestArgs } from './executor.ts';

/** What stands between two arguments of a request, at most. */
const headBytesMax = 32;

/** The arguments in a buffer of their own, those of `rewrites` (by index) replaced. */
export function copyArguments(args: RequestArgs, rewrites?: ReadonlyMap<number, Buffer>): RequestArgs {
  return rewrites === undefined ? copyTogether(args) : copyEach(args, rewrites);
}

/** With what stands between them: lengths and line ends. */
function copyTogether(args: RequestArgs): RequestArgs {
  const { buf, argc, offsets, lengths } = args;
  let [first, end, bytes] = [buf.length, 0, 0];
  for (let i = 0; i < argc; i++) {
    const [offset, length] = [offsets[i]!, lengths[i]!];
    if (offset < first) first = offset;
    if (offset + length > end) end = offset + length;
    bytes += length;
  }
  if (end - first > bytes + argc * headBytesMax) return copyEach(args, new Map());
  const copied = offsets.slice(0, argc);
  for (let i = 0; i < argc; i++) copied[i]! -= first;
  return {
    buf: Buffer.from(buf.subarray(first, end)),
    argc,
    offsets: copied,
    lengths: lengths.slice(0, argc),
  };
}

function copyEach(args: RequestArgs, rewrites: ReadonlyMap<number, Buffer>): RequestArgs {
  const { argc } = args;
  const offsets = new Int32Array(argc);
  const lengths = new Int32Array(argc);
  let bytes = 0;
  for (let i = 0; i < argc; i++) {
    const length = rewrites.get(i)?.length ?? args.lengths[i]!;
    offsets[i] = bytes;
    lengths[i] = length;
    bytes += length;
  }
  const buf = Buffer.allocUnsafe(bytes);
  for (let i = 0; i < argc; i++) {
    const rewrite = rewrites.get(i);
    if (rewrite !== undefined) buf.set(rewrite, offsets[i]!);
    else copyBytes(buf, offsets[i]!, args.buf, args.offsets[i]!, lengths[i]!);
  }
  return { buf, argc, offsets, lengths };
}
