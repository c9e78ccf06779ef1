// What became of a delta that was joined. Numbers, because recovery and sync join a million of them; the sync and the
// journal have the same ones in their ports.

export const JoinResult = {
  /** Something changed. */
  joined: 0,
  /** Known already, or beaten: nothing changed. */
  stale: 1,
  /** Cannot be applied without the whole value of the key: ask for it, then join the answer as `whole`. */
  want: 2,
  /** No memory. */
  full: 3,
  /** Of a key that is not held whole here, from who keeps it: left out. */
  leftOut: 4,
} as const;
export type JoinResult = (typeof JoinResult)[keyof typeof JoinResult];
