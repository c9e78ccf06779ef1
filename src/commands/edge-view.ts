// What EDGE commands show of the sync and the device, as plain rows: the node fills it in, the commands only write it
// out. Values are texts and integers, so that every client can read them.

export type Row = readonly [name: string, value: string | number];

export interface ConflictSideView {
  readonly origin: string;
  /** Unix ms of the write. */
  readonly writtenMs: number;
  /** The stamp of the write, by which the later one is told. */
  readonly stamp: number;
  readonly value: Buffer;
}

export interface ConflictView {
  readonly id: number;
  readonly db: number;
  readonly key: Buffer;
  /** As TYPE says it. */
  readonly type: string;
  /** Field or member, or the id of a list's element; undefined where it is the key's own value. */
  readonly element: Buffer | undefined;
  readonly strategy: string;
  /** Unix ms. */
  readonly foundMs: number;
  readonly winner: ConflictSideView;
  readonly loser: ConflictSideView;
  /** The type that lost the key to another; undefined where both sides are of one type. */
  readonly loserType: string | undefined;
}

export interface EdgeView {
  status(): readonly Row[];
  stats(): readonly Row[];
  queue(): readonly Row[];
  /** Stamp by origin. */
  clock(): readonly Row[];
  /** The effective configuration; secrets as `***`. */
  config(): readonly Row[];
  /** A fresh sample. */
  resources(): Promise<readonly Row[]>;
  /** The nodes whose changes this one has taken in: 'linked' or 'away'. */
  peers(): readonly Row[];
  /** Has a node that is away counted as one that was never met; false where it was not known. */
  forgetPeer(nodeId: string): boolean;
  /** Key patterns that sync. */
  prefixes(): readonly string[];
  /** The WebSocket address for edges, or undefined where none are accepted. */
  endpoint(): string | undefined;
  /** Resolves when the hub has everything durably; rejects with the reason. */
  sync(full: boolean): Promise<readonly Row[]>;
  conflictCount(): number;
  /** The newest first. */
  conflicts(count: number): readonly ConflictView[];
  conflict(id: number): ConflictView | undefined;
  /** Forgets one conflict, or all; returns how many. */
  clearConflicts(id: number | undefined): number;
}
