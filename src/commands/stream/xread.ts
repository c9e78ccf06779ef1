// XREAD [COUNT count] [BLOCK ms] STREAMS key [key ...] id [id ...]: entries with ids above those given; `$` is the last
// one. Waits where there are none. https://redis.io/commands/xread
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { newEntriesMisplaced } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import { readStream } from './open-stream.ts';
import { readId } from './read-id.ts';
import {
  findStreamKeys,
  type ReadOptions,
  readReadOptions,
  replyKey,
  replyStreams,
  streamKeys,
} from './read-options.ts';
import { countRange, replyForward } from './reply-entries.ts';

export const command: CommandSpec = {
  name: 'xread',
  arity: -4,
  flags: ['readonly', 'blocking', 'movablekeys'],
  keySpecs: streamKeys(1),
  findKeys: findStreamKeys,
  group: 'stream',
  since: '5.0.0',
  summary: 'Returns the entries of streams behind given ids; waits where there are none, if told to.',
  syntax: '[COUNT <count>] [BLOCK <milliseconds>] STREAMS (<key> [<key> ...] <id> [<id> ...])',
  complexity: 'O(log(N)+M) for each stream, N being its entries and M those returned',
  run,
};

const start = new StreamId();
const end = new StreamId().setMax();

function run(call: Call): void {
  const options = readReadOptions(call, false);
  const { firstKey, keys, timeoutMs } = options;
  const rewrites = new Map<number, Buffer>();
  const found: number[] = [];
  for (let key = firstKey; key < firstKey + keys; key++) {
    if (call.passesOver(key, EntryType.stream)) continue;
    if (hasMore(call, key, key + keys, rewrites)) found.push(key);
  }
  if (found.length > 0) {
    replyStreams(call, found.length);
    for (const key of found) replyStream(call, key, options);
  } else if (timeoutMs < 0) call.reply.nilArray();
  else {
    const lastKey = firstKey + keys - 1;
    call.block({ firstKey, lastKey, timeoutMs, onTimeout: (late) => late.nilArray(), rewrites });
  }
}

/** Whether the stream has entries above the id; what `$` is now goes to `rewrites`. */
function hasMore(call: Call, key: number, idAt: number, rewrites: Map<number, Buffer>): boolean {
  const streams = readStream(call, key);
  if (call.is(idAt, '>')) throw new CommandError(newEntriesMisplaced);
  const isLast = call.is(idAt, '$');
  if (!isLast) readId(call, idAt, start);
  else {
    if (streams === undefined) start.set(0, 0, 0, 0);
    else streams.lastId(start);
    rewrites.set(idAt, Buffer.from(start.text));
    return false;
  }
  return streams !== undefined && start.increment() && countRange(streams, start, end, 1) > 0;
}

function replyStream(call: Call, key: number, { count, keys }: ReadOptions): void {
  readId(call, key + keys, start).increment();
  const streams = readStream(call, key)!;
  replyKey(call, key);
  replyForward(streams, start, countRange(streams, start, end, count), call.reply);
}
