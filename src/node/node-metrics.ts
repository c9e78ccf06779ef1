// The metrics of this node, each with what it means, from the figures of its parts; all are read when somebody asks.
// The table of docs/metrics.md is made from the same list.
import { defineMetrics, type Metric } from '../http/metrics.ts';
import type { SyncStatus } from '../sync/engine.ts';
import type { UplinkRow } from '../sync/uplink.ts';
import type { NodeServices } from './node-services.ts';
import type { NodeSync } from './node-sync.ts';

/** Where the figures are, once the node is open; undefined where it does not sync. */
export interface NodeFigures {
  readonly services: () => NodeServices | undefined;
  readonly sync: () => NodeSync | undefined;
}

type Status = () => SyncStatus | undefined;

/** All metrics, in the order in which they are told. */
export function nodeMetrics(figures: NodeFigures): readonly Metric[] {
  const status = oncePerScrape(() => figures.sync()?.engine.status());
  const ofLinks = [...linkMetrics(figures, status), ...trafficMetrics(figures, status)];
  return defineMetrics([...storeMetrics(figures), ...ofLinks]);
}

/** A scrape asks all metrics in one go, and a hub's status has a row for each of its edges: it is made once for all. */
function oncePerScrape<T>(read: () => T): () => T {
  let kept: { readonly value: T } | undefined;
  return () => {
    if (kept === undefined) {
      kept = { value: read() };
      queueMicrotask(() => {
        kept = undefined;
      });
    }
    return kept.value;
  };
}

/** The metrics as a Markdown table. */
export function metricsTable(): string {
  const rows = nodeMetrics({ services: () => undefined, sync: () => undefined }).map(
    ({ name, type, help }) => `| \`${name}\` | ${type} | ${help} |`,
  );
  return ['| metric | type | meaning |', '|---|---|---|', ...rows, ''].join('\n');
}

function gauge(name: string, help: string, collect: () => number | undefined): Metric {
  return { name, help, type: 'gauge', collect };
}

function counter(name: string, help: string, collect: () => number | undefined): Metric {
  return { name, help, type: 'counter', collect };
}

function storeMetrics({ services }: NodeFigures): Metric[] {
  return [
    gauge('ferrite_memory_used_bytes', 'Memory of the store.', () => services()?.store.usedBytes),
    gauge('ferrite_memory_limit_bytes', 'Memory limit of the store.', () => services()?.store.limitBytes),
    gauge('ferrite_keys', 'Live keys.', () => services()?.store.counts().keys),
    gauge('ferrite_tombstones', 'Remembered deletes.', () => services()?.store.counts().tombs),
    gauge('ferrite_clients', 'Connected clients.', () => services()?.clients.connected),
    counter('ferrite_commands_total', 'Commands executed.', () => services()?.stats.commands),
    counter('ferrite_keyspace_hits_total', 'Reads of keys that exist.', () => services()?.stats.hits),
    counter('ferrite_keyspace_misses_total', 'Reads of keys that do not.', () => services()?.stats.misses),
    counter(
      'ferrite_expired_keys_total',
      'Keys purged after their deadline.',
      () => services()?.store.expiredCount,
    ),
    counter(
      'ferrite_evicted_keys_total',
      'Keys evicted for want of room.',
      () => services()?.store.eviction.evictedCount,
    ),
    gauge(
      'ferrite_unheld_keys',
      'Evicted keys that are remembered one by one.',
      () => services()?.store.unheld.count,
    ),
    counter(
      'ferrite_unheld_fetched_total',
      'Evicted keys that the hub gave back.',
      () => services()?.unheldKeys.fetched,
    ),
    counter(
      'ferrite_unheld_fetches_failed_total',
      'Evicted keys that the hub did not give back in time.',
      () => services()?.unheldKeys.failed,
    ),
    gauge('ferrite_journal_failed', '1 while the journal takes no writes.', () => {
      const journal = services()?.journal;
      return journal === undefined ? undefined : Number(journal.failure !== undefined);
    }),
    gauge('ferrite_journal_bytes', 'Journal and snapshots.', () => services()?.journal?.storedBytes),
  ];
}

