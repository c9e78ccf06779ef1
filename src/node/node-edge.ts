// What EDGE commands show of this node: rows made from the sync's status, the store's figures and the sampler. Where
// nothing syncs the same rows are there and say so.
import { msOfStamp } from '../base/clock.ts';
import { FerriteError } from '../base/errors.ts';
import type { ConflictSideView, ConflictView, EdgeView, Row } from '../commands/edge-view.ts';

import { savedParameter } from '../commands/saved-parameters.ts';
import type { Services, Stats } from '../commands/services.ts';
import type { UnheldKeys } from '../commands/unheld-keys.ts';
import { showConfigValue } from '../config/describe.ts';
import { type Config, configKeys } from '../config/schema.ts';
import { readBattery } from '../monitor/probes.ts';
import type { ResourceSampler } from '../monitor/sampler.ts';
import { valueForms } from '../store/packing-pass.ts';
import type { Store } from '../store/store.ts';
import type { ConflictRecord, ConflictSide } from '../sync/conflicts.ts';
import type { SyncStatus } from '../sync/engine.ts';
import type { UplinkRow } from '../sync/uplink.ts';
import { acceptsEdges, type NodeSync } from './node-sync.ts';
import type { Replica } from './replica.ts';

export interface EdgeViewParts {
  readonly config: Config;
  readonly replica: Replica;
  readonly stats: Stats;
  readonly unheldKeys: UnheldKeys;
  readonly parameters: Services['parameters'];
  readonly sampler: ResourceSampler;
  readonly sync: () => NodeSync | undefined;
  readonly nowMs: () => number;
}

function sideView(side: ConflictSide): ConflictSideView {
  const { origin, stamp, value } = side;
  return { origin, stamp, writtenMs: msOfStamp(stamp), value };
}

function conflictView(record: ConflictRecord): ConflictView {
  return { ...record, winner: sideView(record.winner), loser: sideView(record.loser) };
}

export function createEdgeView(parts: EdgeViewParts): EdgeView {
  const engine = () => parts.sync()?.engine;
  const parametersAtStart = new Map(parts.parameters.entries());
  return {
    status: () => statusRows(parts),
    stats: () => statsRows(parts),
    queue: () => queueRows(parts),
    clock: () => [...(engine()?.clock() ?? new Map<string, number>())].sort(byName),
    config: () => configRows(parts, parametersAtStart),
    resources: () => resourceRows(parts),
    peers: () =>
      [...(engine()?.knownPeers() ?? [])].map(([nodeId, isLinked]) => [nodeId, isLinked ? 'linked' : 'away']),
    forgetPeer: (nodeId) => engine()?.forgetPeer(nodeId) ?? false,
    prefixes: () => (engine() === undefined ? [] : ['*']),
    endpoint: () => parts.sync()?.endpoint(),
    sync: async (full) => {
      const running = engine();
      if (running === undefined) throw new FerriteError('SYNC', 'no hub is configured');
      const outcome = await running.sync({ full });
      return [
        ['deltas_sent', outcome.deltasSent],
        ['deltas_received', outcome.deltasReceived],
        ['duration_ms', outcome.durationMs],
      ];
    },
    conflictCount: () => engine()?.conflicts.count ?? 0,
    conflicts: (count) => (engine()?.conflicts.list(count) ?? []).map(conflictView),
    conflict: (id) => {
      const found = engine()?.conflicts.get(id);
      return found === undefined ? undefined : conflictView(found);
    },
    clearConflicts: (id) => {
      const gone = engine()?.conflicts.clear(id) ?? 0;
      parts.replica.journal?.commit(() => {});
      return gone;
    },
  };
}

/** The names of other edge servers first, then every key with the value it has now. */
function configRows(parts: EdgeViewParts, parametersAtStart: ReadonlyMap<string, string>): Row[] {
  const { config, replica, parameters } = parts;
  const isSet = ([name, value]: readonly [string, string]) => parametersAtStart.get(name) !== value;
  const set = parameters.entries().filter(isSet);
  const live = new Map(
    set.flatMap(([name, value]) =>
      (savedParameter(name, value) ?? []).map(({ key, literal }) => [key, literal] as const),
    ),
  );
  const keys = configKeys.flatMap((key): Row[] => {
    const value = config[key];
    const literal = live.get(key) ?? (value === undefined ? undefined : showConfigValue(key, value));
    return literal === undefined ? [] : [[key, literal.replace(/^"(.*)"$/, '$1')]];
  });
  return [
    ['node_id', replica.nodeId],
    ['max_memory', replica.store.limitBytes],
    ['max_disk', config['edge.resources.storage_limit'] ?? 0],
    ['max_keys', config['store.max_keys']],
    ['sync_policy', config['edge.sync_policy']],
    ['conflict_resolution', config['edge.conflict_resolution']],
    ['compression', replica.store.compression.level > 0 ? 1 : 0],
    ['sync_interval_secs', Math.floor(config['edge.sync_interval'] / 1000)],
    ...keys,
  ];
}

