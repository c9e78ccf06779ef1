// What commands may know and change of the client that called them: plain state, no socket. The server owns one
// per connection; the library and the tests make their own.
import type { User } from './acl/user.ts';
import type { Subscriptions } from './pub-sub.ts';
import type { TrackingState } from './tracking.ts';
import type { Transaction } from './transaction.ts';

export type Protocol = 2 | 3;

/** What makes a session unlike most, as bits: dispatch looks at all of them at once. */
export const SessionMode = {
  /** It has subscribed to something. */
  subscribed: 1,
  /** Between MULTI and EXEC. */
  multi: 2,
  /** A key that it watches has changed. */
  spoilt: 4,
  /** It is not answered: from now on, this once, or next time. */
  silent: 8,
  silentOnce: 16,
  silentNext: 32,
  /** It is shown every command, and may not touch keys itself. */
  monitor: 64,
  /** It is told of keys that change. */
  tracking: 128,
} as const;

/** Where a client is, as text with a port: who has a socket asks it at the first look. */
export interface Addresses {
  readonly remote: string;
  readonly local: string;
}

/** In place of a port. */
const unixEnding = ':0';

export class Session {
  readonly id: number;
  private readonly addresses: Addresses;
  readonly createdAtMs: number;
  name = '';
  libName = '';
  libVersion = '';
  user = 'default';
  /** Who must be asked before a command runs; undefined for a user who may do everything. */
  permissions: User | undefined = undefined;
  db = 0;
  protocol: Protocol = 2;
  /** False until AUTH or HELLO AUTH succeeds where `requirepass` is set. */
  authenticated: boolean;
  /** The connection closes once the replies so far are written (QUIT, CLIENT KILL of itself). */
  closing = false;
  /** Nothing can be sent to it later, so it may neither wait nor subscribe: the library's client. */
  denyBlocking = false;
  noEvict = false;
  noTouch = false;
  /** Bits of SessionMode; 0 for a client that only asks and is answered. */
  mode = 0;
  subscriptions: Subscriptions | undefined = undefined;
  transaction: Transaction | undefined = undefined;
  tracking: TrackingState | undefined = undefined;
  lastCommand = '';
  lastActiveMs: number;
  /** Set while the reply of a command is still to come (see Call.defer); later requests wait in the connection. */
  blocked = false;
  /** It is blocked until somebody else does something, which may be never: who has left is not waited for. */
  awaitsOthers = false;

  constructor(id: number, addresses: Addresses, nowMs: number, authenticated: boolean) {
    this.id = id;
    this.addresses = addresses;
    this.createdAtMs = nowMs;
    this.lastActiveMs = nowMs;
    this.authenticated = authenticated;
  }
  /** The client's address. */
  get address(): string {
    return this.addresses.remote;
  }

  /** Whether it has come by the Unix socket, whose path is then its address. */
  get isUnix(): boolean {
    return this.address.endsWith(unixEnding) && !this.address.startsWith('?');
  }

  /** The address as MONITOR shows it: `127.0.0.1:5000`, `unix:/run/ferrite.sock`. */
  get monitorAddress(): string {
    return this.isUnix ? `unix:${this.address.slice(0, -unixEnding.length)}` : this.address;
  }

  /** The address of this end. */
  get localAddress(): string {
    return this.addresses.local;
  }
}
