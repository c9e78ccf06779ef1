// The inputs of ZUNION and its kin: sorted sets, and sets, whose members all have the score 1. An input is visited in
// parts, or asked for one member; only one can be visited at a time. Where others have run it is to be found anew.
import { CommandError } from '../../base/errors.ts';
import { wrongType } from '../../resp/errors.ts';
import { EntryType } from '../../store/entry.ts';
import type { Call } from '../call.ts';

export type ScoreVisitor = (u8: Uint8Array, offset: number, length: number, score: number) => void;

export interface Source {
  readonly size: number;
  /** Finds the input anew. Returns false where it is not there any more, or something else. */
  stand(): boolean;
  /** Visits about `count` members; `from` 0 at first. Returns where to go on from, 0 at the end. */
  visit(from: number, count: number, visit: ScoreVisitor): number;
  /** The score of a member; NaN where there is none. */
  scoreOf(u8: Uint8Array, offset: number, length: number): number;
}

const nothing: Source = { size: 0, stand: () => true, visit: () => 0, scoreOf: () => Number.NaN };

/** The input that the key in argument i holds. Throws WRONGTYPE where it is neither. */
export function openSource(call: Call, i: number): Source {
  const { store } = call;
  const at = call.findRead(i);
  if (at === 0) return nothing;
  const type = store.entries.type(at);
  if (type === EntryType.zset) return sortedSource(call, i, at);
  if (type === EntryType.set) return setSource(call, i, at);
  throw new CommandError(wrongType);
}

function sortedSource(call: Call, i: number, first: number): Source {
  const { cursor } = call.store.sortedSets;
  let at = first;
  cursor.open(at);
  const { size } = cursor;
  return {
    size,
    stand: () => {
      at = call.find(i);
      return at !== 0 && call.store.entries.type(at) === EntryType.zset;
    },
    visit: (from, count, visit) => {
      cursor.open(at);
      cursor.seekRank(from);
      for (let n = 0; n < count; n++) {
        if (!cursor.next()) return 0;
        visit(cursor.u8, cursor.memberOffset, cursor.memberLength, cursor.score);
      }
      return from + count;
    },
    scoreOf: (u8, offset, length) => {
      cursor.open(at);
      return cursor.find(u8, offset, length) ? cursor.score : Number.NaN;
    },
  };
}

function setSource(call: Call, i: number, at: number): Source {
  const { elements } = call.store;
  const open = (): boolean => call.openToWrite(i, EntryType.set);
  return {
    size: elements.sizeAt(at),
    stand: () => {
      const found = call.find(i);
      return found !== 0 && call.store.entries.type(found) === EntryType.set;
    },
    visit: (from, count, visit) =>
      open() ? elements.scan(from, count, (name, offset, length) => visit(name, offset, length, 1)) : 0,
    scoreOf: (u8, offset, length) => (open() && elements.get(u8, offset, length) ? 1 : Number.NaN),
  };
}
