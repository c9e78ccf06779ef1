// How commands find the stream that an argument names: for a read or for a change. They say WRONGTYPE where the key
// holds something else.
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Streams } from '../../store/streams.ts';
import type { Call } from '../call.ts';

/** The stream in argument i, opened for a read; undefined where there is none. Throws WRONGTYPE. */
export function readStream(call: Call, i: number): Streams | undefined {
  const at = call.findRead(i);
  if (at === 0) return undefined;
  const { store } = call;
  if (store.entries.type(at) !== EntryType.stream) throw new CommandError(wrongType);
  store.streams.stand(call.keyspace, 0, at, call.buf, call.offset(i), call.length(i));
  return store.streams;
}

/** Opens the stream in argument i for a change; whether it exists is `streams.at`. Throws WRONGTYPE. */
export function openStream(call: Call, i: number): Streams {
  const { streams } = call.store;
  streams.open(call.keyspace, call.buf, call.offset(i), call.length(i));
  return streams;
}

/** The same for a change by who reads it, too: counts a hit or a miss, and the access. */
export function openStreamToRead(call: Call, i: number): Streams {
  const streams = openStream(call, i);
  call.countRead(i, streams.at);
  return streams;
}
