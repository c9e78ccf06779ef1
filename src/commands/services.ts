// What commands may use of the node beyond the store, as interfaces: the node puts the parts together, and no command
// knows a socket, a file or a timer. Everything is as the current turn sees it.
import type { Log } from '../base/log.ts';
import type { ConfigKey } from '../config/schema.ts';
import type { DeltaLog } from '../journal/delta-log.ts';
import type { Ledger } from '../store/ledger.ts';
import type { Store } from '../store/store.ts';
import type { AclLog } from './acl/acl-log.ts';
import type { Users } from './acl/users.ts';
import type { CommandTable } from './command-table.ts';
import type { EdgeView } from './edge-view.ts';
import type { ClientPort } from './executor.ts';
import type { Interplay } from './interplay.ts';
import type { LatencyMonitor } from './latency-monitor.ts';
import type { SlowLog } from './slow-log.ts';

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
  readonly evictedTotal: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  maxClients: number;
  /** Sets the totals and the bytes back to zero: CONFIG RESETSTAT. */
  resetTotals(): void;
}

/** Redis's parameters of CONFIG, each backed by what it really reads and sets. */
export interface Parameters {
  /** All parameters with their present values, in order of name. Secrets show as empty text. */
  entries(): readonly (readonly [name: string, value: string])[];
  /** The present value, or undefined where there is no such parameter. */
  get(name: string): string | undefined;
  /** Sets all of them, or none and returns the error line. */
  set(pairs: readonly (readonly [name: string, value: string])[]): string | undefined;
  /** Those that have been set to something else than they were at the start. */
  changed(): readonly (readonly [name: string, value: string])[];
  /** What is set now is what the next start will find. */
  saved(except: readonly string[]): void;
}

/** What INFO tells of the process and its machine. */
export interface Host {
  readonly pid: number;
  /** Name, release and architecture: `Linux 6.1.0 x86_64`. */
  readonly os: string;
  readonly archBits: 32 | 64;
  readonly nodeVersion: string;
  readonly executable: string;
  readonly totalMemoryBytes: number;
  /** So many of these clients, since the system lets the process open only so many files. */
  clientsThatFit(wanted: number): number;
  rssBytes(): number;
  /** Microseconds of CPU that the process has used. */
  cpu(): { readonly userUsec: number; readonly systemUsec: number };
}

/** Averages of the last seconds: see TrafficRates. */
export interface Rates {
  readonly commandsPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
}

/** What INFO shows of the sync. */
export interface SyncSummary {
  /** As EDGE.STATUS says it. */
  readonly status: string;
  readonly pendingOps: number;
  /** Unix ms; 0 = never. */
  readonly lastSyncMs: number;
}

/** The file of the users, `server.aclfile`; bytes as latin1. */
export interface AclFile {
  readonly path: string;
  /** Throws what the system says. */
  read(): string;
  /** Replaces it as one step, for nobody but its owner to read. Throws what the system says. */
  write(text: string): void;
}

/** The node, as commands see it. */
export interface Services extends Interplay {
  readonly store: Store;
  readonly ledger: Ledger;
  /** Undefined where nothing is kept on a disk and nobody syncs. */
  readonly journal: DeltaLog | undefined;
  readonly log: Log;
  readonly stats: Stats;
  readonly clients: Clients;
  readonly parameters: Parameters;
  readonly slowLog: SlowLog;
  readonly latency: LatencyMonitor;
  readonly table: CommandTable;
  readonly host: Host;
  readonly rates: Rates;
  /** The live `proto-max-bulk-len`: also the longest string that APPEND and SETRANGE make. */
  readonly requestLimits: { readonly bulkBytesMax: number };
  /** What EDGE commands show and do. */
  readonly edge: EdgeView;
  /** Undefined where this node syncs with nobody. */
  readonly sync: SyncSummary | undefined;
  /** Ferrite's own version. */
  readonly version: string;
  /** Databases that SELECT accepts. */
  readonly databases: number;
  /** Whether data is kept on a disk, so that there is something to save. */
  readonly persistent: boolean;
  /** 40 hexadecimal digits, anew at each start. */
  readonly runId: string;
  readonly tcpPort: number;
  readonly configFile: string;
  /** Writes values, as TOML, into the configuration file. Throws where it cannot. */
  rewriteConfig(changes: ReadonlyMap<ConfigKey, string>): void;
  readonly role: 'edge' | 'hub';
  /** True while any peer can know this node's data: FLUSHALL and SWAPDB are limited then. */
  readonly syncing: boolean;
  readonly allowFlush: boolean;
  /** Why writes are refused now (journal failure, full queue), as an error line; undefined while they are not. */
  writeRefusal(): string | undefined;
  readonly users: Users;
  readonly aclLog: AclLog;
  /** Undefined where no file for users is configured. */
  readonly aclFile: AclFile | undefined;
  /** Ends the process as SIGTERM does, or at once. */
  shutdown(options: { now: boolean }): Promise<void>;
  /** Blocks everything for a while: DEBUG SLEEP. */
  sleep(ms: number): void;
}
