// Hands bytes to the kernel without the socket's stream, which costs more than the system call itself: a request
// object, a view of the bytes and two rounds of callbacks for each reply. It is for plain sockets in whose stream nothing
// waits; whatever the kernel does not take is the stream's, as are all errors: a write that fails here counts as one of
// no bytes, and the stream then meets the same failure in its own way.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';

/** The descriptor of a socket whose bytes are not wrapped on their way, or -1. It is no public part of Node. */
export function descriptorOf(socket: Socket): number {
  const { _handle: handle }: { _handle?: unknown } & Socket = socket;
  if ('encrypted' in socket || typeof handle !== 'object' || handle === null || !('fd' in handle)) return -1;
  return typeof handle.fd === 'number' ? handle.fd : -1;
}

/**
 * Writes to a socket of this descriptor and returns how many bytes the kernel took, which may be none. Only while
 * the socket is open: the number may be another's as soon as it has closed.
 */
export function writeAtOnce(descriptor: number, buf: Buffer, start: number, length: number): number {
  try {
    return writeSync(descriptor, buf, start, length);
  } catch {
    return 0;
  }
}
