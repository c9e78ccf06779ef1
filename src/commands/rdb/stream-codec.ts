// Streams in RDB form: nodes of entries as listpacks, what is known of the stream, its groups with what is pending in
// them. Written (write-stream.ts) as Redis 7.0 has it (type 19); read also as Redis 5 (15) and Redis 7.2 (21) have it.
// A chunk here is a node there.
//
//   nodes { key: id of 16 bytes, listpack } ..., entries, last id, [first id, greatest id deleted, entries added],
//   groups { name, last id, [entries read], pending { id, time, deliveries } ...,
//            consumers { name, seen time, [active time], pending { id } ... } ... } ...
//   listpack   entries, deleted, names, name ..., 0, { flags, ms and sequence less those of the key,
//              [fields, name and] value ..., number of elements so far in the entry } ...
import { EntryType } from '../../store/entry.ts';
import { rdbListpacks, rdbListpacks3, readStream, type StreamPart } from './read-stream.ts';
import type { Part, Place, Target, ValueCodec } from './value-codec.ts';
import { rdbListpacks2, writeStream } from './write-stream.ts';

export const streamCodec: ValueCodec = {
  entryType: EntryType.stream,
  rdbTypes: [rdbListpacks, rdbListpacks2, rdbListpacks3],
  write: writeStream,
  read(rdbType, input) {
    const parts = [...readStream(rdbType, input, Number.POSITIVE_INFINITY)].filter(
      (part) => part !== undefined,
    );
    return (target) => putAll(target, parts);
  },
  readLarge: (rdbType, input, partElements) => ({
    parts: largeParts(readStream(rdbType, input, partElements)),
  }),
};

function* largeParts(parts: Iterable<StreamPart | undefined>): Generator<Part | undefined, void, void> {
  for (const part of parts) yield part && ((place) => put(place, [part]));
}

/**
 * Puts the stream in place of whatever is there. Throws CommandError OOM, or that of a limit, and changes nothing then.
 */
function putAll(target: Target, parts: readonly StreamPart[]): void {
  const { store, ks, key, offset, length, deadlineMs } = target;
  const hash = store.hash.of(key, offset, length);
  let bytes = 0;
  for (const part of parts) {
    store.checkLimits(length, part.longestBytes, false);
    bytes += part.bytes;
  }
  store.checkLimits(length, 0, store.find(ks, hash, key, offset, length) === 0);
  store.requireBlock(bytes);
  store.remove(ks, key, offset, length);
  put(target, parts);
  if (deadlineMs !== 0) store.expireAt(ks, hash, ks.entryOf(hash, key, offset, length), deadlineMs);
}

function put({ store, ks, key, offset, length }: Place, parts: readonly StreamPart[]): void {
  store.streams.open(ks, key, offset, length);
  for (const part of parts) part.put(store.streams);
}
