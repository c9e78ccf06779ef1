// The sections of INFO: each a title and the lines under it, made anew from the node's figures. Names are Redis's where
// they mean the same; a line about something that this server does not have says none of it.
import { valueForms } from '../../store/packing-pass.ts';
import type { Store } from '../../store/store.ts';
import type { CommandEntry } from '../command-table.ts';
import { percentile } from '../latency-buckets.ts';
import { redisVersion } from '../redis-version.ts';
import type { Services } from '../services.ts';
import { averageTtlMs } from './average-ttl.ts';
import { memoryFigures, memoryRatio, memoryShare } from './memory-figures.ts';

export type InfoLine = readonly [name: string, value: string | number];

export interface InfoSection {
  readonly title: string;
  /** Whether INFO shows it unasked. */
  readonly byDefault: boolean;
  lines(services: Services): readonly InfoLine[];
}

/** In the order in which INFO shows them. */
export const infoSections: readonly InfoSection[] = [
  { title: 'Server', byDefault: true, lines: server },
  { title: 'Ferrite', byDefault: true, lines: ferrite },
  { title: 'Clients', byDefault: true, lines: clients },
  { title: 'Memory', byDefault: true, lines: memory },
  { title: 'Persistence', byDefault: true, lines: persistence },
  { title: 'Stats', byDefault: true, lines: stats },
  { title: 'Replication', byDefault: true, lines: replication },
  { title: 'CPU', byDefault: true, lines: cpu },
  { title: 'Modules', byDefault: true, lines: () => [] },
  { title: 'Commandstats', byDefault: false, lines: commandStats },
  { title: 'Errorstats', byDefault: true, lines: errorStats },
  { title: 'Latencystats', byDefault: false, lines: latencyStats },
  { title: 'Cluster', byDefault: true, lines: () => [['cluster_enabled', 0]] },
  { title: 'Keyspace', byDefault: true, lines: keyspace },
];

const seconds = (ms: number): number => Math.floor(ms / 1000);
const flag = (value: boolean): number => (value ? 1 : 0);
const ratio = (a: number, b: number): string => memoryRatio(a, b).toFixed(2);

/** Bytes as people read them: `1.50M`. */
function humanBytes(bytes: number): string {
  const units = ['B', 'K', 'M', 'G', 'T'];
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return unit === 0 ? `${bytes}B` : `${value.toFixed(2)}${units[unit]}`;
}

function withHuman(name: string, bytes: number): InfoLine[] {
  return [
    [name, bytes],
    [`${name}_human`, humanBytes(bytes)],
  ];
}

function server({ store, host, stats, runId, tcpPort, configFile }: Services): InfoLine[] {
  const uptimeSeconds = seconds(Math.max(0, store.nowMs - stats.startedAtMs));
  return [
    ['redis_version', redisVersion],
    ['redis_mode', 'standalone'],
    ['os', host.os],
    ['arch_bits', host.archBits],
    ['multiplexing_api', 'libuv'],
    ['node_version', host.nodeVersion],
    ['process_id', host.pid],
    ['run_id', runId],
    ['tcp_port', tcpPort],
    ['server_time_usec', Math.floor(store.nowMs) * 1000],
    ['uptime_in_seconds', uptimeSeconds],
    ['uptime_in_days', Math.floor(uptimeSeconds / 86_400)],
    ['lru_clock', store.ground.access],
    ['executable', host.executable],
    ['config_file', configFile],
  ];
}

function ferrite({ version, role, store, journal, syncing, sync }: Services): InfoLine[] {
  const { keys, tombs } = store.counts();
  const lines: InfoLine[] = [
    ['ferrite_version', version],
    ['ferrite_role', role],
    ['ferrite_origin', store.self === 0 ? '' : store.origins.name(store.self)],
    ['ferrite_keys', keys],
    ['ferrite_tombstones', tombs],
    ['ferrite_syncing', flag(syncing)],
    ...valueLines(store),
  ];
  if (journal !== undefined) {
    lines.push(
      ['ferrite_journal_id', journal.id],
      ['ferrite_journal_seq', journal.seq],
      ['ferrite_journal_durable_seq', journal.durableSeq],
      ['ferrite_journal_bytes', journal.storedBytes],
      ['ferrite_journal_error', journal.failure ?? ''],
    );
  }
  if (sync !== undefined) {
    lines.push(
      ['sync_status', sync.status],
      ['sync_pending_ops', sync.pendingOps],
      ['sync_last_time', seconds(sync.lastSyncMs)],
    );
  }
  return lines;
}

