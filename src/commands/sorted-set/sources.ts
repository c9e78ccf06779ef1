// The inputs of ZUNION and its kin: sorted sets, and sets, whose members all have the score 1. An input is visited
// as a whole or asked for one member; only one can be visited at a time.
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';

export type ScoreVisitor = (u8: Uint8Array, offset: number, length: number, score: number) => void;

export interface Source {
  readonly size: number;
  each(visit: ScoreVisitor): void;
  /** The score of a member; NaN where there is none. */
  scoreOf(u8: Uint8Array, offset: number, length: number): number;
}

const nothing: Source = { size: 0, each: () => {}, scoreOf: () => Number.NaN };

/** The input that the key in argument i holds. Throws WRONGTYPE where it is neither. */
export function openSource(call: Call, i: number): Source {
  const { store } = call;
  const at = call.findRead(i);
  if (at === 0) return nothing;
  const type = store.entries.type(at);
  if (type === EntryType.zset) return sortedSource(call, at);
  if (type === EntryType.set) return setSource(call, i, at);
  throw new CommandError(wrongType);
}

function sortedSource(call: Call, at: number): Source {
  const { cursor } = call.store.sortedSets;
  cursor.open(at);
  return {
    size: cursor.size,
    each: (visit) => {
      cursor.open(at);
      cursor.seekRank(0);
      while (cursor.next()) visit(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
    },
    scoreOf: (u8, offset, length) => {
      cursor.open(at);
      return cursor.find(u8, offset, length) ? cursor.score : Number.NaN;
    },
  };
}

function setSource(call: Call, i: number, at: number): Source {
  const { elements } = call.store;
  const { keyspace, buf } = call;
  const [key, keyLength] = [call.offset(i), call.length(i)];
  const open = (): boolean => elements.open(keyspace, buf, key, keyLength, EntryType.set);
  return {
    size: elements.sizeAt(at),
    each: (visit) => {
      if (open()) elements.each((name, offset, length) => visit(name, offset, length, 1));
    },
    scoreOf: (u8, offset, length) => (open() && elements.get(u8, offset, length) ? 1 : Number.NaN),
  };
}
