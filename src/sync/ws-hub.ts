// The accepting side over WebSockets: upgrades requests for the hub's path on an HTTP server that others may share, and
// decides who may connect: token, node id, or the loopback alone where there are no tokens. A refused client is told by
// an HTTP status, before anything of a WebSocket is there, and its connection ends with that.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { late } from '../base/late.ts';
import type { Log } from '../base/log.ts';
import { isLoopback } from '../base/loopback.ts';
import { isNodeId } from '../delta/origins.ts';
import { subprotocol } from './envelope.ts';
import type { Hub } from './hub.ts';
import type { Tokens } from './tokens.ts';
import { connectSocket, wsOptions } from './ws-connection.ts';

export interface WsHubOptions {
  /** Such as `/edge/ws`. */
  readonly path: string;
  readonly tokens: Tokens;
  readonly hub: Hub;
  readonly logger: Log;
}

const ws = late<typeof import('ws')>('ws');

/** So long a client has to take its refusal. */
const refusalLingerMs = 1000;

interface Admission {
  readonly nodeId: string | undefined;
}

interface Refusal {
  readonly status: string;
  readonly reason: string;
  readonly retryAfterMs?: number;
}

const badRequest = '400 Bad Request';
const unauthorized: Refusal = { status: '401 Unauthorized', reason: 'unauthorized' };

function bearerOf(request: IncomingMessage): string {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? '';
}

function offersProtocol(request: IncomingMessage): boolean {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  return offered.split(',').some((name) => name.trim() === subprotocol);
}

export class WsHub {
  private readonly options: WsHubOptions;
  private readonly server: WebSocketServer;

  constructor(options: WsHubOptions) {
    this.options = options;
    this.server = new (ws().WebSocketServer)({
      ...wsOptions,
      noServer: true,
      handleProtocols: () => subprotocol,
    });
    if (options.tokens.isEmpty) options.logger.warn('no hub.tokens: edges are accepted from loopback only');
  }

  /** Answers an upgrade request: with a link, or with the reason why not. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // From here on nobody else listens, and an error that nobody hears ends the process.
    socket.on('error', () => socket.destroy());
    const address = request.socket.remoteAddress ?? '';
    const judged = this.judge(request, address);
    if ('status' in judged) {
      this.refuse(request, judged, address);
      return;
    }
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      connectSocket(webSocket, (connection) => this.options.hub.accept(connection, judged.nodeId, address));
    });
  }

  private judge(request: IncomingMessage, address: string): Admission | Refusal {
    const { path, hub } = this.options;
    const target = request.url ?? '';
    if (!URL.canParse(target, 'http://hub')) return { status: badRequest, reason: 'no address' };
    const url = new URL(target, 'http://hub');
    if (url.pathname !== path) return { status: '404 Not Found', reason: 'not found' };
    const named = this.namedId(request, url);
    const admission = named === false ? false : this.admit(request, address, named);
    if (admission === false) return unauthorized;
    if (!offersProtocol(request)) {
      return { status: badRequest, reason: `subprotocol ${subprotocol} is spoken here` };
    }
    const busy = hub.busyFor(admission.nodeId);
    if (busy === undefined) return admission;
    return { status: '503 Service Unavailable', reason: busy.error, retryAfterMs: busy.retryAfterMs };
  }

  /** The node id that the request names; false where it names two or a malformed one. */
  private namedId(request: IncomingMessage, url: URL): string | undefined | false {
    const header = request.headers['x-edge-agent-id'];
    const query = url.searchParams.get('edge_agent_id') ?? undefined;
    const ids = [header, query].filter((id) => id !== undefined);
    const [id] = ids;
    if (id === undefined) return undefined;
    if (typeof id !== 'string' || !isNodeId(id) || ids.some((other) => other !== id)) return false;
    return id;
  }

  private admit(request: IncomingMessage, address: string, named: string | undefined): Admission | false {
    const { tokens } = this.options;
    if (!tokens.isEmpty) return tokens.accept(bearerOf(request), named);
    // A web page in a browser on this machine comes from the loopback too, and says where it is from.
    return isLoopback(address) && request.headers.origin === undefined ? { nodeId: named } : false;
  }

  private refuse({ socket }: IncomingMessage, refusal: Refusal, address: string): void {
    const { status, reason, retryAfterMs } = refusal;
    this.options.logger.warn('edge refused', { address, reason });
    const lines = [`HTTP/1.1 ${status}`, 'connection: close', 'content-type: text/plain; charset=utf-8'];
    if (retryAfterMs !== undefined) lines.push(`retry-after: ${Math.ceil(retryAfterMs / 1000)}`);
    const body = `${reason}\n`;
    lines.push(`content-length: ${Buffer.byteLength(body)}`, '', body);
    socket.setTimeout(refusalLingerMs, () => socket.destroy());
    socket.write(lines.join('\r\n'));
    socket.destroySoon();
  }

  /** Lets go of the server; connections are the hub's to end. */
  close(): void {
    this.server.close();
  }
}