/** How values are kept. Of a large store these are estimates. */
function valueLines(store: Store): InfoLine[] {
  const { values, inline, packed, plainBytes, packedBytes } = valueForms(store);
  const share = (part: number): string => (values === 0 ? 0 : part / values).toFixed(4);
  return [
    ['ferrite_inline_share', share(inline)],
    ['ferrite_compressed_share', share(packed)],
    ['ferrite_compression_level', store.compression.level],
    ['ferrite_compression_heap_bytes', store.compression.heapBytes],
    ['ferrite_compression_plain_bytes', plainBytes],
    ['ferrite_compression_stored_bytes', packedBytes],
    ['ferrite_compression_saved_bytes', plainBytes - packedBytes],
  ];
}

function clients({ clients, tracking, largeWork, blocked: waiting }: Services): InfoLine[] {
  let blocked = 0;
  let largestInput = 0;
  let largestOutput = 0;
  for (const { session, inputBytes, outputBytes } of clients.all()) {
    if (session.blocked) blocked += 1;
    largestInput = Math.max(largestInput, inputBytes);
    largestOutput = Math.max(largestOutput, outputBytes);
  }
  return [
    ['connected_clients', clients.connected],
    ['cluster_connections', 0],
    ['maxclients', clients.maxClients],
    ['client_recent_max_input_buffer', largestInput],
    ['client_recent_max_output_buffer', largestOutput],
    ['blocked_clients', blocked],
    ['tracking_clients', tracking.clientCount],
    ['clients_in_timeout_table', waiting.timedCount],
    ['total_blocking_keys', waiting.keyCount],
    ['total_blocking_keys_on_nokey', waiting.losableKeyCount],
    ['ferrite_commands_in_slices', largeWork.running],
  ];
}

function memory(services: Services): InfoLine[] {
  const { store, host, parameters } = services;
  const { used, peak, rss, allocated, active, resident, clients, logBuffer } = memoryFigures(services);
  return [
    ...withHuman('used_memory', used),
    ...withHuman('used_memory_rss', rss),
    ...withHuman('used_memory_peak', peak),
    ['used_memory_peak_perc', `${memoryShare(used, peak).toFixed(2)}%`],
    ['used_memory_overhead', used - allocated],
    ['used_memory_startup', 0],
    ['used_memory_dataset', allocated],
    ['used_memory_dataset_perc', `${memoryShare(allocated, used).toFixed(2)}%`],
    ['allocator_allocated', allocated],
    ['allocator_active', active],
    ['allocator_resident', resident],
    ...withHuman('total_system_memory', host.totalMemoryBytes),
    ['used_memory_lua', 0],
    ['used_memory_scripts', 0],
    ['number_of_cached_scripts', 0],
    ...withHuman('maxmemory', Number(parameters.get('maxmemory') ?? store.limitBytes)),
    ['maxmemory_policy', parameters.get('maxmemory-policy') ?? 'noeviction'],
    ['allocator_frag_ratio', ratio(active, allocated)],
    ['allocator_frag_bytes', active - allocated],
    ['allocator_rss_ratio', ratio(resident, active)],
    ['allocator_rss_bytes', resident - active],
    ['rss_overhead_ratio', ratio(rss, resident)],
    ['rss_overhead_bytes', rss - resident],
    ['mem_fragmentation_ratio', ratio(rss, used)],
    ['mem_fragmentation_bytes', rss - used],
    ['mem_not_counted_for_evict', 0],
    ['mem_replication_backlog', 0],
    ['mem_total_replication_buffers', 0],
    ['mem_clients_slaves', 0],
    ['mem_clients_normal', clients],
    ['mem_cluster_links', 0],
    ['mem_aof_buffer', logBuffer],
    ['mem_allocator', 'arena'],
    ['active_defrag_running', 0],
    ['lazyfree_pending_objects', store.pendingFreeCount],
    ['lazyfreed_objects', store.lazyFreedCount],
  ];
}

function persistence({ journal, persistent, stats }: Services): InfoLine[] {
  const save = journal?.save;
  const inProgress = flag(save?.inProgress ?? false);
  const status = save?.lastStatus ?? 'ok';
  const durationSeconds = save === undefined || save.lastDurationMs === 0 ? -1 : seconds(save.lastDurationMs);
  return [
    ['loading', 0],
    ['async_loading', 0],
    ['current_save_keys_processed', save?.progressRecords ?? 0],
    ['rdb_changes_since_last_save', journal?.changesSinceSave ?? 0],
    ['rdb_bgsave_in_progress', inProgress],
    ['rdb_last_save_time', seconds(save?.lastSaveMs ?? stats.startedAtMs)],
    ['rdb_last_bgsave_status', status],
    ['rdb_last_bgsave_time_sec', durationSeconds],
    ['rdb_current_bgsave_time_sec', inProgress === 1 ? 0 : -1],
    ['aof_enabled', flag(persistent)],
    ['aof_rewrite_in_progress', inProgress],
    ['aof_rewrite_scheduled', 0],
    ['aof_last_rewrite_time_sec', durationSeconds],
    ['aof_current_rewrite_time_sec', inProgress === 1 ? 0 : -1],
    ['aof_last_bgrewrite_status', status],
    ['aof_last_write_status', journal?.failure === undefined ? 'ok' : 'err'],
    ...(persistent && journal !== undefined ? ([['aof_current_size', journal.storedBytes]] as const) : []),
  ];
}

