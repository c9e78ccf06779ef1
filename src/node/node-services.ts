// What commands may use of this node, put together from its parts: the one implementation of Services.
// It holds no state of its own.
import { randomBytes } from 'node:crypto';
import type { Log } from '../base/log.ts';
import { AclLog } from '../commands/acl/acl-log.ts';
import { Catalog } from '../commands/acl/catalog.ts';
import { Users } from '../commands/acl/users.ts';
import { CommandTable } from '../commands/command-table.ts';
import type { EdgeView } from '../commands/edge-view.ts';
import type { ClientPort } from '../commands/executor.ts';
import { createInterplay } from '../commands/interplay.ts';
import { eventMask } from '../commands/key-events.ts';
import { LatencyMonitor } from '../commands/latency-monitor.ts';
import { commandList } from '../commands/list.generated.ts';
import { ParameterTable } from '../commands/parameter-table.ts';
import { type ParameterSources, redisParameters } from '../commands/redis-parameters.ts';
import type { Clients, Host, Services, Stats } from '../commands/services.ts';
import { SlowLog } from '../commands/slow-log.ts';
import { systemTimers } from '../commands/timers.ts';
import { TrafficRates } from '../commands/traffic-rates.ts';
import type { Config } from '../config/schema.ts';
import { misconf, readOnly } from '../resp/errors.ts';
import type { Listener } from '../server/listener.ts';
import { loadUsers, openAclFile } from './acl-file.ts';
import { rewriteConfigFile } from './config-file.ts';
import type { NodeSync } from './node-sync.ts';
import { hasPeers, type Replica } from './replica.ts';

export interface ServiceParts {
  readonly config: Config;
  readonly configFile: string;
  readonly log: Log;
  readonly host: Host;
  readonly version: string;
  readonly replica: Replica;
  readonly requestLimits: ParameterSources['requestLimits'];
  readonly connectionLimits: ParameterSources['connectionLimits'];
  readonly listener: () => Listener | undefined;
  readonly sync: () => NodeSync | undefined;
  readonly edge: (shown: Pick<Services, 'stats' | 'unheldKeys' | 'parameters'>) => EdgeView;
  readonly shutdown: Services['shutdown'];
  readonly nowMs: () => number;
}

export interface NodeServices extends Services {
  readonly rates: TrafficRates;
}

const noClients: ClientPort[] = [];

function clientsOf(config: Config, listener: () => Listener | undefined): Clients {
  let maxClients = config['server.maxclients'];
  return {
    all: () => listener()?.clients() ?? noClients,
    get connected() {
      return listener()?.clientCount ?? 0;
    },
    get connectionsTotal() {
      return listener()?.counters.connectionsTotal ?? 0;
    },
    get rejectedTotal() {
      return listener()?.counters.rejected ?? 0;
    },
    get evictedTotal() {
      return listener()?.counters.evicted ?? 0;
    },
    get bytesIn() {
      return listener()?.counters.bytesIn ?? 0;
    },
    get bytesOut() {
      return listener()?.counters.bytesOut ?? 0;
    },
    get maxClients() {
      return maxClients;
    },
    set maxClients(value: number) {
      maxClients = value;
      const live = listener();
      if (live !== undefined) live.maxClients = value;
    },
    resetTotals() {
      const counters = listener()?.counters;
      if (counters === undefined) return;
      Object.assign(counters, { connectionsTotal: 0, rejected: 0, evicted: 0, bytesIn: 0, bytesOut: 0 });
    },
  };
}

/** Blocks the thread: what DEBUG SLEEP is for. */
function sleep(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

export function createServices(parts: ServiceParts): NodeServices {
  const { config, replica, log } = parts;
  const { store, ledger, journal, fileJournal } = replica;
  const clients = clientsOf(config, parts.listener);
  const interplay = createInterplay(store, systemTimers, () => (journal?.source ?? '') !== '');
  interplay.events.setMask(eventMask(config['server.notify_keyspace_events']) ?? 0);
  interplay.unheldKeys.timeoutMs = config['sync.fetch_timeout'];
  interplay.unheldKeys.readsFail = config['store.unheld_reads'] === 'error';
  const table = new CommandTable(commandList);
  const users = new Users(new Catalog(table), config['server.requirepass']);
  const aclLog = new AclLog();
  const aclFile = openAclFile(config['server.aclfile']);
  if (aclFile !== undefined) loadUsers(users, aclFile);
  const stats: Stats = {
    startedAtMs: parts.nowMs(),
    commands: 0,
    hits: 0,
    misses: 0,
    errors: new Map(),
    peakBytes: 0,
  };
  const slowLog = new SlowLog();
  const latency = new LatencyMonitor();
  slowLog.slowerThanUsec = slowestOf(config['server.slowlog_log_slower_than'], 1);
  slowLog.maxLength = config['server.slowlog_max_len'];
  latency.thresholdUsec = slowestOf(config['server.latency_monitor_threshold'] || -1, 1000);
  const access = { isReadOnly: config['store.read_only'] };
  const parameters = new ParameterTable(
    redisParameters({
      store,
      access,
      clients,
      host: parts.host,
      requestLimits: parts.requestLimits,
      connectionLimits: parts.connectionLimits,
      events: interplay.events,
      tracking: interplay.tracking,
      slowLog,
      latency,
      log,
      users,
      aclLog,
      aclFile: aclFile?.path ?? '',
      journal: fileJournal,
      databases: config['server.databases'],
      bind: config['server.bind'],
      dir: config['persistence.dir'],
      tcpKeepAliveMs: config['server.tcp_keepalive'],
      port: () => parts.listener()?.port ?? 0,
    }),
  );
  const rejectWhenFull = config['edge.on_full'] === 'reject';
  const queueSize = config['edge.offline_queue_size'];
  return {
    ...interplay,
    store,
    ledger,
    journal,
    log,
    stats,
    clients,
    parameters,
    slowLog,
    latency,
    table,
    host: parts.host,
    rates: new TrafficRates(),
    requestLimits: parts.requestLimits,
    edge: parts.edge({ stats, unheldKeys: interplay.unheldKeys, parameters }),
    get sync() {
      return parts.sync()?.summary();
    },
    version: parts.version,
    databases: config['server.databases'],
    persistent: fileJournal !== undefined,
    runId: randomBytes(20).toString('hex'),
    get tcpPort() {
      return parts.listener()?.port ?? 0;
    },
    configFile: parts.configFile,
    rewriteConfig: (changes) => rewriteConfigFile(parts.configFile, changes),
    role: config['edge.mode'],
    syncing: hasPeers(config),
    allowFlush: config['sync.allow_flush'],
    writeRefusal() {
      if (access.isReadOnly) return readOnly;
      if (journal?.failure !== undefined) return misconf(journal.failure);
      if (!rejectWhenFull) return undefined;
      const pending = parts.sync()?.engine.pendingOps() ?? 0;
      return pending < queueSize ? undefined : queueFull(queueSize);
    },
    users,
    aclLog,
    aclFile,
    shutdown: parts.shutdown,
    sleep,
  };
}

function queueFull(size: number): string {
  return `QUEUEFULL ${size} writes wait for the hub (edge.offline_queue_size) and edge.on_full is reject`;
}

/** A limit in units of so many microseconds; infinite where it is below zero. */
function slowestOf(limit: number, unitUsec: number): number {
  return limit < 0 ? Number.POSITIVE_INFINITY : limit * unitUsec;
}
