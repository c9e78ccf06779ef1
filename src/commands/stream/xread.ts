// XREAD [COUNT count] [BLOCK ms] STREAMS key [key ...] id [id ...]: entries with ids above those given; `$` is the last
// one, and `+` asks for the last entry itself. Waits where there are none. https://redis.io/commands/xread
import { CommandError } from '../../base/errors.ts';
import { StreamId } from '../../delta/stream-id.ts';
import { newEntriesMisplaced } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Work } from '../large-work.ts';
import { openStream, readStream } from './open-stream.ts';
import { readId } from './read-id.ts';
import {
  findStreamKeys,
  type ReadOptions,
  readReadOptions,
  replyKey,
  replyStreams,
  streamKeys,
} from './read-options.ts';
import { countRange, replyForward, replyInSlices } from './reply-entries.ts';

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

/** A stream that has entries above the id: the argument that is its key, and how many are replied. */
interface Found {
  readonly key: number;
  readonly n: number;
}

type OpenStream = (call: Call, key: number) => Streams | undefined;

function run(call: Call): void {
  const options = readReadOptions(call, false);
  const { firstKey, keys, timeoutMs } = options;
  const rewrites = new Map<number, Buffer>();
  const found = findMore(call, options, rewrites, readStream);
  if (found.reduce((sum, { n }) => sum + n, 0) >= call.sliceSizes.largeElementsMin) {
    const read = Array.from({ length: keys }, (_, i) => firstKey + i);
    call.services.largeWork.run(call, read, (own) => slices(own, options));
  } else if (found.length > 0) {
    replyStreams(call, found.length);
    for (const each of found) replyStream(call, each, options);
  } else if (timeoutMs < 0) call.reply.nilArray();
  else {
    const lastKey = firstKey + keys - 1;
    call.block({ firstKey, lastKey, timeoutMs, onTimeout: (late) => late.nilArray(), rewrites });
  }
}

function findMore(
  call: Call,
  { firstKey, keys, count }: ReadOptions,
  rewrites: Map<number, Buffer>,
  open: OpenStream,
): Found[] {
  const found: Found[] = [];
  for (let key = firstKey; key < firstKey + keys; key++) {
    if (call.passesOver(key, EntryType.stream)) continue;
    const n = countMore(call, open(call, key), key + keys, count, rewrites);
    if (n > 0) found.push({ key, n });
  }
  return found;
}

/**
 * How many entries above the id are replied of a stream, `max` at most (0 = all). What `$` is now goes to `rewrites`,
 * and what `+` is where there is no entry.
 */
function countMore(
  call: Call,
  streams: Streams | undefined,
  idAt: number,
  max: number,
  rewrites: Map<number, Buffer>,
): number {
  if (call.is(idAt, '>')) throw new CommandError(newEntriesMisplaced);
  const isLastEntry = call.is(idAt, '+');
  if (isLastEntry && streams !== undefined && streams.size > 0) return 1;
  if (isLastEntry || call.is(idAt, '$')) {
    if (streams === undefined) start.set(0, 0, 0, 0);
    else streams.lastId(start);
    rewrites.set(idAt, Buffer.from(start.text));
    return 0;
  }
  readId(call, idAt, start);
  return streams !== undefined && start.increment() ? countRange(streams, start, end, max) : 0;
}

/** The id of the first entry to reply of a stream that has one, in `start`. */
function firstOf(call: Call, streams: Streams, idAt: number): StreamId {
  if (call.is(idAt, '+')) streams.live.last(start);
  else readId(call, idAt, start).increment();
  return start;
}

function replyStream(call: Call, { key, n }: Found, { keys }: ReadOptions): void {
  const streams = openStream(call, key);
  replyKey(call, key);
  replyForward(streams, firstOf(call, streams, key + keys), n, call.reply);
}

function* slices(call: Call, options: ReadOptions): Work {
  // The command has counted its reads.
  const found = findMore(call, options, new Map(), (own, key) => {
    const streams = openStream(own, key);
    return streams.at === 0 ? undefined : streams;
  });
  if (found.length === 0) return false;
  replyStreams(call, found.length);
  for (const { key, n } of found) {
    const streams = openStream(call, key);
    if (streams.at === 0 || streams.size === 0) return false;
    const first = firstOf(call, streams, key + options.keys);
    replyKey(call, key);
    if (!(yield* replyInSlices(call, key, [first, end], n, false))) return false;
    yield;
  }
  return true;
}
