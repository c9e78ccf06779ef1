// Sorted sets in RDB form: written as pairs of string and double (type 5), which Redis turns into whatever form it
// likes; read also with scores as text (type 3) and as a listpack of pairs (type 17), which is what Redis 7 dumps of
// small ones.
import { inParts } from '../../base/in-parts.ts';
import { EntryType } from '../../store/entry.ts';
import { scoreBytes, unpackScore } from '../../store/score.ts';
import { eachElement, standOn } from './each-element.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import { readElements } from './read-elements.ts';
import type { ReadElement, ValueCodec } from './value-codec.ts';

const rdbZsetText = 3;
const rdbZset = 5;
const rdbZsetListpack = 17;

export const zsetCodec: ValueCodec = {
  entryType: EntryType.zset,
  rdbTypes: [rdbZsetText, rdbZset, rdbZsetListpack],
  *write(source, out) {
    const { elements, nowMs } = source.store;
    if (!standOn(source, EntryType.zset)) return false;
    out.u8(rdbZset);
    out.length(elements.size);
    return yield* eachElement(
      source,
      EntryType.zset,
      nowMs,
      (name, nameOffset, nameLength, value, valueOffset) => {
        out.string(name, nameOffset, nameLength);
        out.double(unpackScore(value, valueOffset));
      },
    );
  },
  read: (rdbType, input) => readElements(EntryType.zset, membersOf(rdbType, input)),
  readLarge: (rdbType, input) => ({ elements: membersOf(rdbType, input) }),
};

function* membersOf(rdbType: number, input: RdbReader): Generator<ReadElement, void, void> {
  if (rdbType === rdbZsetListpack) {
    for (const [name, score] of inParts(readListpack(input.string()), 2)) {
      if (score === undefined) throw new MalformedRdb('a member without a score');
      yield element(name!, scoreOf(score.toString('latin1')));
    }
    return;
  }
  for (let n = input.count(2); n > 0; n--) {
    const name = input.string();
    yield element(name, rdbType === rdbZset ? input.double() : textDouble(input));
  }
}

function element(name: Buffer, score: number): ReadElement {
  if (Number.isNaN(score)) throw new MalformedRdb('a score that is no number');
  const value = Buffer.allocUnsafe(scoreBytes);
  value.writeDoubleLE(score === 0 ? 0 : score);
  return { name, value, deadlineMs: 0 };
}

/** A double as text behind its length; three lengths stand for what has no digits. */
function textDouble(input: RdbReader): number {
  const length = input.u8();
  if (length === 255) return Number.NEGATIVE_INFINITY;
  if (length === 254) return Number.POSITIVE_INFINITY;
  if (length === 253) return Number.NaN;
  return scoreOf(input.text(length));
}

function scoreOf(text: string): number {
  if (text === 'inf') return Number.POSITIVE_INFINITY;
  if (text === '-inf') return Number.NEGATIVE_INFINITY;
  return text === '' || /\s/.test(text) ? Number.NaN : Number(text);
}
