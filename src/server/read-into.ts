// How a connection's bytes come from its socket. Node gives each read a fresh buffer of 64 KiB, cut to size; for
// sockets that one connects it offers to read into a buffer of the caller's instead (`onread`), not for those that a
// server accepts. So an accepted socket's handle is put under a socket made with that option: all connections read into
// one buffer, which saves 5 % of the CPU time per command and the garbage that load leaves. The handle is no public
// part of Node: where it is not as expected, the accepted socket stays and chunks come as its Readable gets them.
import { Socket } from 'node:net';

/** As large as what Node would read at a time. */
export const readBufferBytes = 64 * 1024;

interface Accepted {
  _handle?: unknown;
}

function canReadInto(handle: unknown): handle is object {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle && 'readStart' in handle;
}

/**
 * Takes the first `length` bytes of a chunk, which are void when it returns: the chunk may be the buffer of all
 * connections.
 */
export type Receive = (chunk: Buffer, length: number) => void;

/** The socket to use in place of a freshly accepted one, whose chunks `receive` gets. */
export function readInto(accepted: Socket, buffer: Buffer, receive: Receive): Socket {
  const inner: Accepted & Socket = accepted;
  const handle = inner._handle;
  if (!canReadInto(handle)) {
    accepted.on('data', (chunk: Buffer) => receive(chunk, chunk.length));
    return accepted;
  }
  const callback = (bytes: number): boolean => {
    receive(buffer, bytes);
    return true;
  };
  const options = { handle, allowHalfOpen: accepted.allowHalfOpen, onread: { buffer, callback } };
  inner._handle = null;
  const socket = new Socket(options);
  accepted.destroy();
  // Only to be flowing, which the end of the stream waits for.
  socket.resume();
  return socket;
}