function byName(a: Row, b: Row): number {
  return a[0] < b[0] ? -1 : 1;
}

/** Whether this node reaches whom it syncs with; one that dials nobody is online as soon as others can reach it. */
function presence({ config }: EdgeViewParts, status: SyncStatus | undefined): 'local' | 'online' | 'offline' {
  if (status === undefined) return 'local';
  if (status.uplinks.length === 0) return acceptsEdges(config) ? 'online' : 'local';
  return status.linkState === 'live' ? 'online' : 'offline';
}

function statusRows(parts: EdgeViewParts): Row[] {
  const { config, replica, stats, sync, nowMs } = parts;
  const status = sync()?.engine.status();
  const figures = status?.figures;
  const present = presence(parts, status);
  const peers = status?.uplinks.filter((u) => !u.isHub) ?? [];
  return [
    ['node_id', replica.nodeId],
    ['role', config['edge.mode']],
    ['status', present],
    ['sync_status', status?.syncStatus ?? 'disabled'],
    ['pending_ops', status?.pendingOps ?? 0],
    ['last_sync', status?.lastSync ?? ''],
    ['hub', status?.hubUrl ?? ''],
    ['link_state', status?.linkState ?? 'none'],
    ['last_error', replica.journal?.failure ?? status?.lastError ?? ''],
    ['next_retry_ms', status?.nextRetryMs ?? -1],
    ['is_online', present === 'online' ? 1 : 0],
    ['sync_policy', config['edge.sync_policy']],
    ['conflict_resolution', config['edge.conflict_resolution']],
    ['holds_all', replica.store.holdsAll ? 1 : 0],
    ['offline_queue_len', status?.pendingOps ?? 0],
    ['conflicts', status?.conflicts ?? 0],
    ['conflicts_resolved', sync()?.engine.conflicts.found ?? 0],
    ...syncCounts(status),
    ['keys_synced', keysSynced(status)],
    ['local_version', status?.localStamp ?? 0],
    ['edges_online', status?.peers.filter((p) => p.state === 'live').length ?? 0],
    ['peers', config['edge.peers'].length],
    ['peers_online', peers.filter((p) => p.state === 'live').length],
    ...peers.map(peerRow),
    ['deltas_sent', figures?.deltasSent ?? 0],
    ['deltas_received', figures?.deltasReceived ?? 0],
    ['origin', status?.origin ?? ''],
    ['uptime_secs', Math.floor((nowMs() - stats.startedAtMs) / 1000)],
  ];
}

/** A sync is counted where it ends: with nothing pending, or in an error. */
function syncCounts(status: SyncStatus | undefined): Row[] {
  const { completedSyncs = 0, failedSyncs = 0 } = status ?? {};
  return [
    ['total_syncs', completedSyncs + failedSyncs],
    ['failed_syncs', failedSyncs],
  ];
}

/** Changes of keys and elements that went to others or came from them. */
function keysSynced(status: SyncStatus | undefined): number {
  return status === undefined ? 0 : status.figures.deltasSent + status.figures.deltasJoined;
}

/** One line on a peer of the configuration, fields as in INFO's replicas; the error is last, for it has spaces. */
function peerRow(peer: UplinkRow, i: number): Row {
  const { url, nodeId, state, isStoodInFor, pendingOps, nextRetryMs, lastError } = peer;
  const link = isStoodInFor ? 'theirs' : 'ours';
  const fields = `url=${url},node=${nodeId},state=${state},link=${link},pending_ops=${pendingOps}`;
  return [`peer${i}`, `${fields},next_retry_ms=${nextRetryMs},last_error=${lastError}`];
}

