// Eviction: what goes when memory or the limit of keys is used up. Expired keys go first, then keys that the policy
// picks from samples of the table. It is local forgetting: it never travels, is journaled as `evict`, and spares
// whatever a hub has not acknowledged. It runs between the tries of a write that found no room, never in the midst of
// one, because an entry that goes makes offsets void. Where there is a keeper, from whom everything can be had again,
// keys of all types go and are marked (unheld.ts). Knows no clients and no links: what others have is asked of the
// driver.
import type { VersionVector } from '../delta/vector.ts';
import { frequency, idleSeconds, type LfuRules } from './access-clock.ts';
import { coveredKey, isHeadCovered } from './coverage.ts';
import { Encoding, EntryType } from './entry.ts';
import type { Keyspace } from './keyspace.ts';
import type { Store } from './store.ts';
import { endsIn, flagsOf, type UnheldKey } from './unheld.ts';

export const evictionPolicies = [
  'noeviction',
  'allkeys-lru',
  'allkeys-lfu',
  'allkeys-random',
  'volatile-lru',
  'volatile-lfu',
  'volatile-random',
  'volatile-ttl',
] as const;
export type EvictionPolicy = (typeof evictionPolicies)[number];

/** The best candidates so far are kept between evictions, as samples of one are few. */
const poolSize = 16;
/** Tries of one write, each after evicting more than before. */
const reliefsMax = 12;
const firstRelief = 8;
const compactionsMax = 4;
/** Segments of tables out of use that are freed at the first try. */
const freedSegments = 64;
const expiredPerRelief = 1024;
/** Entries looked at for one that may go, where samples find none. */
const searchEntriesMax = 4096;
/** Samples taken for each that is wanted, where most cannot go. */
const missesMax = 8;
/** Keys found to hold something pending, deep down, that are remembered for a while. */
const pendingKeysMax = 256;
const pendingForMs = 100;

interface Candidate {
  readonly ks: Keyspace;
  readonly key: Uint8Array;
  /** The greater, the sooner it goes. */
  readonly score: number;
}

export class Eviction {
  /** Keys compared for each that goes: maxmemory-samples. */
  samples = 5;
  lfu: LfuRules = { logFactor: 10, decayMinutes: 1 };
  /**
   * Whether whoever must have a dot has it for good. Asked only where there are peers; until told, nobody has anything.
   */
  isAcknowledged: (origin: number, stamp: number) => boolean = () => false;
  /** What the keeper has for good, undefined where that is not known; itself undefined where there is no keeper. */
  kept: (() => VersionVector | undefined) | undefined;
  /** Whether a key has been asked for: then what comes for it meanwhile must stay until the answer is here. */
  isAwaited: (keyspace: number, key: Buffer) => boolean = () => false;
  /** Called before a key goes that the keeper has. */
  lettingGo: () => void = () => {};
  onEvicted: ((db: number, key: Buffer) => void) | undefined;
  evictedCount = 0;
  private readonly store: Store;
  private readonly pool: Candidate[] = [];
  private searchCursor = 0;
  /** Only plain strings may go now. */
  private plainOnly = false;
  /** Keys whose elements were looked at in vain, by name, and since when. */
  private readonly pendingKeys = new Set<string>();
  private pendingSinceMs = 0;
  private policyNow: EvictionPolicy = 'noeviction';

  constructor(store: Store) {
    this.store = store;
  }

  get policy(): EvictionPolicy {
    return this.policyNow;
  }

  /** Between LRU and LFU the access clocks of what is there mean little until they are used again. */
  set policy(policy: EvictionPolicy) {
    this.policyNow = policy;
    this.store.ground.isLfu = policy.endsWith('lfu');
    this.pool.length = 0;
  }

  /**
   * Makes room after a write found none; `attempt` counts its tries from 0. False where nothing could go: the write
   * fails.
   */
  relieve(attempt: number): boolean {
    if (attempt >= reliefsMax) return false;
    const { store } = this;
    if (store.pendingFreeCount > 0) {
      store.freeSlice(freedSegments << attempt);
      return true;
    }
    let gained = (attempt === 0 && this.purgeExpired()) || store.graveyard.relieve();
    if (!gained && this.policy !== 'noeviction') gained = this.evict(firstRelief << attempt, this.policy) > 0;
    return this.gather(attempt) || gained;
  }