/** One sample for each address that is dialed. */
function samples(name: string, help: string, status: Status, measure: (uplink: UplinkRow) => number): Metric {
  const collect = () =>
    status()?.uplinks.map((u) => ({
      value: measure(u),
      labels: { role: u.isHub ? 'hub' : 'peer', url: u.url },
    }));
  return { name, help, type: 'gauge', collect };
}

function linkMetrics({ sync }: NodeFigures, status: Status): Metric[] {
  return [
    gauge('ferrite_sync_pending_ops', 'Writes the hub does not have durably.', () => status()?.pendingOps),
    gauge('ferrite_sync_lag_seconds', 'Age of the oldest write that the hub does not have durably.', () => {
      const lagMs = status()?.lagMs;
      return lagMs === undefined ? undefined : lagMs / 1000;
    }),
    gauge(
      'ferrite_sync_bytes_in_flight',
      'Bytes of batches, over all links, that peers have not received.',
      () => status()?.bytesInFlight,
    ),
    samples('ferrite_sync_link_up', '1 while the link to the hub or peer is live.', status, (u) =>
      u.state === 'live' ? 1 : 0,
    ),
    samples(
      'ferrite_sync_link_pending_ops',
      'Writes that the hub or peer does not have durably.',
      status,
      (u) => u.pendingOps,
    ),
    gauge(
      'ferrite_sync_starved',
      '1 while what the hub, a peer or an edge sends is not taken in: memory or disk is full.',
      () => {
        const name = status()?.syncStatus;
        return name === undefined ? undefined : Number(name === 'starved');
      },
    ),
    gauge('ferrite_sync_edges', 'Edges connected to this hub.', () => sync()?.engine.hub.connections),
  ];
}

function trafficMetrics({ sync }: NodeFigures, status: Status): Metric[] {
  return [
    counter('ferrite_sync_reconnects_total', 'Links set up again.', () => status()?.reconnects),
    counter('ferrite_sync_deltas_sent_total', 'Deltas sent.', () => status()?.figures.deltasSent),
    counter('ferrite_sync_deltas_received_total', 'Deltas received.', () => status()?.figures.deltasReceived),
    counter('ferrite_sync_bytes_sent_total', 'Bytes of batches sent.', () => status()?.figures.bytesSent),
    counter(
      'ferrite_sync_bytes_received_total',
      'Bytes of batches received.',
      () => status()?.figures.bytesReceived,
    ),
    counter(
      'ferrite_sync_deltas_rejected_total',
      'Deltas of peers that were refused: a clock that is ahead, or a value too large for this node.',
      () => status()?.figures.deltasRejected,
    ),
    counter('ferrite_sync_nacks_sent_total', 'Refusals told to peers.', () => status()?.figures.nacksSent),
    counter(
      'ferrite_sync_nacks_received_total',
      'Refusals told by peers.',
      () => status()?.figures.nacksReceived,
    ),
    counter(
      'ferrite_sync_malformed_messages_total',
      'Control messages of peers that were not understood.',
      () => status()?.figures.malformed,
    ),
    counter(
      'ferrite_sync_malformed_frames_total',
      'Frames and batches of peers that broke the protocol, and with it the link.',
      () => status()?.figures.malformedFrames,
    ),
    counter(
      'ferrite_sync_wants_refused_total',
      'Keys that were asked for and that the peer could not have.',
      () => status()?.figures.wantsRefused,
    ),
    counter(
      'ferrite_sync_forks_total',
      'Times that this node found its history forked.',
      () => status()?.forks,
    ),
    counter('ferrite_sync_conflicts_total', 'Concurrent writes found.', () => sync()?.engine.conflicts.found),
  ];
}
