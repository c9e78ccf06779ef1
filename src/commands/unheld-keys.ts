// Commands on keys that this node does not hold whole, because it has evicted them. While the keeper (the hub) can be
// reached, a request that names such a key waits until the key has been fetched, and then runs as if it had been here
// all the time. While it cannot, what a command does with the key decides: it is read as far as it is here, written
// over, added to, or refused. It knows no command by name and no link; dispatch asks it only while there are such keys
// at all.
import { CommandError } from '../base/errors.ts';
import { unheldLate, unheldOffline, wrongType } from '../resp/errors.ts';
import { EntryType } from '../store/entry.ts';
import type { Dot } from '../store/key-state.ts';
import type { Keyspace } from '../store/keyspace.ts';
import type { Store } from '../store/store.ts';
import { type UnheldKey, unknownType } from '../store/unheld.ts';
import { type Attention, AttentionBit } from './attention.ts';
import type { BlockedClients } from './blocked-clients.ts';
import type { Call, Deferral } from './call.ts';
import type { CommandGroup } from './command.ts';
import type { CommandEntry } from './command-table.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import type { HeldRequest } from './held-requests.ts';
import { type KeyChanges, keyIdOf } from './key-changes.ts';
import { commandsOf, namedKeys } from './named-keys.ts';
import type { Timers } from './timers.ts';

/** Whom evicted keys can be fetched from. */
export interface Keeper {
  readonly isReachable: boolean;
  /** Asks for all of a key; `done` gets undefined when it is here, or why it is not. It may be told at once. */
  fetch(keyspace: number, key: Buffer, done: (error: string | undefined) => void): void;
}

/** Keys asked for at the same time; others wait for their turn. */
const fetchesMax = 256;
/** A key that was fetched may be evicted again before all the others of its command are here. */
const roundsMax = 3;

/** The types of what commands of a group add. */
const typeOfGroup: { readonly [G in CommandGroup]?: number } = {
  hash: EntryType.hash,
  set: EntryType.set,
  'sorted-set': EntryType.zset,
  geo: EntryType.zset,
  list: EntryType.list,
  stream: EntryType.stream,
};

/** An unheld key of the call. */
interface Named {
  readonly ks: Keyspace;
  readonly key: Buffer;
  readonly hash: number;
  readonly unheld: UnheldKey;
}

/** An unheld key that a command writes over, with a dot below what it writes where older counters are to be killed. */
export interface Replaced {
  readonly ks: Keyspace;
  readonly key: Buffer;
  readonly floor: Dot | undefined;
}

/** A request that waits for keys. */
interface Waiting extends HeldRequest {
  readonly round: number;
  left: number;
  /** Some key was not to be had, or not in time. */
  isLate: boolean;
  cancelTimer: () => void;
}

interface Fetch {
  /** Keyspace and key. */
  readonly name: string;
  readonly keyspace: number;
  readonly key: Buffer;
  readonly waiting: Set<Waiting>;
}

export class UnheldKeys {
  /** Runs a request that has waited: dispatch's business. */
  run: ((request: HeldRequest) => void) | undefined;
  /** How long a request waits for the keeper. */
  timeoutMs = 2000;
  /** Reads answer EVICTED, not by what is here, where the keeper cannot be reached. */
  readsFail = false;
  /** Figures: keys fetched, keys that could not be had, reads answered by what is here. */
  fetched = 0;
  failed = 0;
  readInPart = 0;
  private readonly store: Store;
  private readonly attention: Attention;
  private readonly blocked: BlockedClients;
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private keeper: Keeper | undefined;
  private readonly fetches = new Map<string, Fetch>();
  private readonly queue: Fetch[] = [];
  private asking = 0;
  private readonly ready: Waiting[] = [];
  /** The request that runs again now. */
  private rerun: Waiting | undefined;

  constructor(
    store: Store,
    attention: Attention,
    blocked: BlockedClients,
    changes: KeyChanges,
    timers: Timers,
  ) {
    this.store = store;
    this.attention = attention;
    this.blocked = blocked;
    this.changes = changes;
    this.timers = timers;
    changes.settlers.push(() => this.release());
    store.unheld.onChange = () => this.attend();
    store.unheld.onLeftOut = (ks, key) => this.leftOut(ks, key);
  }

  /** Where evicted keys are to be had from now on. */
  begin(keeper: Keeper): void {
    this.keeper = keeper;
    this.attend();
  }

