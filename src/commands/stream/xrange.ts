// XRANGE key start end [COUNT count] and XREVRANGE key end start [COUNT count]. https://redis.io/commands/xrange
import { StreamId } from '../../delta/stream-id.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openStream, readStream } from './open-stream.ts';
import { readBound } from './read-id.ts';
import { countRange, replyInSlices, replySlice } from './reply-entries.ts';

const start = new StreamId();
const end = new StreamId();

export const commands: readonly CommandSpec[] = [
  {
    ...range('xrange', false),
    summary: 'Returns the entries of a stream with ids in an interval.',
    syntax: '<key> <start:string> <end:string> [COUNT <count>]',
  },
  {
    ...range('xrevrange', true),
    summary: 'Returns the entries of a stream with ids in an interval, the last one first.',
    syntax: '<key> <end:string> <start:string> [COUNT <count>]',
  },
];

function range(name: string, isReverse: boolean): Omit<CommandSpec, 'summary' | 'syntax'> {
  return {
    name,
    arity: -4,
    flags: ['readonly'],
    keys: { first: 1, last: 1, step: 1 },
    group: 'stream',
    since: '5.0.0',
    complexity: 'O(log(N)+M), N being the entries of the stream and M those returned',
    run: (call) => run(call, isReverse),
  };
}

interface Request {
  readonly isReverse: boolean;
  /** -1 = all. */
  readonly count: number;
}

/** Reads the interval into `start` and `end`. */
function readRequest(call: Call, isReverse: boolean): Request {
  readBound(call, isReverse ? 3 : 2, start, false);
  readBound(call, isReverse ? 2 : 3, end, true);
  let count = -1;
  for (let i = 4; i < call.argc; i += 2) {
    if (!call.is(i, 'count') || i + 1 >= call.argc) call.syntaxError();
    count = Math.max(0, call.integer(i + 1));
  }
  return { isReverse, count };
}

function run(call: Call, isReverse: boolean): void {
  const { reply } = call;
  const request = readRequest(call, isReverse);
  const streams = readStream(call, 1);
  if (streams === undefined) reply.array(0);
  else if (request.count === 0) reply.nilArray();
  else {
    const n = countRange(streams, start, end, Math.max(0, request.count));
    if (n >= call.sliceSizes.largeElementsMin)
      call.services.largeWork.run(call, [1], (own) => slices(own, isReverse));
    else {
      reply.array(n);
      replySlice(streams, isReverse ? end : start, n, reply, isReverse);
    }
  }
}

function* slices(call: Call, isReverse: boolean): Work {
  const { count } = readRequest(call, isReverse);
  const n = countRange(openStream(call, 1), start, end, Math.max(0, count));
  return yield* replyInSlices(call, 1, [start, end], n, isReverse);
}
