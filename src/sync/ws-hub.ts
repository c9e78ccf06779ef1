// The accepting side over WebSockets: upgrades requests for the hub's path on an HTTP server that others may share, and
// decides who may connect: token, node id, or the loopback alone where there are no tokens. A refused client is told by
// a close code, which it can see only on an open WebSocket.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket, WebSocketServer } from 'ws';
import { late } from '../base/late.ts';
import type { Log } from '../base/log.ts';
import { isNodeId } from '../delta/origins.ts';
import { CloseCode } from './close-codes.ts';
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

interface Admission {
  readonly nodeId: string | undefined;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}

function bearerOf(request: IncomingMessage): string {
  const match = /^Bearer +(\S+)$/i.exec(request.headers.authorization ?? '');
  return match?.[1] ?? '';
}

export class WsHub {
  private readonly options: WsHubOptions;
  private readonly server: WebSocketServer;

  constructor(options: WsHubOptions) {
    this.options = options;
    this.server = new (ws().WebSocketServer)({
      ...wsOptions,
      noServer: true,
      handleProtocols: (offered) => (offered.has(subprotocol) ? subprotocol : false),
    });
    if (options.tokens.isEmpty) options.logger.warn('no hub.tokens: edges are accepted from loopback only');
  }

  /** Takes an upgrade request over; false where the path is not the hub's. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): boolean {
    const url = new URL(request.url ?? '/', 'http://hub');
    if (url.pathname !== this.options.path) return false;
    socket.on('error', () => socket.destroy());
    const address = request.socket.remoteAddress ?? '';
    const named = this.namedId(request, url);
    const admission = named === false ? false : this.admit(request, address, named);
    this.server.handleUpgrade(request, socket, head, (webSocket) => {
      if (admission === false) this.refuse(webSocket, CloseCode.unauthorized, address, 'unauthorized');
      else if (webSocket.protocol !== subprotocol) {
        this.refuse(webSocket, CloseCode.protocol, address, `subprotocol ${subprotocol} is spoken here`);
      } else {
        connectSocket(webSocket, (connection) =>
          this.options.hub.accept(connection, admission.nodeId, address),
        );
      }
    });
    return true;
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
    if (tokens.isEmpty) return isLoopback(address) ? { nodeId: named } : false;
    return tokens.accept(bearerOf(request), named);
  }

  private refuse(socket: WebSocket, code: CloseCode, address: string, reason: string): void {
    socket.on('error', () => socket.terminate());
    this.options.logger.warn('edge refused', { address, reason });
    socket.close(code, reason);
  }

  /** Lets go of the server; connections are the hub's to end. */
  close(): void {
    this.server.close();
  }
}