function stats({ stats, clients, rates, store, pubsub, tracking }: Services): InfoLine[] {
  let errors = 0;
  for (const count of stats.errors.values()) errors += count;
  return [
    ['total_connections_received', clients.connectionsTotal],
    ['total_commands_processed', stats.commands],
    ['instantaneous_ops_per_sec', Math.round(rates.commandsPerSecond)],
    ['total_net_input_bytes', clients.bytesIn],
    ['total_net_output_bytes', clients.bytesOut],
    ['instantaneous_input_kbps', (rates.bytesInPerSecond / 1024).toFixed(2)],
    ['instantaneous_output_kbps', (rates.bytesOutPerSecond / 1024).toFixed(2)],
    ['rejected_connections', clients.rejectedTotal],
    ['sync_full', 0],
    ['sync_partial_ok', 0],
    ['sync_partial_err', 0],
    ['expired_keys', store.expiredCount],
    ['expired_subkeys', store.expiredFieldCount],
    ['evicted_keys', store.eviction.evictedCount],
    ['evicted_clients', clients.evictedTotal],
    ['keyspace_hits', stats.hits],
    ['keyspace_misses', stats.misses],
    ['pubsub_channels', pubsub.channelCount],
    ['pubsub_patterns', pubsub.patternCount],
    ['pubsubshard_channels', pubsub.shardCount],
    ['latest_fork_usec', 0],
    ['total_forks', 0],
    ['migrate_cached_sockets', 0],
    ['tracking_total_keys', tracking.keyCount],
    ['tracking_total_items', tracking.itemCount],
    ['tracking_total_prefixes', tracking.prefixCount],
    ['unexpected_error_replies', 0],
    ['total_error_replies', errors],
  ];
}

function replication({ runId }: Services): InfoLine[] {
  return [
    ['role', 'master'],
    ['connected_slaves', 0],
    ['master_failover_state', 'no-failover'],
    ['master_replid', runId],
    ['master_replid2', '0'.repeat(40)],
    ['master_repl_offset', 0],
    ['second_repl_offset', -1],
    ['repl_backlog_active', 0],
    ['repl_backlog_size', 0],
    ['repl_backlog_first_byte_offset', 0],
    ['repl_backlog_histlen', 0],
  ];
}

function cpu({ host }: Services): InfoLine[] {
  const { userUsec, systemUsec } = host.cpu();
  return [
    ['used_cpu_sys', (systemUsec / 1e6).toFixed(6)],
    ['used_cpu_user', (userUsec / 1e6).toFixed(6)],
    ['used_cpu_sys_children', '0.000000'],
    ['used_cpu_user_children', '0.000000'],
  ];
}

function commandStats({ table }: Services): InfoLine[] {
  const all = table.entries().flatMap((entry) => [entry, ...(entry.subcommands?.entries() ?? [])]);
  return all
    .filter((entry) => entry.calls > 0 || entry.rejected > 0 || entry.failed > 0)
    .map((entry) => [`cmdstat_${entry.name}`, commandFigures(entry)]);
}

function commandFigures({ calls, usec, rejected, failed }: CommandEntry): string {
  const perCall = calls === 0 ? 0 : usec / calls;
  return (
    `calls=${calls},usec=${Math.round(usec)},usec_per_call=${perCall.toFixed(2)},` +
    `rejected_calls=${rejected},failed_calls=${failed}`
  );
}

function errorStats({ stats }: Services): InfoLine[] {
  return [...stats.errors].sort().map(([code, count]) => [`errorstat_${code}`, `count=${count}`]);
}

function keyspace({ store, databases }: Services): InfoLine[] {
  const lines: InfoLine[] = [];
  for (let db = 0; db < databases; db++) {
    const ks = store.keyspace(db);
    if (ks.table.size === 0) continue;
    const ttlMs = averageTtlMs(store, ks);
    lines.push([`db${db}`, `keys=${ks.table.size},expires=${ks.volatile},avg_ttl=${ttlMs}`]);
  }
  return lines;
}

const percents = [50, 99, 99.9];

function latencyStats({ table }: Services): InfoLine[] {
  return table
    .entries()
    .flatMap((entry) => [entry, ...(entry.subcommands?.entries() ?? [])])
    .filter((entry) => entry.calls > 0)
    .map(({ name, buckets }) => [
      `latency_percentiles_usec_${name}`,
      percents.map((percent) => `p${percent}=${percentile(buckets, percent).toFixed(3)}`).join(','),
    ]);
}