  /** Purges some of the keys and fields that have expired; false where there are none. */
  private purgeExpired(): boolean {
    const { store } = this;
    const before = store.expiredFieldCount;
    const keys = store.expireSlice(expiredPerRelief);
    store.fieldExpiry.slice(expiredPerRelief);
    return keys > 0 || store.expiredFieldCount > before;
  }

  /** Whether keys go for a join: where nobody keeps the data, what the user said must not go does not go. */
  get mayForJoin(): boolean {
    return this.policy !== 'noeviction' || this.kept !== undefined;
  }

  /** As `relieve`, for what a peer sent, which no policy may refuse. */
  relieveForJoin(attempt: number): boolean {
    if (attempt >= reliefsMax) return false;
    const policy = this.policy === 'noeviction' ? 'allkeys-lru' : this.policy;
    let gained = this.purgeExpired();
    // Without marks a collection of which more is to come must not go: what comes would be taken for the whole.
    this.plainOnly = true;
    if (!gained && this.mayForJoin) gained = this.evict(firstRelief << attempt, policy) > 0;
    this.plainOnly = false;
    return this.gather(attempt + 1) || gained;
  }

  /**
   * Brings memory down to a limit that was lowered; about `keysMax` keys at a time. Returns whether there is more to
   * do.
   */
  enforce(keysMax: number): boolean {
    const { arena } = this.store;
    if (this.policy === 'noeviction') return false;
    let left = keysMax;
    while (left > 0 && arena.liveBytes > arena.limitBytes) {
      if (!this.purgeExpired() && !this.evictOne(this.policy)) return false;
      left -= 1;
    }
    return arena.liveBytes > arena.limitBytes;
  }

  /** Freed blocks are of use to other sizes only when their slabs are emptied. */
  private gather(attempt: number): boolean {
    let gained = false;
    for (let i = 0; attempt > 0 && i < compactionsMax << attempt && this.store.compactSlice(); i++)
      gained = true;
    return gained;
  }

  private evict(count: number, policy: EvictionPolicy): number {
    let evicted = 0;
    while (evicted < count && this.evictOne(policy)) evicted += 1;
    return evicted;
  }

  private evictOne(policy: EvictionPolicy): boolean {
    if (policy.endsWith('random')) return this.evictRandom(policy);
    this.sampleAll(policy);
    for (let best = this.pool.pop(); best !== undefined; best = this.pool.pop()) {
      if (this.drop(best.ks, best.key, policy)) return true;
    }
    const found = this.search(policy);
    return found !== undefined && this.drop(found.ks, found.key, policy);
  }

  private evictRandom(policy: EvictionPolicy): boolean {
    const { store } = this;
    const { keys } = store.counts();
    let place = Math.floor(store.random() * keys);
    for (const ks of store.keyspaces) {
      place -= ks.table.size;
      if (place >= 0) continue;
      for (let tries = 0; tries < missesMax; tries++) {
        const at = ks.table.sample(store.random);
        if (at !== 0 && this.mayGo(ks, at, policy) && this.drop(ks, this.keyOf(at), policy)) return true;
      }
      break;
    }
    const found = this.search(policy);
    return found !== undefined && this.drop(found.ks, found.key, policy);
  }

  private sampleAll(policy: EvictionPolicy): void {
    const { store } = this;
    const isVolatile = policy.startsWith('volatile');
    for (const ks of store.keyspaces) {
      const eligible = isVolatile ? ks.volatile : ks.table.size;
      if (eligible === 0) continue;
      let wanted = Math.min(this.samples, eligible);
      for (let tries = wanted * missesMax; tries > 0 && wanted > 0; tries--) {
        const at = ks.table.sample(store.random);
        if (at === 0 || !this.mayGo(ks, at, policy)) continue;
        wanted -= 1;
        this.offer(ks, at, this.scoreOf(at, policy));
      }
    }
  }

  private offer(ks: Keyspace, at: number, score: number): void {
    const { pool } = this;
    if (pool.length === poolSize && score <= pool[0]!.score) return;
    const key = this.keyOf(at);
    if (pool.some((c) => c.ks === ks && Buffer.compare(c.key, key) === 0)) return;
    let place = pool.length;
    while (place > 0 && pool[place - 1]!.score > score) place -= 1;
    pool.splice(place, 0, { ks, key, score });
    if (pool.length > poolSize) pool.shift();
  }