  private attend(): void {
    this.attention.set(AttentionBit.unheld, this.keeper !== undefined && this.store.unheld.isAny);
  }

  /** Something came for a key of which it was left out: whoever waits for that key must see it. */
  private leftOut(ks: Keyspace, key: Buffer): void {
    const db = this.store.databaseOf(ks.id);
    if (db < 0 || !this.blocked.awaits(keyIdOf(db, key, 0, key.length))) return;
    this.fetchOf(ks, key);
  }

  /** Whether a request names a key that is not held whole, or EXEC one of whose commands does. Allocates nothing. */
  concerns(call: Call, entry: CommandEntry): boolean {
    const { transaction, db } = call.session;
    if (entry.spec.runsTransaction !== true || transaction === undefined) {
      return this.namesUnheld(call, entry, call.args, db);
    }
    let current = db;
    return transaction.queue.some(({ entry: queued, args }) => {
      const names = this.namesUnheld(call, queued, args, current);
      current = queued.spec.selects?.(args) ?? current;
      return names;
    });
  }

  private namesUnheld(call: Call, entry: CommandEntry, args: RequestArgs, db: number): boolean {
    const { keyRange, hasFixedKeys } = entry;
    if (keyRange === undefined || !hasFixedKeys) return this.named(call, entry, args, db).length > 0;
    const { store } = this;
    const ks = store.keyspace(db);
    const { buf, offsets, lengths, argc } = args;
    const last = keyRange.last < 0 ? argc + keyRange.last : Math.min(keyRange.last, argc - 1);
    for (let i = keyRange.first; i <= last; i += keyRange.step) {
      const hash = store.hash.of(buf, offsets[i]!, lengths[i]!);
      if (store.unheld.find(ks, hash, buf, offsets[i]!, lengths[i]!) !== undefined) return true;
    }
    return false;
  }

  /** Keeps the request of the call until its keys are here; false where it need not wait, or may not. */
  holds(call: Call, entry: CommandEntry): boolean {
    const { client, session } = call;
    const round = (this.rerun?.round ?? 0) + 1;
    if (this.keeper?.isReachable !== true || round > roundsMax || this.rerun?.isLate === true) return false;
    if (client === undefined || (session.denyBlocking && client.mayWait !== true)) return false;
    const needed = this.neededBy(call, entry);
    if (needed.length === 0) return false;
    this.hold(call, client, needed, round);
    return true;
  }

  private hold(call: Call, client: ClientPort, named: readonly Named[], round: number): void {
    const deferral: Deferral = call.defer();
    const waiting: Waiting = {
      client,
      args: copyArguments(call.args),
      deferral,
      replyBytesMax: call.reply.regionBytesMax,
      round,
      left: 0,
      isLate: false,
      cancelTimer: this.timers.after(this.timeoutMs, () => this.timeUp(waiting)),
    };
    const fetches = new Set(named.map(({ ks, key }) => this.fetchOf(ks, key)));
    waiting.left = fetches.size;
    for (const fetch of fetches) fetch.waiting.add(waiting);
  }

  /** The unheld keys that a request needs; of EXEC, those of its commands. */
  private neededBy(call: Call, entry: CommandEntry): Named[] {
    if (call.session.transaction?.failed === true) return [];
    return commandsOf(call, entry).flatMap((one) => this.needed(call, one.entry, one.args, one.db));
  }

  /** What is written over is not needed. */
  private needed(call: Call, entry: CommandEntry, args: RequestArgs, db: number): Named[] {
    const named = this.named(call, entry, args, db);
    return named.length > 0 && entry.spec.onUnheld?.(args) === 'replaces' ? [] : named;
  }

  /** The unheld keys of a request in a database. */
  private named(call: Call, entry: CommandEntry, args: RequestArgs, db: number): Named[] {
    const named: Named[] = [];
    for (const { ks, key } of namedKeys(call, { entry, args, db })) {
      const hash = this.store.hash.of(key, 0, key.length);
      const unheld = this.store.unheld.find(ks, hash, key, 0, key.length);
      if (unheld !== undefined) named.push({ ks, key: Buffer.from(key), hash, unheld });
    }
    return named;
  }

