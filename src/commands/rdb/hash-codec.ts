// Hashes in RDB form: written as pairs of strings (type 4), which Redis turns into whatever form it likes, or, where a field
// has a deadline, as triples with it (type 24, of Redis 7.4). Read also as a listpack of pairs (type 16), which is what
// Redis 7 dumps of small ones, and as one of triples (type 25).
//
//   24   u64 earliest deadline, length, then for each field: length (0 = no deadline, else deadline - earliest + 1),
//        string name, string value
//   25   u64 earliest deadline, string: a listpack of name, value, deadline (0 = none)
import { EntryType } from '../../store/entry.ts';
import { eachElement, standOn } from './each-element.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import type { RdbWriter } from './rdb-writer.ts';
import { replaceByElements } from './replace-by-elements.ts';
import type { ValueCodec } from './value-codec.ts';

const rdbHash = 4;
const rdbHashListpack = 16;
const rdbHashDeadlines = 24;
const rdbHashListpackDeadlines = 25;
/** The version of Redis 7.4. */
const versionOfDeadlines = 12;
/** The latest deadline that Redis knows, Unix ms. */
const deadlineMsMax = 2 ** 48 - 1;

interface Fields {
  /** Names and values in turn. */
  readonly pairs: Buffer[];
  /** Unix ms, one for each pair; 0 = none. */
  readonly deadlines: number[];
}

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
  read(rdbType, input) {
    const { pairs, deadlines } = readFields(rdbType, input);
    if (pairs.length === 0 || pairs.length % 2 !== 0) throw new MalformedRdb('a hash of no pairs');
    const names = new Set(pairs.filter((_, i) => i % 2 === 0).map((name) => name.toString('latin1')));
    if (names.size !== pairs.length / 2) throw new MalformedRdb('a hash with a field twice');
    return (target) => replaceByElements(target, EntryType.hash, pairs, deadlines);
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

function readFields(rdbType: number, input: RdbReader): Fields {
  if (rdbType === rdbHash) return { pairs: readPairs(input), deadlines: [] };
  if (rdbType === rdbHashListpack) return { pairs: readListpack(input.string()), deadlines: [] };
  const earliest = input.u64();
  if (earliest > BigInt(deadlineMsMax)) throw new MalformedRdb('a deadline beyond all times');
  const fields =
    rdbType === rdbHashDeadlines
      ? readTriples(input, Number(earliest))
      : triplesOf(readListpack(input.string()));
  const isOut = fields.deadlines.some((ms) => !Number.isSafeInteger(ms) || ms < 0 || ms > deadlineMsMax);
  if (isOut) throw new MalformedRdb('a deadline beyond all times');
  return fields;
}

function readPairs(input: RdbReader): Buffer[] {
  const pairs: Buffer[] = [];
  for (let n = input.count(2) * 2; n > 0; n--) pairs.push(input.string());
  return pairs;
}

function readTriples(input: RdbReader, earliestMs: number): Fields {
  const fields: Fields = { pairs: [], deadlines: [] };
  for (let n = input.count(3); n > 0; n--) {
    const left = input.length(deadlineMsMax);
    fields.deadlines.push(left === 0 ? 0 : earliestMs + left - 1);
    fields.pairs.push(input.string(), input.string());
  }
  return fields;
}

function triplesOf(parts: readonly Buffer[]): Fields {
  if (parts.length % 3 !== 0) throw new MalformedRdb('a hash of no triples');
  const fields: Fields = { pairs: [], deadlines: [] };
  for (let i = 0; i < parts.length; i += 3) {
    fields.pairs.push(parts[i]!, parts[i + 1]!);
    fields.deadlines.push(Number(parts[i + 2]!.toString('latin1')));
  }
  return fields;
}
