// The dialing side over WebSockets: finds the peer's endpoint, connects with the token and this node's id, and says why
// where it cannot. When to try again is the link machine's.
import type { WebSocket } from 'ws';
import { late } from '../base/late.ts';
import { CloseCode, closeReason } from './close-codes.ts';
import { dialError } from './dial-error.ts';
import { askEndpoint } from './endpoint.ts';
import { subprotocol } from './envelope.ts';
import type { Dial, DialFailure } from './transport.ts';
import { connectSocket, wsOptions } from './ws-connection.ts';

export interface DialOptions {
  /** ws:, wss:, or redis:, rediss: where the peer is asked for its endpoint. */
  readonly url: string;
  readonly nodeId: string;
  readonly token?: string;
  readonly connectTimeoutMs: number;
  /** PEM of the certificate authorities that are trusted, for wss and rediss; the usual ones where absent. */
  readonly ca?: readonly string[];
}

const ws = late<typeof import('ws')>('ws');
const unauthorizedStatus = 401;
const notFoundStatus = 404;
const busyStatus = 503;
const retryAfterSecondsMax = 3600;

function isWebSocketUrl(url: string): boolean {
  return url.startsWith('ws:') || url.startsWith('wss:');
}

/** What a status in place of an open WebSocket says. */
function refusalOf(status: number): string {
  if (status === unauthorizedStatus) return closeReason(CloseCode.unauthorized);
  if (status === busyStatus) return closeReason(CloseCode.busy);
  if (status === notFoundStatus) return 'there is no hub at this path: the URL has to end with its hub.path';
  return `the peer answers HTTP ${status}`;
}

/** How to dial the hub or peer at `url`. */
export function dialPeer(options: DialOptions): Dial {
  return (opened, failed) => {
    let socket: WebSocket | undefined;
    let isOver = false;
    const fail = (failure: DialFailure): void => {
      if (isOver) return;
      isOver = true;
      failed(failure);
    };
    const run = async (): Promise<void> => {
      const { url, connectTimeoutMs } = options;
      const endpoint = isWebSocketUrl(url) ? url : await askEndpoint(url, connectTimeoutMs, options.ca);
      if (isOver) return;
      socket = openSocket(endpoint, options);
      const mine = socket;
      mine.on('error', (error) => fail({ error: dialError(error), longest: false, retryAfterMs: 0 }));
      mine.on('unexpected-response', (request, response) => {
        const status = response.statusCode ?? 0;
        const seconds = status === busyStatus ? Number(response.headers['retry-after'] ?? 0) : 0;
        const retryAfterMs = Math.min(Number.isFinite(seconds) ? seconds : 0, retryAfterSecondsMax) * 1000;
        request.destroy();
        const longest = status === unauthorizedStatus;
        fail({ error: refusalOf(status), longest, retryAfterMs });
      });
      mine.on('open', () => {
        if (isOver) return;
        isOver = true;
        mine.removeAllListeners('unexpected-response');
        connectSocket(mine, opened);
      });
    };
    run().catch((error: unknown) => {
      fail({
        error: dialError(error),
        longest: false,
        retryAfterMs: 0,
      });
    });
    return () => {
      isOver = true;
      socket?.terminate();
    };
  };
}

function openSocket(url: string, options: DialOptions): WebSocket {
  const { nodeId, token, connectTimeoutMs, ca } = options;
  return new (ws().WebSocket)(url, [subprotocol], {
    ...wsOptions,
    handshakeTimeout: connectTimeoutMs,
    headers: {
      'X-Edge-Agent-Id': nodeId,
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    ...(ca === undefined ? {} : { ca: [...ca] }),
  });
}
