// A WebSocket as a connection of the sync, on either side. Compression is off, lengths are limited by the caller's
// options, every socket has an error listener, and what waits in it is counted: `send` of ws never refuses.
import type { RawData, WebSocket } from 'ws';
import type { Connection, ConnectionSink } from './transport.ts';

/** Options that both ends have. */
export const wsOptions = {
  perMessageDeflate: false,
  /** Control messages are the longest; data frames are at most 1 MiB. */
  maxPayload: 8 * 1024 * 1024,
} as const;

const drainedBytes = 256 * 1024;

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Connects an open WebSocket with the sink that `attach` gives for it. */
export function connectSocket(socket: WebSocket, attach: (connection: Connection) => ConnectionSink): void {
  let sink: ConnectionSink | undefined;
  let isWaiting = false;
  const sent = (): void => {
    if (!isWaiting || socket.bufferedAmount > drainedBytes) return;
    isWaiting = false;
    sink?.drained();
  };
  const connection: Connection = {
    sendText(text) {
      if (socket.readyState === socket.OPEN) socket.send(text, { binary: false }, sent);
    },
    sendBinary(frame) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(frame, { binary: true }, sent);
      if (socket.bufferedAmount > drainedBytes) isWaiting = true;
    },
    get bufferedBytes() {
      return socket.bufferedAmount;
    },
    ping() {
      if (socket.readyState === socket.OPEN) socket.ping();
    },
    close(code, reason) {
      socket.close(code, reason);
    },
    terminate() {
      socket.terminate();
    },
  };
  let error: string | undefined;
  socket.on('message', (data, isBinary) => {
    const bytes = bufferOf(data);
    if (isBinary) sink?.binary(bytes);
    else sink?.text(bytes.toString('utf8'));
  });
  socket.on('ping', () => sink?.alive());
  socket.on('pong', () => sink?.alive());
  socket.on('error', (cause) => {
    error = cause.message;
  });
  socket.on('close', (code) => sink?.closed(code, error));
  sink = attach(connection);
}
