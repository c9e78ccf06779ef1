// Health and metrics of this node: the checks and figures, and a listener of its own where http.port asks for one. On
// hubs the listener for edges answers the same.
import type { RequestListener, Server } from 'node:http';
import { late } from '../base/late.ts';
import type { Config } from '../config/schema.ts';
import { defineMetrics } from '../http/metrics.ts';
import { createRequestHandler, httpConnectionsMax, httpLimits } from '../http/request-handler.ts';
import type { UplinkRow } from '../sync/uplink.ts';
import type { NodeServices } from './node-services.ts';
import { listen, type NodeSync } from './node-sync.ts';

const http = late<typeof import('node:http')>('node:http');

export interface HttpParts {
  readonly services: () => NodeServices | undefined;
  readonly sync: () => NodeSync | undefined;
}

/** The handler of /healthz, /readyz and /metrics. */
export function createNodeHandler({ services, sync }: HttpParts): RequestListener {
  const gauge = (name: string, help: string, collect: () => number | undefined) =>
    ({ name, help, type: 'gauge', collect }) as const;
  const counter = (name: string, help: string, collect: () => number | undefined) =>
    ({ name, help, type: 'counter', collect }) as const;
  const status = () => sync()?.engine.status();
  /** One sample for each address that is dialed. */
  const samples = (name: string, help: string, measure: (uplink: UplinkRow) => number) =>
    ({
      name,
      help,
      type: 'gauge',
      collect: () =>
        status()?.uplinks.map((u) => ({
          value: measure(u),
          labels: { role: u.isHub ? 'hub' : 'peer', url: u.url },
        })),
    }) as const;
  return createRequestHandler({
    health: [],
    readiness: [
      { name: 'store', problem: () => (services() === undefined ? 'not loaded' : undefined) },
      { name: 'journal', problem: () => services()?.journal?.failure },
      {
        name: 'link',
        problem: () =>
          sync()?.engine.hasGivenUp ? 'tries used up (sync.reconnect_max_attempts)' : undefined,
      },
    ],
    metrics: defineMetrics([
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
      gauge('ferrite_sync_pending_ops', 'Writes the hub does not have durably.', () => status()?.pendingOps),
      samples('ferrite_sync_link_up', '1 while the link to the hub or peer is live.', (u) =>
        u.state === 'live' ? 1 : 0,
      ),
      samples(
        'ferrite_sync_link_pending_ops',
        'Writes that the hub or peer does not have durably.',
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
      counter('ferrite_sync_reconnects_total', 'Links set up again.', () => status()?.reconnects),
      counter('ferrite_sync_deltas_sent_total', 'Deltas sent.', () => status()?.figures.deltasSent),
      counter(
        'ferrite_sync_deltas_received_total',
        'Deltas received.',
        () => status()?.figures.deltasReceived,
      ),
      counter('ferrite_sync_bytes_sent_total', 'Bytes of batches sent.', () => status()?.figures.bytesSent),
      counter(
        'ferrite_sync_bytes_received_total',
        'Bytes of batches received.',
        () => status()?.figures.bytesReceived,
      ),
      counter(
        'ferrite_sync_conflicts_total',
        'Concurrent writes found.',
        () => sync()?.engine.conflicts.found,
      ),
    ]),
  });
}

/** The listener for health and metrics, or undefined where http.port is 0. */
export async function startHttp(config: Config, handler: RequestListener): Promise<Server | undefined> {
  if (config['http.port'] === 0) return undefined;
  const server = http().createServer(httpLimits, handler);
  server.maxConnections = httpConnectionsMax;
  server.timeout = httpLimits.requestTimeout;
  await listen(server, config['http.bind'], config['http.port']);
  return server;
}
