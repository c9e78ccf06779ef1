// A WebSocket as a connection of the sync, on either side. Compression is off, lengths are limited by the caller's
// options, every socket has an error listener, and what waits in it is counted: `send` of ws never refuses.
import type { RawData, WebSocket } from 'ws';
import { controlBytesMax } from './envelope.ts';
import type { Connection, ConnectionSink } from './transport.ts';

/** Options that both ends have. */
export const wsOptions = {
  perMessageDeflate: false,
  /** Control messages are the longest; data frames are shorter. */
  maxPayload: controlBytesMax,
} as const;

const drainedBytes = 256 * 1024;
/** Control messages that wait in the socket. Who has so many sent to it does not read, or asks only to be answered. */
const textsWaitingMax = 16_384;

function bufferOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data;
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data);
}

/** Connects an open WebSocket with the sink that `attach` gives for it. */
export function connectSocket(socket: WebSocket, attach: (connection: Connection) => ConnectionSink): void {
  let sink: ConnectionSink | undefined;
  let isWaiting = false;
  let textsWaiting = 0;
  const sent = (): void => {
    if (!isWaiting || socket.bufferedAmount > drainedBytes) return;
    isWaiting = false;
    sink?.drained();
  };
  const noteWaiting = (): void => {
    isWaiting ||= socket.bufferedAmount > drainedBytes;
  };
  const textSent = (): void => {
    textsWaiting -= 1;
    sent();
  };
  const connection: Connection = {
    sendText(text) {
      if (socket.readyState !== socket.OPEN) return;
      textsWaiting += 1;
      if (textsWaiting > textsWaitingMax) socket.terminate();
      else {
        socket.send(text, { binary: false }, textSent);
        noteWaiting();
      }
    },
    sendBinary(frame) {
      if (socket.readyState !== socket.OPEN) return;
      socket.send(frame, { binary: true }, sent);
      noteWaiting();
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
