// Conflicts that joins come upon: a value that meets another's, of the same key or the same element, where neither was
// written with knowledge of the other. They are told to whoever keeps the log of them; what stands has been decided by
// the join. Nothing is looked for in recovery, where there is no `context` of a sender.
import { stampFrom } from '../base/clock.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaKind } from '../delta/kinds.ts';
import type { VersionVector } from '../delta/vector.ts';
import { formatDouble } from '../resp/format-double.ts';
import { EntryType } from './entry.ts';
import type { Dot, KeyState } from './key-state.ts';
import type { Keyspace } from './keyspace.ts';
import { scoreBytes, unpackScore } from './score.ts';
import type { Store } from './store.ts';

/** A concurrent write that lost, as the conflict log keeps it. */
export interface Conflict {
  readonly db: number;
  readonly key: Buffer;
  /** What the key is, by the name that TYPE has for it. */
  readonly type: string;
  /**
   * The field or member, or the id of a list's element as `origin@stamp`; undefined where it is the key's own value.
   */
  readonly element: Buffer | undefined;
  readonly winner: { readonly origin: string; readonly stamp: number; readonly value: Buffer };
  readonly loser: { readonly origin: string; readonly stamp: number; readonly value: Buffer };
  /** The type that lost the key; undefined where both are of one type. */
  readonly loserType: string | undefined;
  readonly strategy: 'crdt' | 'lww';
}

const noValue = Buffer.alloc(0);
const typeNames = ['string', 'list', 'set', 'zset', 'hash', 'stream'];

/** Whether what arrives and what is here were written without knowledge of one another. */
function isConcurrent(d: BatchReader, here: Dot, context: VersionVector): boolean {
  if (here.origin === d.origin) return false;
  if (d.baseOrigin === here.origin && stampFrom(d.baseHi, d.baseLo) === here.stamp) return false;
  return !context.covers(here.origin, here.stamp);
}

/** Notes a conflict of a put with the plain string at `at`. */
export function noteConflict(
  store: Store,
  ks: Keyspace,
  d: BatchReader,
  at: number,
  context: VersionVector | undefined,
): void {
  if (context === undefined || store.onConflict === undefined) return;
  const here = { stamp: store.entries.stamp(at), origin: store.entries.origin(at) };
  if (!isConcurrent(d, here, context)) return;
  report(store, ks, d, here, store.strings.copy(at), EntryType.string, undefined);
}

/** Notes a conflict of a put with the value of a key or of an element. */
export function noteStateConflict(
  store: Store,
  ks: Keyspace,
  d: BatchReader,
  state: KeyState,
  context: VersionVector | undefined,
): void {
  if (context === undefined || store.onConflict === undefined || state.value === undefined) return;
  if (state.purged) return;
  const here = state.value.dot;
  if (store.compare(here, { stamp: d.stamp, origin: d.origin }) === 0) return;
  if (!isConcurrent(d, here, context)) return;
  const { elementType, elementOffset, elementLength, buf } = d;
  const element =
    elementType === 0 ? undefined : Buffer.from(buf.subarray(elementOffset, elementOffset + elementLength));
  report(store, ks, d, here, Buffer.from(state.value.bytes), elementType, element);
}

/** Notes a conflict of two rewrites of the element `id` of a list; `here`: the dot of the one that is there. */
export function noteRewriteConflict(
  store: Store,
  ks: Keyspace,
  d: BatchReader,
  id: Dot,
  here: Dot,
  value: Buffer,
  context: VersionVector | undefined,
): void {
  if (context === undefined || store.onConflict === undefined) return;
  if (store.compare(here, { stamp: d.stamp, origin: d.origin }) === 0) return;
  if (here.origin === d.origin || context.covers(here.origin, here.stamp)) return;
  const name = Buffer.from(`${store.origins.name(id.origin)}@${id.stamp}`);
  report(store, ks, d, here, value, EntryType.list, name);
}

function report(
  store: Store,
  ks: Keyspace,
  d: BatchReader,
  here: Dot,
  hereValue: Buffer,
  type: number,
  element: Buffer | undefined,
): void {
  const theirs = Buffer.from(d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength));
  if (theirs.equals(hereValue)) return;
  const local = {
    origin: store.origins.name(here.origin),
    stamp: here.stamp,
    value: shownValue(hereValue, type),
  };
  const remote = { origin: store.origins.name(d.origin), stamp: d.stamp, value: shownValue(theirs, type) };
  const remoteWins = store.compare({ stamp: d.stamp, origin: d.origin }, here) > 0;
  store.onConflict?.({
    db: store.databaseOf(ks.id),
    key: Buffer.from(d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength)),
    type: typeNames[type] ?? '',
    element,
    winner: remoteWins ? remote : local,
    loser: remoteWins ? local : remote,
    loserType: undefined,
    strategy: store.lww ? 'lww' : 'crdt',
  });
}

/** What one of two types has said of a key, and its latest dot. */
export interface TypeClaim {
  readonly type: number;
  readonly dot: Dot;
  /** Of a string, or its beginning; empty for any other type. */
  readonly value: () => Buffer;
}

/** So much of a value is kept of a conflict. */
export const conflictValueBytesMax = 4096;

/** Kinds that put something under a key; the rest only goes on with what is there. */
const puttingKinds: readonly number[] = [
  DeltaKind.put,
  DeltaKind.count,
  DeltaKind.registers,
  DeltaKind.insert,
  DeltaKind.entry,
];

/** Notes that two nodes used a key for different types: the later has it. `here` is what of the other type is here. */
export function noteTypeConflict(
  store: Store,
  ks: Keyspace,
  d: BatchReader,
  said: { readonly type: number; readonly dot: Dot },
  here: TypeClaim,
  context: VersionVector | undefined,
): void {
  if (context === undefined || store.onConflict === undefined || !puttingKinds.includes(d.kind)) return;
  if (!isConcurrent(d, here.dot, context)) return;
  const isString = said.type === EntryType.string && d.kind === DeltaKind.put;
  const value = isString
    ? Buffer.from(d.buf.subarray(d.valueOffset, d.valueOffset + d.valueLength))
    : noValue;
  const claims = [
    { ...said, value },
    { ...here, value: here.value() },
  ].sort((a, b) => store.compare(b.dot, a.dot));
  const [winner, loser] = claims.map(({ dot, value }) => {
    return { origin: store.origins.name(dot.origin), stamp: dot.stamp, value };
  });
  store.onConflict({
    db: store.databaseOf(ks.id),
    key: Buffer.from(d.buf.subarray(d.keyOffset, d.keyOffset + d.keyLength)),
    type: typeNames[claims[0]!.type] ?? '',
    element: undefined,
    winner: winner!,
    loser: loser!,
    loserType: typeNames[claims[1]!.type] ?? '',
    strategy: store.lww ? 'lww' : 'crdt',
  });
}

/** A score as people read it. */
function shownValue(value: Buffer, type: number): Buffer {
  if (type !== EntryType.zset || value.length !== scoreBytes) return value;
  return Buffer.from(formatDouble(unpackScore(value, 0)));
}
