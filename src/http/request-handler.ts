// Answers GET and HEAD of /healthz, /readyz and /metrics, on a listener of its own or on the hub's. It reads no request
// body, keeps no state and opens no port; node.ts gives it the checks and the metrics. httpLimits are the options for
// node:http that keep a slow or endless request from holding anything.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type HealthCheck, reportHealth } from './health.ts';
import { formatMetrics, type Metric } from './metrics.ts';

/** For http.createServer: times in ms, sizes in bytes. */
export const httpLimits = {
  maxHeaderSize: 8192,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5000,
  connectionsCheckingInterval: 1000,
} as const;

/** Set as `server.maxConnections` on a listener that serves only this handler. */
export const httpConnectionsMax = 128;

export interface HttpSources {
  /** What makes the process unhealthy: often nothing. */
  readonly health: readonly HealthCheck[];
  readonly readiness: readonly HealthCheck[];
  readonly metrics: readonly Metric[];
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = 'application/json; charset=utf-8';
const plain = 'text/plain; charset=utf-8';

function answerHealth(checks: readonly HealthCheck[]): Answer {
  const report = reportHealth(checks);
  return { status: report.ok ? 200 : 503, type: json, body: report.body };
}

function answerPath(path: string, sources: HttpSources): Answer {
  switch (path) {
    case '/healthz':
      return answerHealth(sources.health);
    case '/readyz':
      return answerHealth([...sources.health, ...sources.readiness]);
    case '/metrics':
      return {
        status: 200,
        type: 'text/plain; version=0.0.4; charset=utf-8',
        body: formatMetrics(sources.metrics),
      };
    default:
      return { status: 404, type: plain, body: 'not found: try /healthz, /readyz or /metrics\n' };
  }
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer, close: boolean): void {
  response.writeHead(answer.status, {
    'content-type': answer.type,
    'content-length': Buffer.byteLength(answer.body),
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    ...(answer.status === 405 ? { allow: 'GET, HEAD' } : {}),
    ...(close ? { connection: 'close' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : answer.body);
}

/** A listener for the `request` event of a node:http server. */
export function createRequestHandler(
  sources: HttpSources,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const method = request.method ?? '';
    if (method !== 'GET' && method !== 'HEAD') {
      send(request, response, { status: 405, type: plain, body: 'only GET and HEAD\n' }, true);
      return;
    }
    const hasBody = request.headers['content-length'] !== undefined || 'transfer-encoding' in request.headers;
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    send(request, response, answerPath(path, sources), hasBody && request.headers['content-length'] !== '0');
  };
}
