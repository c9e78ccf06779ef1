// Hands bytes to the kernel without the socket's stream, which costs more than the system call itself: a request
// object, a view of the bytes and two rounds of callbacks for each reply. Short ones are copied to where views of every
// length lie ready, and go by the socket's handle with one request object for all; longer ones by its descriptor, in a
// call that costs more but takes a range. None of this is a public part of Node: where it is not as expected, bytes go
// through the stream. It is for plain sockets in whose stream nothing waits; what the kernel does not take is the
// stream's, as are all errors: a write that fails here counts as one of no bytes, and the stream then meets the same
// failure.
import { writeSync } from 'node:fs';
import type { Socket } from 'node:net';
import { copyRun, viewOf } from '../base/runs.ts';

const shortBytesMax = 512;

/** What is used of a socket's handle. */
interface Handle {
  readonly fd: number;
  /** Bytes that it was given and that the kernel has not taken yet. */
  readonly writeQueueSize: number;
  /** Returns 0, or a number that says why not. */
  writeBuffer(request: object, bytes: Uint8Array): number;
}

function isHandle(value: unknown): value is Handle {
  if (typeof value !== 'object' || value === null || !('fd' in value) || !('writeQueueSize' in value))
    return false;
  if (typeof value.fd !== 'number' || value.fd < 0) return false;
  return 'writeBuffer' in value && typeof value.writeBuffer === 'function';
}

/** What short replies of all sockets are written with. */
export class ShortWrites {
  /** Node's class of write requests: known once a write has gone through a stream. */
  private requestClass: (new () => object) | undefined = undefined;
  private request: object | undefined = undefined;
  private bytes = new DataView(new ArrayBuffer(shortBytesMax));
  /** Its first so many bytes, each made when first used. */
  private prefixes: (Uint8Array | undefined)[] = [];

  get isReady(): boolean {
    return this.requestClass !== undefined;
  }

  /** Takes the class of requests from the next write of this handle's stream. */
  learnFrom(handle: Handle): void {
    const { writeBuffer } = handle;
    handle.writeBuffer = (request, bytes) => {
      handle.writeBuffer = writeBuffer;
      this.requestClass = request.constructor as new () => object;
      return handle.writeBuffer(request, bytes);
    };
  }

  /** Returns whether the handle has taken the bytes; some of them may wait in it. */
  write(handle: Handle, buf: Buffer, start: number, length: number): boolean {
    this.request ??= new this.requestClass!();
    this.copy(buf, start, length);
    return handle.writeBuffer(this.request, this.prefix(length)) === 0;
  }

  /** What was written last waits in the handle, with its request and its bytes. */
  leave(): void {
    this.request = undefined;
    this.bytes = new DataView(new ArrayBuffer(shortBytesMax));
    this.prefixes = [];
  }

  private prefix(length: number): Uint8Array {
    const known = this.prefixes[length];
    if (known !== undefined) return known;
    const made = new Uint8Array(this.bytes.buffer, 0, length);
    this.prefixes[length] = made;
    return made;
  }

  private copy(buf: Buffer, start: number, length: number): void {
    const source = viewOf(buf);
    if (source !== undefined) copyRun(source, start, this.bytes, 0, length);
    else for (let i = 0; i < length; i++) this.bytes.setUint8(i, buf[start + i]!);
  }
}

/** How bytes of one socket leave. */
export class WriteAtOnce {
  /** Bytes wait in the handle: what follows them has to go through the stream, until that has written something. */
  isWaiting = false;
  private readonly handle: Handle;
  private readonly short: ShortWrites;

  private constructor(handle: Handle, short: ShortWrites) {
    this.handle = handle;
    this.short = short;
    if (!short.isReady) short.learnFrom(handle);
  }

  /** Undefined for a socket whose bytes are wrapped on their way, or that is not as expected. */
  static of(socket: Socket, short: ShortWrites): WriteAtOnce | undefined {
    const { _handle: handle }: { _handle?: unknown } & Socket = socket;
    return 'encrypted' in socket || !isHandle(handle) ? undefined : new WriteAtOnce(handle, short);
  }

  /**
   * Writes and returns how many bytes are not the caller's any more, which may be none. Only while the socket is open
   * (its descriptor may be another's as soon as it has closed) and nothing waits.
   */
  write(buf: Buffer, start: number, length: number): number {
    const { handle, short } = this;
    if (length > shortBytesMax) {
      try {
        return writeSync(handle.fd, buf, start, length);
      } catch {
        return 0;
      }
    }
    if (!short.isReady || !short.write(handle, buf, start, length)) return 0;
    if (handle.writeQueueSize > 0) {
      short.leave();
      this.isWaiting = true;
    }
    return length;
  }
}
