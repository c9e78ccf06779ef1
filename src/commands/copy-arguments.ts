// Copies of requests, for commands that run later than they came: queued in a transaction, waiting for a key, held by a
// pause. The decoder's arguments are valid only until the next request, so nothing may keep those. A request may have a
// million arguments, so nothing is made or done for each: bytes that stay as they are, as those of every long request,
// are kept where they stand, and others are copied with what stands between them, lengths and line ends.
import { copyBytes } from '../base/runs.ts';
import type { RequestArgs } from './executor.ts';

/** What is kept may hold up memory of so many times its size. */
const heldTimesMax = 4;

/** The arguments for who keeps them, those of `rewrites` (by index) replaced. */
export function copyArguments(args: RequestArgs, rewrites?: ReadonlyMap<number, Buffer>): RequestArgs {
  return rewrites === undefined ? copyTogether(args) : copyEach(args, rewrites);
}

/** Arguments stand in the order of their numbers. */
function copyTogether(args: RequestArgs): RequestArgs {
  const { argc } = args;
  const offsets = args.offsets.slice(0, argc);
  const lengths = args.lengths.slice(0, argc);
  let { buf } = args;
  const first = offsets[0]!;
  const end = offsets[argc - 1]! + lengths[argc - 1]!;
  if (!args.isLasting || (end - first) * heldTimesMax < buf.length) {
    buf = Buffer.from(buf.subarray(first, end));
    for (let i = 0; i < argc; i++) offsets[i]! -= first;
  }
  return { buf, argc, offsets, lengths, isLasting: true };
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
    else copyBytes(buf, offsets[i]!, args.buf, args.offsets[i]!, args.lengths[i]!);
  }
  return { buf, argc, offsets, lengths, isLasting: true };
}
