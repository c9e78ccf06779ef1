// Whether a peer's batch may be joined: all of it is walked first, so that what is malformed, forged or too far ahead
// of this node's clock is refused before anything is joined. It joins nothing.
import { stampMax } from '../base/clock.ts';
import type { BatchReader } from '../delta/batch-reader.ts';
import { DeltaKind, isContent } from '../delta/kinds.ts';
import type { BatchKeys } from './batch-keys.ts';
import type { WholeBatch } from './frame.ts';
import type { Identity } from './identity.ts';
import type { SyncLimits } from './limits.ts';
import type { SyncStore, Timers } from './ports.ts';
import type { SlicePace } from './slice-pace.ts';

/** Why a batch is not to be joined, and how many deltas it has. */
export interface Refusal {
  readonly reason: 'skew' | 'forged' | 'too_large' | 'busy';
  readonly error: string;
  readonly deltas: number;
}

/** A large batch: its keys, which are found as it is judged, and when a slice of it is over. */
export interface Slices {
  readonly keys: BatchKeys;
  readonly pace: SlicePace;
}

export interface JudgeParts {
  readonly store: Pick<SyncStore, 'clock' | 'self'>;
  readonly identity: Pick<Identity, 'isOwnPast'>;
  readonly timers: Pick<Timers, 'nowMs'>;
  readonly limits: Pick<SyncLimits, 'maxClockSkewMs'>;
  /** Whether the peer's clock is judged here: where an edge's deltas enter. */
  readonly judgesSkew: boolean;
}

/**
 * Walks the whole batch, and says why it is not to be joined; undefined where it may be. Throws FerriteError
 * LINK_PROTOCOL where it is malformed. Yields between slices.
 */
export function* judgeBatch(
  { store, identity, judgesSkew, timers, limits }: JudgeParts,
  batch: WholeBatch,
  reader: BatchReader,
  slices?: Slices,
): Generator<undefined, Refusal | undefined, void> {
  const latest = judgesSkew ? store.clock.latest(timers.nowMs(), limits.maxClockSkewMs) : stampMax;
  const lastOwn = store.clock.last();
  let refusal: Pick<Refusal, 'reason' | 'error'> | undefined;
  let deltas = 0;
  reader.open(batch.buf, batch.start, batch.buf.length);
  while (reader.next()) {
    const { origin, kind } = reader;
    if (kind !== DeltaKind.frontier) deltas += 1;
    if (!isContent(kind) && kind !== DeltaKind.frontier) {
      refusal ??= { reason: 'forged', error: `a delta of kind ${kind} does not travel` };
    }
    if (origin === store.self) {
      const isOwn =
        kind === DeltaKind.frontier
          ? identity.isOwnPast({ stamp: reader.stamp, tag: reader.tag })
          : reader.stamp <= lastOwn;
      if (!isOwn) refusal ??= { reason: 'forged', error: 'a delta of the receiver that it never made' };
    }
    if (reader.greatestStamp > latest) {
      refusal ??= { reason: 'skew', error: `stamps are ahead by more than ${limits.maxClockSkewMs} ms` };
    }
    if (slices === undefined) continue;
    slices.keys.add(reader);
    if (slices.pace.isOver()) yield;
  }
  return refusal && { ...refusal, deltas };
}
