// The limits of the sync, with their defaults; the config's `sync.*` and `edge.*` fill them in. Each bounds something
// that a peer, or a long time without one, would otherwise grow without end.

export interface SyncLimits {
  /** About how much a batch holds. One larger block goes alone. */
  readonly batchDeltas: number;
  readonly batchBytes: number;
  /** What a peer may have sent beyond what was acknowledged as received. */
  readonly windowBytes: number;
  /** A longer tail is let go of: what is pending is then read from the store. */
  readonly offlineQueueSize: number;
  /** How far ahead of this node's clock a dialer's stamps may be. */
  readonly maxClockSkewMs: number;
  /** How long a refused (skew) or starved batch waits. */
  readonly retryMs: number;
  readonly wantsMax: number;
  readonly conflictsMax: number;
  /** Whether batches are packed with LZ4 for peers that can unpack them. */
  readonly packs: boolean;
  /** A longer batch is joined in slices, if it has not too many keys. */
  readonly slicedBytes: number;
  /** Records of a slice. */
  readonly sliceRecords: number;
  /** After so many links were told what is new, it is a ms until they are told more. */
  readonly linksPerMs: number;
}

export const syncLimitsDefault: SyncLimits = {
  batchDeltas: 8192,
  batchBytes: 256 * 1024,
  windowBytes: 4 * 1024 * 1024,
  offlineQueueSize: 10_000,
  maxClockSkewMs: 120_000,
  retryMs: 5_000,
  wantsMax: 1024,
  conflictsMax: 1000,
  packs: true,
  slicedBytes: 320 * 1024,
  sliceRecords: 2048,
  linksPerMs: 20,
};