function statsRows({ replica, stats, unheldKeys, sync }: EdgeViewParts): Row[] {
  const { store } = replica;
  const status = sync()?.engine.status();
  const figures = Object.entries(status?.figures ?? {}).map(([name, value]): Row => [snake(name), value]);
  const reads = stats.hits + stats.misses;
  const { keys, tombs } = store.counts();
  return [
    ['keys', keys],
    ['tombstones', tombs],
    ['memory_used', store.usedBytes],
    ['memory_limit', store.limitBytes],
    ['hits', stats.hits],
    ['misses', stats.misses],
    ['hit_rate', reads === 0 ? '0' : (stats.hits / reads).toFixed(4)],
    ['expired', store.expiredCount],
    ['evicted', store.eviction.evictedCount],
    ['unheld_keys', store.unheld.count],
    ['unheld_filtering', store.unheld.isFiltering ? 1 : 0],
    ['unheld_fetched', unheldKeys.fetched],
    ['unheld_fetches_failed', unheldKeys.failed],
    ['unheld_reads_in_part', unheldKeys.readInPart],
    ...valueRows(store),
    ...syncCounts(status),
    ['keys_synced', keysSynced(status)],
    ['sync_lag_ms', status?.lagMs ?? 0],
    ['conflicts_resolved', sync()?.engine.conflicts.found ?? 0],
    ['reconnects', status?.reconnects ?? 0],
    ['forks', status?.forks ?? 0],
    ['conflicts_found', sync()?.engine.conflicts.found ?? 0],
    ...figures,
  ];
}

/** How values are kept, and what compressing them saves. Of a large store these are estimates. */
function valueRows(store: Store): Row[] {
  const { values, inline, packed, plainBytes, packedBytes } = valueForms(store);
  const share = (part: number): string => (values === 0 ? '0' : (part / values).toFixed(4));
  return [
    ['compression_level', store.compression.level],
    ['compression_savings', plainBytes - packedBytes],
    ['compression_ratio', packedBytes === 0 ? '1' : (plainBytes / packedBytes).toFixed(2)],
    ['compression_dictionaries', store.compression.trainings],
    ['compressed_values', packed],
    ['compressed_share', share(packed)],
    ['inline_values', inline],
    ['inline_share', share(inline)],
  ];
}

function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

function queueRows({ config, replica, sync }: EdgeViewParts): Row[] {
  const status = sync()?.engine.status();
  const { journal } = replica;
  return [
    ['pending_ops', status?.pendingOps ?? 0],
    ['bytes_in_flight', status?.bytesInFlight ?? 0],
    ['queue_size', config['edge.offline_queue_size']],
    ['on_full', config['edge.on_full']],
    ['journal_seq', journal?.seq ?? 0],
    ['journal_durable_seq', journal?.durableSeq ?? 0],
    ['journal_oldest_seq', journal?.oldestSeq ?? 0],
    ['journal_bytes', journal?.storedBytes ?? 0],
  ];
}

/** What may go for want of memory. */
function evictable({ replica, sync }: EdgeViewParts): string {
  const engine = sync()?.engine;
  const { policy } = replica.store.eviction;
  if (policy === 'noeviction' && engine?.keeper === undefined) return 'nothing: the policy is noeviction';
  return engine?.evictable() ?? 'anything';
}

async function resourceRows(parts: EdgeViewParts): Promise<Row[]> {
  const { sampler, config, replica } = parts;
  const [sample, battery] = await Promise.all([sampler.sample(), readBattery()]);
  const rows: (readonly [string, string | number | undefined])[] = [
    ['memory_level', sample.memoryLevel],
    ['memory_used', sample.storeUsedBytes],
    ['memory_limit', sample.storeLimitBytes],
    ['memory_unheld', replica.store.unheld.bytes],
    ['evicts', evictable(parts)],
    ['process_rss', sample.rssBytes],
    ['container_limit', sample.containerLimitBytes],
    ['disk_level', sample.diskLevel],
    ['journal_bytes', sample.journalBytes],
    ['storage_limit', sample.storageLimitBytes],
    ['volume_free', sample.volume?.freeBytes],
    ['volume_total', sample.volume?.totalBytes],
    ['cpu_percent', sample.cpuPercent?.toFixed(1)],
    ['load_1m', sample.load1m.toFixed(2)],
    ['cpu_budget', config['edge.resources.cpu_budget']],
    ['network_received_bytes', sample.network?.receivedBytes],
    ['network_sent_bytes', sample.network?.sentBytes],
    ['network_received_bytes_per_sec', sample.networkRates?.receivedBytesPerSecond],
    ['network_sent_bytes_per_sec', sample.networkRates?.sentBytesPerSecond],
    ['battery_percent', battery?.percent],
    ['battery_charging', battery === undefined ? undefined : battery.charging ? 1 : 0],
  ];
  return rows.flatMap(([name, value]): Row[] => (value === undefined ? [] : [[name, value]]));
}
