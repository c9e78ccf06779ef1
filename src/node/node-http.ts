// Health and metrics of this node over HTTP: the checks, and a listener of its own where http.port asks for one. On
// hubs the listener for edges answers the same.
import type { RequestListener, Server } from 'node:http';
import { late } from '../base/late.ts';
import type { Config } from '../config/schema.ts';
import { createRequestHandler, httpConnectionsMax, httpLimits } from '../http/request-handler.ts';
import { type NodeFigures, nodeMetrics } from './node-metrics.ts';
import { listen } from './node-sync.ts';

const http = late<typeof import('node:http')>('node:http');

/** The handler of /healthz, /readyz and /metrics. */
export function createNodeHandler({ services, sync }: NodeFigures): RequestListener {
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
    metrics: nodeMetrics({ services, sync }),
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
