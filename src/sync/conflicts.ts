// The conflict log: writes that lost against concurrent ones, found where they met. It is bounded (the oldest go), kept
// in the ledger's notes and so as durable as the data, and each conflict has an id that is never used again here.
// It decides nothing: the join has.
import { conflictValueBytesMax } from '../store/join-conflicts.ts';
import type { SyncConflict, SyncLedger } from './ports.ts';

const notePrefix = 'conflict:';

export interface ConflictSide {
  readonly origin: string;
  readonly stamp: number;
  /** As it was, but for its length: longer ones are cut, the store has the winner whole. */
  readonly value: Buffer;
}

export interface ConflictRecord {
  readonly id: number;
  readonly db: number;
  readonly key: Buffer;
  readonly type: string;
  /** Field, member or list element; undefined where it is the key's own value. */
  readonly element: Buffer | undefined;
  readonly winner: ConflictSide;
  readonly loser: ConflictSide;
  /** The type that lost the key to another; undefined where both sides are of one type. */
  readonly loserType: string | undefined;
  readonly strategy: string;
  /** When it was found, Unix ms. */
  readonly foundMs: number;
}

type Packed = readonly [
  number,
  string,
  readonly [string, number, string],
  readonly [string, number, string],
  string,
  number,
  /** Not there in notes of older versions, which knew strings alone. */
  (string | undefined)?,
  (string | null | undefined)?,
  (string | null | undefined)?,
];

function packSide(side: ConflictSide): readonly [string, number, string] {
  return [side.origin, side.stamp, side.value.subarray(0, conflictValueBytesMax).toString('base64')];
}

function unpackSide([origin, stamp, value]: readonly [string, number, string]): ConflictSide {
  return { origin, stamp, value: Buffer.from(value, 'base64') };
}

/**
 * Two dots make a conflict: the same one can be found again, when a delta comes once more or by another road. What a
 * node wrote of a type that lost the key is one loser, however many elements it has.
 */
function pairOf(
  record: Pick<ConflictRecord, 'db' | 'key' | 'element' | 'winner' | 'loser' | 'loserType'>,
): string {
  const { db, key, element, winner, loser, loserType } = record;
  const dots = `${winner.origin}@${winner.stamp} ${loser.origin}@${loserType ?? loser.stamp}`;
  return `${db} ${dots} ${key.toString('base64')} ${element?.toString('base64') ?? ''}`;
}

export class ConflictLog {
  /** Conflicts found by this process. */
  found = 0;
  private readonly ledger: Pick<SyncLedger, 'notes' | 'setNote'>;
  private readonly countMax: number;
  private readonly ids: number[];
  private nextId: number;
  /** Id by pair of dots. */
  private readonly pairs = new Map<string, number>();

  constructor(ledger: Pick<SyncLedger, 'notes' | 'setNote'>, countMax: number) {
    this.ledger = ledger;
    this.countMax = countMax;
    this.ids = [...ledger.notes.keys()]
      .filter((name) => name.startsWith(notePrefix))
      .map((name) => Number(name.slice(notePrefix.length)))
      .sort((a, b) => a - b);
    for (const id of this.ids) {
      const record = this.get(id);
      if (record !== undefined) this.pairs.set(pairOf(record), id);
    }
    this.nextId = Math.max(Number(ledger.notes.get('conflicts-next') ?? 1), (this.ids.at(-1) ?? 0) + 1);
  }

  get count(): number {
    return this.ids.length;
  }

  /** Keeps a conflict; the caller's turn commits it. Returns its id; undefined where it is kept already. */
  add(conflict: SyncConflict, nowMs: number): number | undefined {
    const pair = pairOf(conflict);
    if (this.pairs.has(pair)) return undefined;
    const id = this.nextId++;
    this.pairs.set(pair, id);
    const { db, key, winner, loser, loserType, strategy, type, element } = conflict;
    const packed: Packed = [
      db,
      key.toString('base64'),
      packSide(winner),
      packSide(loser),
      strategy,
      nowMs,
      type,
      element?.toString('base64'),
      loserType,
    ];
    this.ledger.setNote(`${notePrefix}${id}`, JSON.stringify(packed));
    this.ids.push(id);
    this.found += 1;
    while (this.ids.length > this.countMax) this.forget(this.ids.shift()!);
    return id;
  }

  private forget(id: number): void {
    const record = this.get(id);
    if (record !== undefined) this.pairs.delete(pairOf(record));
    this.ledger.setNote(`${notePrefix}${id}`, undefined);
  }

  get(id: number): ConflictRecord | undefined {
    const text = this.ledger.notes.get(`${notePrefix}${id}`);
    if (text === undefined) return undefined;
    const [db, key, winner, loser, strategy, foundMs, type, element, loserType] = JSON.parse(text) as Packed;
    return {
      id,
      db,
      key: Buffer.from(key, 'base64'),
      type: type ?? 'string',
      element: typeof element === 'string' ? Buffer.from(element, 'base64') : undefined,
      winner: unpackSide(winner),
      loser: unpackSide(loser),
      loserType: loserType ?? undefined,
      strategy,
      foundMs,
    };
  }

  /** The newest first, at most `countMax`. */
  list(countMax: number): ConflictRecord[] {
    const newest = this.ids.slice(-countMax).reverse();
    return newest.map((id) => this.get(id)).filter((c) => c !== undefined);
  }

  /** Forgets one, or all; returns how many. The caller commits. */
  clear(id?: number): number {
    const gone = id === undefined ? [...this.ids] : this.ids.filter((known) => known === id);
    this.ledger.setNote('conflicts-next', String(this.nextId));
    for (const one of gone) {
      this.forget(one);
      this.ids.splice(this.ids.indexOf(one), 1);
    }
    return gone.length;
  }
}
