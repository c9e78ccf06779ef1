// Client tracking: which clients may hold which keys in a cache of their own, and telling them when those change. In
// the default mode a client is told once of keys that it has read, by name, whatever their database; in broadcast mode
// of all keys with its prefixes. What is told goes to the client itself (RESP3) or to one that it names, as a message.
// It hears of changes as WATCH does, so joins, deadlines and evictions invalidate too.
// https://redis.io/docs/manual/client-side-caching/
import { DeltaKind } from '../delta/kinds.ts';
import type { CommandEntry } from './command-table.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import { type ChangeListener, type KeyChanges, type KeyId, keyIdOf } from './key-changes.ts';
import { findKeys } from './keys-of.ts';
import type { Outbox } from './outbox.ts';
import { SessionMode } from './session.ts';

/** What one client wants to be told. */
export interface TrackingState {
  readonly isBroadcast: boolean;
  readonly isOptIn: boolean;
  readonly isOptOut: boolean;
  /** Not of what it changes itself. */
  readonly isNoLoop: boolean;
  /** The number of the client that is told in its place; 0: itself. */
  readonly redirect: number;
  /** That client; undefined when it is gone. */
  target: ClientPort | undefined;
  isBroken: boolean;
  readonly prefixes: readonly string[];
  /** CLIENT CACHING for the next command: whether its keys are remembered. */
  caching: boolean | undefined;
  isCachingFresh: boolean;
}

const invalidateChannel = '__redis__:invalidate';
const tableMaxDefault = 1_000_000;
/** Past so many bytes of keys, what a broadcast client is told is several messages. */
const toldBytesMax = 64 * 1024 * 1024;

export class Tracking implements ChangeListener {
  /** Keys remembered at most; 0: as many as there are. */
  keysMax = tableMaxDefault;
  private readonly changes: KeyChanges;
  private readonly outbox: Outbox;
  /** The client whose command is being executed, where what changes is its doing. */
  private readonly writer: () => ClientPort | undefined;
  private readonly clients = new Map<number, ClientPort>();
  private readonly keys = new Map<string, Set<number>>();
  private readonly prefixes = new Map<string, Set<ClientPort>>();
  /** Changed keys that broadcast clients are to be told of, with who changed them. */
  private readonly changed = new Map<string, ClientPort | undefined>();
  private isFlushed = false;

  constructor(changes: KeyChanges, outbox: Outbox, writer: () => ClientPort | undefined) {
    this.changes = changes;
    this.outbox = outbox;
    this.writer = writer;
    changes.settlers.push(() => this.settle());
  }

  get clientCount(): number {
    return this.clients.size;
  }

  get keyCount(): number {
    return this.keys.size;
  }

  /** Clients in the sets of all keys. */
  get itemCount(): number {
    let items = 0;
    for (const ids of this.keys.values()) items += ids.size;
    return items;
  }

  get prefixCount(): number {
    return this.prefixes.size;
  }

  /** The client is told from now on as `state` says. */
  start(client: ClientPort, state: TrackingState): void {
    this.leavePrefixes(client);
    const { session } = client;
    session.tracking = state;
    session.mode |= SessionMode.tracking;
    if (this.clients.size === 0) this.changes.listen(this);
    this.clients.set(session.id, client);
    for (const prefix of state.prefixes) {
      const clients = this.prefixes.get(prefix);
      if (clients === undefined) this.prefixes.set(prefix, new Set([client]));
      else clients.add(client);
    }
  }

  stop(client: ClientPort): void {
    const { session } = client;
    if (session.tracking === undefined) return;
    this.leavePrefixes(client);
    session.tracking = undefined;
    session.mode &= ~SessionMode.tracking;
    this.clients.delete(session.id);
    if (this.clients.size > 0) return;
    this.keys.clear();
    this.changes.unlisten(this);
  }

  /** The client is gone, as one that is told and as one that is told in another's place. */
  forget(client: ClientPort): void {
    this.stop(client);
    for (const { session } of this.clients.values()) {
      if (session.tracking?.target === client) session.tracking.target = undefined;
    }
  }

  /** A client that is tracked has run a command. `isPart`: of a transaction. */
  ran(client: ClientPort, entry: CommandEntry, args: RequestArgs, isPart: boolean): void {
    const { session } = client;
    const state = session.tracking;
    if (state === undefined) return;
    if (this.remembers(client, entry)) this.remember(session.id, session.db, entry, args);
    if (isPart || session.transaction !== undefined) return;
    if (!state.isCachingFresh) state.caching = undefined;
    state.isCachingFresh = false;
  }

  /** Whether the keys of a command that the client runs now are remembered. */
  remembers(client: ClientPort, entry: CommandEntry): boolean {
    const state = client.session.tracking;
    if (state === undefined || !entry.isReadOnly || state.isBroadcast) return false;
    return state.isOptIn ? state.caching === true : !state.isOptOut || state.caching !== false;
  }

