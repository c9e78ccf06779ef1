// Who has subscribed to what, and the delivery of messages to them: channels, patterns and shard channels. Channels are
// kept as Latin-1 text of their bytes. It knows no sockets: messages go to the outbox as encoded bytes, once for each
// protocol, and the connections' limits decide about clients that do not keep up. Pub/sub stays on its node: nothing
// of it is a delta.
import { Glob } from '../base/glob.ts';
import type { ClientPort } from './executor.ts';
import type { Outbox } from './outbox.ts';
import { type Protocol, SessionMode } from './session.ts';

/** What one client has subscribed to. */
export interface Subscriptions {
  readonly channels: Set<string>;
  readonly patterns: Set<string>;
  readonly shards: Set<string>;
}

/** Bytes, or the Latin-1 of them. */
export type Text = string | Uint8Array;

export type SubscriptionKind = keyof Subscriptions;

interface PatternEntry {
  readonly glob: Glob;
  readonly clients: Set<ClientPort>;
}

export class PubSub {
  private readonly outbox: Outbox;
  private readonly channels = new Map<string, Set<ClientPort>>();
  private readonly shards = new Map<string, Set<ClientPort>>();
  private readonly patterns = new Map<string, PatternEntry>();

  constructor(outbox: Outbox) {
    this.outbox = outbox;
  }

  get patternCount(): number {
    return this.patterns.size;
  }

  get channelCount(): number {
    return this.channels.size;
  }

  get shardCount(): number {
    return this.shards.size;
  }

  /** Subscribes a client; twice is once. */
  subscribe(client: ClientPort, kind: SubscriptionKind, name: string): void {
    const { session } = client;
    session.subscriptions ??= { channels: new Set(), patterns: new Set(), shards: new Set() };
    session.subscriptions[kind].add(name);
    session.mode |= SessionMode.subscribed;
    this.clientsOf(kind, name).add(client);
  }

  unsubscribe(client: ClientPort, kind: SubscriptionKind, name: string): void {
    const { session } = client;
    const subscriptions = session.subscriptions;
    if (subscriptions === undefined || !subscriptions[kind].delete(name)) return;
    const clients = this.clientsOf(kind, name);
    clients.delete(client);
    if (clients.size === 0) (kind === 'patterns' ? this.patterns : this[kind]).delete(name);
    if (countOf(subscriptions) > 0) return;
    session.subscriptions = undefined;
    session.mode &= ~SessionMode.subscribed;
  }

  /** Takes a client out of everything. */
  forget(client: ClientPort): void {
    const { subscriptions } = client.session;
    if (subscriptions === undefined) return;
    for (const kind of ['channels', 'patterns', 'shards'] as const) {
      for (const name of [...subscriptions[kind]]) this.unsubscribe(client, kind, name);
    }
  }

  /** Sends a message to all that want it; how many that were. */
  publish(channel: string, message: Text): number {
    let receivers = this.send(this.channels.get(channel), ['message', channel, message]);
    if (this.patterns.size === 0) return receivers;
    const bytes = Buffer.from(channel, 'latin1');
    for (const [pattern, { glob, clients }] of this.patterns) {
      if (!glob.matches(bytes, 0, bytes.length)) continue;
      receivers += this.send(clients, ['pmessage', pattern, channel, message]);
    }
    return receivers;
  }

  publishToShard(channel: string, message: Text): number {
    return this.send(this.shards.get(channel), ['smessage', channel, message]);
  }

  /** Channels, or shard channels, that somebody has subscribed to. */
  names(kind: 'channels' | 'shards'): IterableIterator<string> {
    return this[kind].keys();
  }

  subscriberCount(kind: 'channels' | 'shards', name: string): number {
    return this[kind].get(name)?.size ?? 0;
  }

  private send(clients: ReadonlySet<ClientPort> | undefined, parts: readonly Text[]): number {
    if (clients === undefined) return 0;
    const encoded: Partial<Record<Protocol, Buffer>> = {};
    for (const client of clients) {
      const { protocol } = client.session;
      encoded[protocol] ??= this.encode(parts, protocol);
      this.outbox.post(client, encoded[protocol]);
    }
    return clients.size;
  }

  private encode(parts: readonly Text[], protocol: Protocol): Buffer {
    return this.outbox.encode(protocol, (message) => {
      message.push(parts.length);
      for (const part of parts) {
        if (typeof part === 'string') message.bulkLatin1(part);
        else message.bulk(part, 0, part.length);
      }
    });
  }

  private clientsOf(kind: SubscriptionKind, name: string): Set<ClientPort> {
    if (kind === 'patterns') {
      let entry = this.patterns.get(name);
      if (entry === undefined) {
        entry = { glob: new Glob(Buffer.from(name, 'latin1')), clients: new Set() };
        this.patterns.set(name, entry);
      }
      return entry.clients;
    }
    let clients = this[kind].get(name);
    if (clients === undefined) {
      clients = new Set();
      this[kind].set(name, clients);
    }
    return clients;
  }
}

export function countOf(subscriptions: Subscriptions | undefined): number {
  if (subscriptions === undefined) return 0;
  return subscriptions.channels.size + subscriptions.patterns.size + subscriptions.shards.size;
}
