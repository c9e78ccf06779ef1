// Hashes in RDB form: written as pairs of strings (type 4), which Redis turns into whatever form it likes, or, where a
// field has a deadline, as triples with it (type 24, of Redis 7.4). Read also as a listpack of pairs (type 16), which
// is what Redis 7 dumps of small ones, and as one of triples (type 25).
//
//   24   u64 earliest deadline, length, then for each field: length (0 = no deadline, else deadline - earliest + 1),
//        string name, string value
//   25   u64 earliest deadline, string: a listpack of name, value, deadline (0 = none)
import { inParts } from '../../base/in-parts.ts';
import { EntryType } from '../../store/entry.ts';
import { eachElement, standOn } from './each-element.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { readElements } from './read-elements.ts';
import type { Part, Place, ReadElement, ValueCodec } from './value-codec.ts';

const rdbHash = 4;
const rdbHashListpack = 16;
const rdbHashDeadlines = 24;
const rdbHashListpackDeadlines = 25;
/** The version of Redis 7.4. */
const versionOfDeadlines = 12;
/** The latest deadline that Redis knows, Unix ms. */
const deadlineMsMax = 2 ** 48 - 1;

export const hashCodec: ValueCodec = {
  entryType: EntryType.hash,
  rdbTypes: [rdbHash, rdbHashListpack, rdbHashDeadlines, rdbHashListpackDeadlines],
  *write(source, out) {
    const { elements, nowMs } = source.store;
    if (!standOn(source, EntryType.hash)) return false;
    let count = elements.size;
    let earliestMs = 0;
    if (elements.hasDeadlinesAt(elements.at)) {
      count = 0;
      const isThere = yield* eachElement(source, EntryType.hash, nowMs, () => {
        const { deadlineMs } = elements;
        count += 1;
        if (deadlineMs !== 0 && (earliestMs === 0 || deadlineMs < earliestMs)) earliestMs = deadlineMs;
      });
      if (!isThere) return false;
    }
    writeHead(out, earliestMs);
    out.length(count);
    return yield* eachElement(
      source,
      EntryType.hash,
      nowMs,
      (name, nameOffset, nameLength, value, valueOffset, valueLength) => {
        const { deadlineMs } = elements;
        if (earliestMs !== 0) out.length(deadlineMs === 0 ? 0 : deadlineMs - earliestMs + 1);
        out.string(name, nameOffset, nameLength);
        out.string(value, valueOffset, valueLength);
      },
    );
  },
  read: (rdbType, input) => readElements(EntryType.hash, fieldsOf(rdbType, input)),
  readLarge(rdbType, input, partElements) {
    const elements = fieldsOf(rdbType, input);
    const hasDeadlines = rdbType === rdbHashDeadlines || rdbType === rdbHashListpackDeadlines;
    return hasDeadlines ? { parts: partsOf(elements, partElements) } : { elements };
  },
};

function writeHead(out: RdbWriter, earliestMs: number): void {
  if (earliestMs === 0) {
    out.u8(rdbHash);
    return;
  }
  out.version = versionOfDeadlines;
  out.u8(rdbHashDeadlines);
  out.u64(BigInt(earliestMs));
}

function* fieldsOf(rdbType: number, input: RdbReader): Generator<ReadElement, void, void> {
  if (rdbType === rdbHash) {
    for (let n = input.count(2); n > 0; n--) yield field(input.string(), input.string(), 0);
    return;
  }
  if (rdbType === rdbHashListpack) {
    for (const [name, value] of inParts(readListpack(input.string()), 2)) {
      if (value === undefined) throw new MalformedRdb('a hash of no pairs');
      yield field(name!, value, 0);
    }
    return;
  }
  const earliestMs = timeOf(input.u64());
  if (rdbType === rdbHashListpackDeadlines) {
    for (const [name, value, deadlineMs] of inParts(readListpack(input.string()), 3)) {
      if (deadlineMs === undefined) throw new MalformedRdb('a hash of no triples');
      yield field(name!, value!, Number(deadlineMs.toString('latin1')));
    }
    return;
  }
  for (let n = input.count(3); n > 0; n--) {
    const left = input.length(deadlineMsMax);
    const deadlineMs = left === 0 ? 0 : earliestMs + left - 1;
    yield field(input.string(), input.string(), deadlineMs);
  }
}

function timeOf(ms: bigint): number {
  if (ms > BigInt(deadlineMsMax)) throw new MalformedRdb('a deadline beyond all times');
  return Number(ms);
}

function field(name: Buffer, value: Buffer, deadlineMs: number): ReadElement {
  if (!Number.isSafeInteger(deadlineMs) || deadlineMs < 0 || deadlineMs > deadlineMsMax) {
    throw new MalformedRdb('a deadline beyond all times');
  }
  return { name, value, deadlineMs };
}

/** Some fields at a time, for a hash that is the same until all are there. */
function* partsOf(fields: Iterable<ReadElement>, partElements: number): Generator<Part, void, void> {
  const left = new Set<string>();
  for (const some of inParts(fields, partElements)) {
    yield (place) => putFields(place, some, left);
  }
}

/** `left`: names of the fields whose deadlines had passed, which are left out. */
function putFields(
  { store, ks, key, offset, length }: Place,
  fields: ReadElement[],
  left: Set<string>,
): void {
  const { elements } = store;
  elements.open(ks, key, offset, length, EntryType.hash);
  for (const { name, value, deadlineMs } of fields) {
    const isThere = elements.at !== 0 && elements.get(name, 0, name.length);
    if (isThere || (left.size > 0 && left.has(name.toString('latin1'))))
      throw new MalformedRdb('a hash with a field twice');
    if (deadlineMs !== 0 && deadlineMs <= store.nowMs) {
      left.add(name.toString('latin1'));
      continue;
    }
    elements.put(name, 0, name.length, value, 0, value.length);
    if (deadlineMs !== 0) elements.expire(name, 0, name.length, deadlineMs);
  }
}
