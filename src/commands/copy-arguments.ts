// Copies of requests, for commands that run later than they came: queued in a transaction, waiting for a key, held by a
// pause. The decoder's arguments are valid only until the next request, so nothing may keep those.
import type { RequestArgs } from './executor.ts';

/** The arguments in a buffer of their own, those of `rewrites` (by index) replaced. */
export function copyArguments(args: RequestArgs, rewrites?: ReadonlyMap<number, Buffer>): RequestArgs {
  const parts: Buffer[] = [];
  const offsets = new Int32Array(args.argc);
  const lengths = new Int32Array(args.argc);
  let at = 0;
  for (let i = 0; i < args.argc; i++) {
    const from = args.offsets[i]!;
    const part = rewrites?.get(i) ?? args.buf.subarray(from, from + args.lengths[i]!);
    parts.push(part);
    offsets[i] = at;
    lengths[i] = part.length;
    at += part.length;
  }
  return { buf: Buffer.concat(parts, at), argc: args.argc, offsets, lengths };
}