  /** A client has read the keys of a command once more: what it was told of meanwhile was of the first time. */
  readAgain(client: ClientPort, entry: CommandEntry, args: RequestArgs): void {
    const { session } = client;
    if (session.tracking !== undefined) this.remember(session.id, session.db, entry, args);
  }

  private remember(id: number, db: number, entry: CommandEntry, args: RequestArgs): void {
    for (const { index } of findKeys(entry, args) ?? []) {
      const key = keyIdOf(db, args.buf, args.offsets[index]!, args.lengths[index]!).slice(1);
      const ids = this.keys.get(key);
      if (ids === undefined) this.keys.set(key, new Set([id]));
      else ids.add(id);
    }
    this.limit();
  }

  /** Past the limit the keys remembered first are forgotten, and their clients told so. */
  limit(): void {
    if (this.keysMax === 0) return;
    for (const key of this.keys.keys()) {
      if (this.keys.size <= this.keysMax) return;
      this.invalidate(key, undefined);
    }
  }

  touched(id: KeyId, kind: number): void {
    const key = id.slice(1);
    const isForgotten = kind === DeltaKind.forget || kind === DeltaKind.evict;
    const writer = isForgotten ? undefined : this.writer();
    this.invalidate(key, writer);
    if (this.prefixes.size === 0) return;
    this.changed.set(key, writer);
    this.changes.pend();
  }

  replaced(): void {
    if (this.clients.size === 0) return;
    this.isFlushed = true;
    this.changes.pend();
  }

  private invalidate(key: string, writer: ClientPort | undefined): void {
    const ids = this.keys.get(key);
    if (ids === undefined) return;
    this.keys.delete(key);
    for (const id of ids) {
      const client = this.clients.get(id);
      const state = client?.session.tracking;
      if (client === undefined || state === undefined || state.isBroadcast) continue;
      if (!(state.isNoLoop && client === writer)) this.tell(client, state, [key]);
    }
  }

  private settle(): void {
    if (this.isFlushed) {
      this.isFlushed = false;
      this.keys.clear();
      this.changed.clear();
      for (const client of this.clients.values()) {
        if (client.session.tracking !== undefined) this.tell(client, client.session.tracking, undefined);
      }
    }
    if (this.changed.size === 0) return;
    for (const [prefix, clients] of [...this.prefixes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      for (const client of clients) this.tellChanged(client, prefix);
    }
    this.changed.clear();
  }

  private tellChanged(client: ClientPort, prefix: string): void {
    const state = client.session.tracking;
    if (state === undefined) return;
    let keys: string[] = [];
    let bytes = 0;
    for (const [key, writer] of this.changed) {
      if (!key.startsWith(prefix) || (state.isNoLoop && client === writer)) continue;
      keys.push(key);
      bytes += key.length;
      if (bytes < toldBytesMax) continue;
      this.tell(client, state, keys);
      keys = [];
      bytes = 0;
    }
    if (keys.length > 0) this.tell(client, state, keys);
  }

  /** Tells a client, or who stands in for it, of keys; undefined: of all keys. */
  private tell(client: ClientPort, state: TrackingState, keys: readonly string[] | undefined): void {
    const { target } = state;
    const receiver = state.redirect === 0 ? client : target;
    if (receiver === undefined || receiver.session.closing) {
      state.isBroken = true;
      if (client.session.protocol === 3) this.outbox.post(client, this.brokenRedirect(state.redirect));
      return;
    }
    const { protocol, subscriptions } = receiver.session;
    if (protocol === 3) this.outbox.post(receiver, this.invalidation(['invalidate'], keys, 3));
    else if (state.redirect !== 0 && subscriptions !== undefined) {
      this.outbox.post(receiver, this.invalidation(['message', invalidateChannel], keys, 2));
    }
  }

  private invalidation(
    words: readonly string[],
    keys: readonly string[] | undefined,
    protocol: 2 | 3,
  ): Buffer {
    return this.outbox.encode(protocol, (message) => {
      message.push(words.length + 1);
      for (const word of words) message.bulkLatin1(word);
      if (keys === undefined) message.nil();
      else {
        message.array(keys.length);
        for (const key of keys) message.bulkLatin1(key);
      }
    });
  }

  private brokenRedirect(id: number): Buffer {
    return this.outbox.encode(3, (message) => {
      message.push(2);
      message.bulkLatin1('tracking-redir-broken');
      message.integer(id);
    });
  }

  private leavePrefixes(client: ClientPort): void {
    for (const prefix of client.session.tracking?.prefixes ?? []) {
      const clients = this.prefixes.get(prefix);
      clients?.delete(client);
      if (clients?.size === 0) this.prefixes.delete(prefix);
    }
  }
}
