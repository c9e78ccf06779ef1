// What commands may use of the node beyond the store, as interfaces: the node puts the parts together, and no command
// knows a socket, a file or a timer. Everything is as the current turn sees it.
import type { Log } from '../base/log.ts';
import type { DeltaLog } from '../journal/delta-log.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import type { CommandTable } from './command-table.ts';
import type { ClientPort } from './executor.ts';

/** Counters that INFO and EDGE.STATS show. */
export interface Stats {
  startedAtMs: number;
  commands: number;
  hits: number;
  misses: number;
  /** Error replies by code. */
  readonly errors: Map<string, number>;
  /** The highest used memory seen, bytes. */
  peakBytes: number;
}

export interface Clients {
  all(): Iterable<ClientPort>;
  readonly connected: number;
  readonly connectionsTotal: number;
  readonly rejectedTotal: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  maxClients: number;
}

/** Redis's parameters of CONFIG, each backed by what it really sets. */
export interface Parameters {
  /** All parameters with their present values, in order of name. Secrets show as empty text. */
  entries(): readonly (readonly [name: string, value: string])[];
  /** Sets one, or returns why not. Undefined when it was set. */
  set(name: string, value: string): string | undefined;
  has(name: string): boolean;
}

/** What EDGE commands show of the sync. */
export interface Services {
  readonly store: Store;
  readonly ledger: Ledger;
  /** Undefined where nothing is kept on a disk and nobody syncs. */
  readonly journal: DeltaLog | undefined;
  readonly log: Log;
  readonly stats: Stats;
  readonly clients: Clients;
  readonly parameters: Parameters;
  readonly table: CommandTable;
  readonly version: string;
  /** 40 hexadecimal digits, anew at each start. */
  readonly runId: string;
  readonly tcpPort: number;
  readonly configFile: string;
  readonly role: 'edge' | 'hub';
  /** True while any peer can know this node's data: FLUSHALL and SWAPDB are limited then. */
  readonly syncing: boolean;
  readonly allowFlush: boolean;
  /** Why writes are refused now (journal failure, full queue), as an error line; undefined while they are not. */
  writeRefusal(): string | undefined;
  /** Whether `password` is the one clients must give; always true where none is set. */
  checkPassword(user: string, password: Buffer): boolean;
  readonly passwordSet: boolean;
  /** Ends the process as SIGTERM does, or at once. */
  shutdown(options: { save: boolean; now: boolean }): Promise<void>;
  /** Blocks everything for a while: DEBUG SLEEP. */
  sleep(ms: number): void;
}
