// Sorted sets in RDB form: written as pairs of string and double (type 5), which Redis turns into whatever form it likes;
// read also with scores as text (type 3) and as a listpack of pairs (type 17), which is what Redis 7 dumps of small ones.
import { EntryType } from '../../store/entry.ts';
import { unpackScore } from '../../store/score.ts';
import { eachElement, standOn } from './each-element.ts';
import { readListpack } from './listpack.ts';
import { MalformedRdb, type RdbReader } from './rdb-reader.ts';
import { replaceByElements } from './replace-by-elements.ts';
import type { ValueCodec } from './value-codec.ts';

const rdbZsetText = 3;
const rdbZset = 5;
const rdbZsetListpack = 17;

interface Scored {
  readonly member: Buffer;
  readonly score: number;
}

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
  read(rdbType, input) {
    const scored =
      rdbType === rdbZsetListpack ? readPairs(readListpack(input.string())) : readMembers(rdbType, input);
    const names = new Set(scored.map(({ member }) => member.toString('latin1')));
    if (
      scored.length === 0 ||
      names.size !== scored.length ||
      scored.some(({ score }) => Number.isNaN(score))
    ) {
      throw new MalformedRdb('a sorted set with no member, one twice or a score that is no number');
    }
    scored.sort((a, b) => a.score - b.score || Buffer.compare(a.member, b.member));
    const pairs = scored.flatMap(({ member, score }) => [member, scoreBytes(score)]);
    return (target) => replaceByElements(target, EntryType.zset, pairs);
  },
};

function scoreBytes(score: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(score === 0 ? 0 : score);
  return bytes;
}

function readPairs(elements: readonly Buffer[]): Scored[] {
  if (elements.length % 2 !== 0) throw new MalformedRdb('a member without a score');
  const out: Scored[] = [];
  for (let i = 0; i < elements.length; i += 2) {
    out.push({ member: elements[i]!, score: scoreOf(elements[i + 1]!.toString('latin1')) });
  }
  return out;
}

function readMembers(rdbType: number, input: RdbReader): Scored[] {
  return Array.from({ length: input.count(2) }, () => {
    const member = input.string();
    return { member, score: rdbType === rdbZset ? input.double() : textDouble(input) };
  });
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