  /**
   * A command reads a key that it could not name before it ran. Throws CommandError EVICTED where that is not held
   * whole, unless it only reads and the keeper is out of reach.
   */
  comeUpon(call: Call, hash: number, key: Buffer): void {
    if (this.store.unheld.find(call.keyspace, hash, key, 0, key.length) === undefined) return;
    const isReachable = this.keeper?.isReachable === true;
    if (isReachable || this.readsFail || call.entry?.isWrite === true) {
      throw new CommandError(isReachable ? unheldLate : unheldOffline);
    }
    this.readInPart += 1;
  }

  private fetchOf(ks: Keyspace, key: Buffer): Fetch {
    const name = `${ks.id}:${key.toString('latin1')}`;
    const known = this.fetches.get(name);
    if (known !== undefined) return known;
    const fetch: Fetch = { name, keyspace: ks.id, key, waiting: new Set() };
    this.fetches.set(name, fetch);
    this.queue.push(fetch);
    // Asked for once its first waiter is noted: the answer may come at once.
    this.timers.soon(() => this.ask());
    return fetch;
  }

  private ask(): void {
    while (this.asking < fetchesMax) {
      const fetch = this.queue.shift();
      if (fetch === undefined) return;
      this.asking += 1;
      const { keeper } = this;
      const done = (error: string | undefined): void => this.answered(fetch, error);
      if (keeper === undefined) done('there is no hub');
      else keeper.fetch(fetch.keyspace, fetch.key, done);
    }
  }

  private answered(fetch: Fetch, error: string | undefined): void {
    this.asking -= 1;
    if (error === undefined) this.fetched += 1;
    else this.failed += 1;
    this.fetches.delete(fetch.name);
    for (const waiting of fetch.waiting) {
      waiting.isLate ||= error !== undefined;
      waiting.left -= 1;
      if (waiting.left === 0) this.wake(waiting);
    }
    fetch.waiting.clear();
    if (this.queue.length > 0) this.timers.soon(() => this.ask());
  }

  private timeUp(waiting: Waiting): void {
    waiting.isLate = true;
    for (const fetch of this.fetches.values()) fetch.waiting.delete(waiting);
    this.failed += waiting.left;
    this.wake(waiting);
  }

  private wake(waiting: Waiting): void {
    waiting.cancelTimer();
    this.ready.push(waiting);
    this.changes.pend();
  }

  private release(): void {
    for (const waiting of this.ready.splice(0)) {
      if (waiting.deferral.gone) continue;
      this.rerun = waiting;
      try {
        this.run?.(waiting);
      } finally {
        this.rerun = undefined;
      }
    }
  }

  /**
   * Before a command runs that could not wait, or has waited in vain: sees to what it is to do with unheld keys.
   * Returns those that it writes over, for `settle`. Throws CommandError EVICTED where it must not run.
   */
  prepare(call: Call, entry: CommandEntry): readonly Replaced[] | undefined {
    const named = this.named(call, entry, call.args, call.session.db);
    if (named.length === 0) return undefined;
    const why = this.keeper?.isReachable === true ? unheldLate : unheldOffline;
    if (!entry.isWrite) {
      const waitedInVain = why === unheldLate && this.rerun !== undefined;
      if (this.readsFail || waitedInVain) throw new CommandError(why);
      this.readInPart += 1;
      return undefined;
    }
    const use = entry.spec.onUnheld?.(call.args) ?? 'needs';
    if (use === 'replaces') return named.map((key) => this.replaced(key));
    for (const { ks, hash, key, unheld } of named) {
      if (use === 'needs' || unheld.hasCounters) throw new CommandError(why);
      const isOther = unheld.type !== unknownType && unheld.type !== typeOfGroup[entry.spec.group];
      if (isOther) throw new CommandError(wrongType);
      // At which end a push stands cannot be said where the ends are not known.
      if (entry.spec.group === 'list' && unheld.ends === undefined) throw new CommandError(why);
      this.store.unheld.keepPart(ks, hash, key, 0, key.length);
    }
    return undefined;
  }

  private replaced({ ks, key, unheld }: Named): Replaced {
    return { ks, key, floor: unheld.hasCounters ? this.store.nextDot() : undefined };
  }

  /** A command has written over these keys: they are held whole again. */
  settle(replaced: readonly Replaced[]): void {
    for (const { ks, key, floor } of replaced) this.store.holdReplaced(ks, key, floor);
  }
}

/** Whether a call names evicted keys: dispatch knows what is to become of it. */
export function namesEvicted(call: Call): boolean {
  const { attention, unheldKeys } = call.services;
  return (attention.bits & AttentionBit.unheld) !== 0 && unheldKeys.concerns(call, call.entry!);
}
