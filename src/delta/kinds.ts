// The kinds of delta and their flags. A delta is one small fact about one key, made by one origin at one stamp; a few
// kinds from `frontier` on are the journal's and links' own bookkeeping, or like `group` and `unheld` a store's alone.
// Numbers are part of the journal's and the wire's format: they are never reused.

export const DeltaKind = {
  /** A whole string value, with what it says of expiry. */
  put: 1,
  /** A counter slot of one origin: run and sum. */
  count: 2,
  /** Bytes at an offset of a string whose current dot is the base. */
  patch: 3,
  /** Kills everything of a key at or below the kill dot. */
  clear: 4,
  /** An absolute deadline, or none. */
  expire: 5,
  /** Kills everything of a keyspace at or below the kill dot. */
  clearDb: 6,
  /** Database index (payload) shows keyspace `db`: SWAPDB. */
  mapDb: 7,
  /** An entry of a stream: its id and its fields. */
  entry: 8,
  /** An expired key was purged here. Local: journal only. */
  forget: 9,
  /** An element of a list; the record's dot is its id. */
  insert: 10,
  /** A new value of the list element whose id is the base dot. */
  rewrite: 11,
  /** Kills the list element whose id is the base dot. */
  remove: 12,
  /** The HyperLogLog registers of one origin: all of them, or those that rose since its set had the base dot. */
  registers: 13,
  /** A key was evicted here; all of it at or below the dot. Local: journal only. */
  evict: 14,
  /** What a stream is beside its entries: its last id, and up to where it was trimmed. */
  extent: 15,
  /** Everything of this origin up to this stamp is complete here; `tag` names the start that gave the stamp. */
  frontier: 16,
  /** This node started: origin, first stamp, tag. */
  start: 17,
  /** What has been taken in from a peer's journal: opaque payload of the sync, named by key. */
  ledger: 18,
  /** A change of the consumer groups of a stream. Local: journal and snapshots only. */
  group: 19,
  /** What a node knows of keys that it does not hold whole. Local: journal and snapshots only. */
  unheld: 20,
  /** What is in a run, records kept beside the log, counts from here on. Local: journal only. */
  run: 21,
} as const;
export type DeltaKind = (typeof DeltaKind)[keyof typeof DeltaKind];

export const DeltaFlag = {
  /** The dot that this value replaced, of another origin, follows. */
  base: 1,
  /** The delta also states the expiry, under its own dot: none unless `deadline`. */
  expiryStated: 2,
  /** A deadline (absolute Unix ms) follows. */
  deadline: 4,
  /** Per-origin records of the counter slots seen follow. */
  records: 8,
  /** The sum is decimal text, not a 64-bit integer. */
  decimal: 16,
  /** entry: the id stands as it is, not as a difference of times. */
  wide: 16,
  /** The kill dot differs from the event dot and follows. */
  kill: 32,
  /** Type and name of an element follow the key: the delta speaks of that element alone. */
  element: 64,
  /** clear: the kill dot is that of a type that lost its key to another; it kills counter runs as well. */
  floor: 128,
  /** put: the value expired and its bytes are gone; its dot is told all the same. */
  hollow: 128,
} as const;

/** Flags of `run`. */
export const RunFlag = {
  /** Of several origins: its dot says nothing of the others. */
  mixed: 1,
} as const;

/** Flags of `evict` and `unheld`. */
export const UnheldFlag = {
  /** The key is not held whole from here on; an `unheld` without it: it is held whole again. */
  marked: 1,
  /** There may have been counters in it. */
  counters: 2,
  /** unheld: what follows stands for many keys (store/unheld-filter.ts). */
  filter: 4,
  /** evict: nothing went, but what follows of the key in its block is left out. */
  leftOut: 4,
  /** Three bits: the type that it had, EntryType of the store, 7 where nobody remembers. */
  typeShift: 3,
  /** How far a list reaches follows (store/list/list-ends.ts). */
  ends: 128,
} as const;

/** clear of a key: the low bits of the flags hold one more than the type of what it removed; 0 = not said. */
export const clearTypeMask = 7;

/** The types a delta of an element can name, as EntryType of the store has them. Of a stream: clear alone, by id. */
export const ElementType = { set: 2, zset: 3, hash: 4, stream: 5 } as const;

/** Whether a kind speaks of the content of a store, and not of the journal or a link. */
export function isContent(kind: number): boolean {
  return kind < DeltaKind.frontier && kind !== DeltaKind.forget && kind !== DeltaKind.evict;
}

/** Whether a kind is the journal's and links' own: a store has nothing to do with it. */
export function isBookkeeping(kind: number): boolean {
  return kind >= DeltaKind.frontier && kind <= DeltaKind.ledger;
}

/** Longest key, value or text in a batch, in bytes: Redis's own limit for one bulk. */
export const bulkBytesMax = 512 * 1024 * 1024;
/** Databases a node has; keyspaces in deltas are 0 to 15. */
export const keyspacesMax = 16;
/**
 * Blocks of a log name the node that their records come from, '' for those made here. This is what a node notes down of
 * its links for itself: whoever reads the log for others may pass over it. No node has such an id.
 */
export const notesSource = '#notes';