  /** Looks at entries one after the other, where samples have found none: most are spared, or few have a deadline. */
  private search(policy: EvictionPolicy): { ks: Keyspace; key: Uint8Array } | undefined {
    const { store } = this;
    for (const ks of store.keyspaces) {
      if (ks.table.size === 0 || (policy.startsWith('volatile') && ks.volatile === 0)) continue;
      let seen = 0;
      let found = 0;
      do {
        this.searchCursor = ks.table.scan(this.searchCursor, 64, (at) => {
          seen += 1;
          if (found === 0 && this.mayGo(ks, at, policy)) found = at;
        });
      } while (found === 0 && seen < searchEntriesMax && this.searchCursor !== 0);
      if (found !== 0) return { ks, key: this.keyOf(found) };
    }
    return undefined;
  }

  private keyOf(at: number): Uint8Array {
    const { entries, arena } = this.store;
    const offset = entries.keyOffset(at);
    return arena.u8.slice(offset, offset + entries.keyLength(at));
  }

  private scoreOf(at: number, policy: EvictionPolicy): number {
    const { entries, nowMs } = this.store;
    if (policy === 'volatile-ttl') return -entries.deadline(at);
    const access = entries.access(at);
    if (policy.endsWith('lfu')) return -frequency(access, nowMs, this.lfu);
    return idleSeconds(access, nowMs);
  }

  /**
   * Whether the entry may be evicted, as far as it shows by itself. Without a keeper, where peers may know the key only
   * a plain string may: of anything else a part could come back that is taken for the whole, and a counter of this node
   * would begin anew.
   */
  private mayGo(ks: Keyspace, at: number, policy: EvictionPolicy): boolean {
    const { entries, ground, atWork, arena } = this.store;
    if (atWork.has(ks.id, arena.u8, entries.keyOffset(at), entries.keyLength(at))) return false;
    if (policy.startsWith('volatile') && entries.deadline(at) === 0) return false;
    if (!ground.keepsDead && !this.plainOnly) return true;
    if (this.kept !== undefined) {
      const kept = this.kept();
      return kept !== undefined && isHeadCovered(this.store, at, kept);
    }
    if (entries.type(at) !== EntryType.string || entries.encoding(at) > Encoding.lz4) return false;
    if (!ground.keepsDead) return true;
    if (!this.isAcknowledged(entries.origin(at), entries.stamp(at))) return false;
    return !entries.hasExpiry(at) || this.isAcknowledged(entries.expiryOrigin(at), entries.expiryStamp(at));
  }

  /** Evicts the key if it is still there and may still go. */
  private drop(ks: Keyspace, key: Uint8Array, policy: EvictionPolicy): boolean {
    const { store } = this;
    const hash = store.hash.of(key, 0, key.length);
    const at = ks.entryOf(hash, key, 0, key.length);
    if (at === 0 || !this.mayGo(ks, at, policy)) return false;
    const unheld = this.kept === undefined ? undefined : this.unheldOf(ks, at, key);
    if (unheld === undefined && this.kept !== undefined) return false;
    if (unheld !== undefined) this.lettingGo();
    const dot = store.nextDot();
    if (unheld === undefined) store.recorder?.evict(ks.id, key, 0, key.length, dot, 0);
    else store.recorder?.evict(ks.id, key, 0, key.length, dot, flagsOf(unheld), endsIn(unheld));
    store.dropEntry(ks, hash, at);
    if (unheld !== undefined) store.unheld.mark(ks, hash, key, 0, key.length, unheld, dot);
    this.evictedCount += 1;
    this.onEvicted?.(store.databaseOf(ks.id), Buffer.from(key));
    return true;
  }

  /** What is to be remembered of a key that the keeper has whole; undefined where something in it is pending. */
  private unheldOf(ks: Keyspace, at: number, key: Uint8Array): UnheldKey | undefined {
    const { store, pendingKeys } = this;
    if (pendingKeys.size >= pendingKeysMax || Math.abs(store.nowMs - this.pendingSinceMs) >= pendingForMs) {
      pendingKeys.clear();
      this.pendingSinceMs = store.nowMs;
    }
    const name = `${ks.id}:${Buffer.from(key).toString('latin1')}`;
    const kept = this.kept?.();
    if (kept === undefined || pendingKeys.has(name) || this.isAwaited(ks.id, Buffer.from(key)))
      return undefined;
    const covered = coveredKey(store, ks, at, kept);
    if (covered === undefined) {
      pendingKeys.add(name);
      return undefined;
    }
    const type = store.entries.type(at);
    const ends = type === EntryType.list ? store.unheld.endsWith(ks, at, key) : undefined;
    return { type, hasCounters: covered.hasCounters, ends };
  }
}
