// Walks the store in slices and packs what was written before there was a dictionary, or with an older one, so that in
// the end every value is as small as the present dictionary makes it and the older ones can go. Which figures a node
// shows of its values' forms is also counted here. It runs when the driver says, knows no time, and changes no dot and
// no content.
import { Encoding, EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';

/** Redis calls a value of up to 44 bytes embedded; up to here the seed's users call it inline. */
const inlineBytesMax = 23;
const countedWhole = 4096;
const sampled = 1024;

export class PackingPass {
  private readonly store: Store;
  private keyspace = 0;
  private cursor = 0;
  private running = false;
  /** Something could not be packed anew for want of memory: the older dictionaries must stay. */
  private isPartial = false;

  constructor(store: Store) {
    this.store = store;
  }

  /** Looks at about `entriesMax` entries. Returns whether there is more to do. */
  slice(entriesMax: number): boolean {
    const { store } = this;
    const { compression } = store;
    if (!this.running) {
      if (!compression.passWanted || compression.level === 0) return false;
      compression.passWanted = false;
      this.running = true;
      this.isPartial = false;
      this.keyspace = 0;
      this.cursor = 0;
    }
    for (let visited = 0; visited < entriesMax; ) {
      this.keyspace = store.nextSpace(this.keyspace);
      const ks = store.spaceAt(this.keyspace);
      if (ks === undefined) {
        this.running = false;
        // A dictionary that came meanwhile begins another pass, which alone may let go of the older ones.
        if (!this.isPartial && !compression.passWanted && store.pendingFreeCount === 0) compression.endPass();
        return compression.passWanted;
      }
      const found: number[] = [];
      this.cursor = ks.table.scan(this.cursor, 128, (at) => {
        visited += 1;
        if (this.isWorth(at)) found.push(at);
      });
      for (const at of found) this.repack(ks, at);
      if (this.cursor === 0) this.keyspace += 1;
      visited += 1;
    }
    return true;
  }

  private isWorth(at: number): boolean {
    const { entries, arena, compression } = this.store;
    if (entries.type(at) !== EntryType.string) return false;
    const encoding = entries.encoding(at);
    if (encoding === Encoding.raw) return entries.valueLength(at) >= compression.bytesMin;
    if (encoding !== Encoding.lz4) return false;
    return compression.dictionaryOf(arena.u8, entries.valueOffset(at)) !== compression.dictionary;
  }

  private repack(ks: Keyspace, at: number): void {
    const { entries, arena, compression, strings } = this.store;
    const old = entries.encoding(at) === Encoding.lz4;
    strings.read(at);
    const { valueBytes, valueOffset, valueLength } = strings;
    const length = compression.repack(valueBytes, valueOffset, valueLength);
    const needed = entries.size(entries.keyLength(at), length, entries.hasExpiry(at));
    const isSmaller = length > 0 && arena.rounded(needed) < arena.capacity(at);
    if (isSmaller) this.replace(ks, at, Encoding.lz4, compression.packed, 0, length);
    else if (old) {
      const plain = valueBytes.slice(valueOffset, valueOffset + valueLength);
      this.replace(ks, at, Encoding.raw, plain, 0, valueLength);
    }
  }

  private replace(
    ks: Keyspace,
    at: number,
    encoding: number,
    bytes: Uint8Array,
    offset: number,
    length: number,
  ): void {
    if (!ks.recode(at, encoding, bytes, offset, length)) this.isPartial = true;
  }
}

/** In which forms the values of a store are, and what packing saves: exact for small stores, else from a sample. */
export interface ValueForms {
  readonly values: number;
  /** Of up to 23 bytes. */
  readonly inline: number;
  readonly packed: number;
  /** Bytes of the packed values, as clients see them and as they are kept. */
  readonly plainBytes: number;
  readonly packedBytes: number;
}

/** Counts the forms of string values. */
export function valueForms(store: Store): ValueForms {
  const sum = { values: 0, inline: 0, packed: 0, plainBytes: 0, packedBytes: 0 };
  const take = (at: number): void => count(store, at, sum);
  const keys = store.counts().keys;
  if (keys <= countedWhole) {
    for (const ks of store.keyspaces) {
      let cursor = 0;
      do cursor = ks.table.scan(cursor, 1024, take);
      while (cursor !== 0);
    }
    return sum;
  }
  for (const ks of store.keyspaces) {
    const share = Math.round((ks.table.size / keys) * sampled);
    for (let i = 0; i < share; i++) take(ks.table.sample(store.random));
  }
  const scale = keys / Math.max(1, sum.values);
  return {
    values: keys,
    inline: Math.round(sum.inline * scale),
    packed: Math.round(sum.packed * scale),
    plainBytes: Math.round(sum.plainBytes * scale),
    packedBytes: Math.round(sum.packedBytes * scale),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function count({ entries, arena, compression }: Store, at: number, sum: Mutable<ValueForms>): void {
  sum.values += 1;
  if (entries.type(at) !== EntryType.string) return;
  const length = entries.valueLength(at);
  if (entries.encoding(at) !== Encoding.lz4) {
    if (length <= inlineBytesMax) sum.inline += 1;
    return;
  }
  sum.packed += 1;
  sum.packedBytes += length;
  sum.plainBytes += compression.plainLength(arena.u8, entries.valueOffset(at));
}
