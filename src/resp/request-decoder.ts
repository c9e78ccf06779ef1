// Decodes requests (RESP arrays of bulk strings, and inline commands) by their offsets in the chunk as received. A
// whole request costs no allocation and no copy. One that straddles chunks is assembled in a buffer of its own that
// grows with the bytes that arrive, never with what a header claims, and parsing goes on where it stopped, so the
// work stays linear however the stream is cut. Knows no sockets and no commands; errors have Redis's words.
//
//   window  buf  [ done | start: request, parsed up to pos | end )     the chunk itself, or owned while straddling
//   tail         [ tailPos: bytes of the last chunk not yet in an owned window | tailEnd )
import { constants } from 'node:buffer';
import { splitInline } from './inline-request.ts';
import { type DecodedArgs, emptyBuffer as empty, growArguments, type RequestBatch } from './request-args.ts';

export const DecodeResult = { request: 0, incomplete: 1, error: 2 } as const;
export type DecodeResult = (typeof DecodeResult)[keyof typeof DecodeResult];

/** Shared by all decoders of a server, and may change while it runs. */
export interface RequestLimits {
  /** Arguments of one request. */
  argumentsMax: number;
  /** Bytes of one argument: `proto-max-bulk-len`. */
  bulkBytesMax: number;
  /** Bytes of an inline request or a header line. */
  lineBytesMax: number;
  /** Bytes of one whole request: `client-query-buffer-limit`. */
  requestBytesMax: number;
  unauthenticatedArgumentsMax: number;
  unauthenticatedBulkBytesMax: number;
}

/**
 * The longest argument, whatever `bulkBytesMax` says: it can become a text, and has room to be part of a longer one.
 */
export const argumentBytesMax = constants.MAX_STRING_LENGTH - 1024 * 1024;

export function defaultRequestLimits(): RequestLimits {
  return {
    argumentsMax: 1024 * 1024,
    bulkBytesMax: 512 * 1024 * 1024,
    lineBytesMax: 64 * 1024,
    requestBytesMax: 1024 * 1024 * 1024,
    unauthenticatedArgumentsMax: 10,
    unauthenticatedBulkBytesMax: 16 * 1024,
  };
}

const CR = 13;
const LF = 10;
const ARRAY = 42;
const BULK = 36;
const ZERO = 48;
const MINUS = 45;
const ownedBytesMin = 64;
/** So many bytes are searched faster by a loop than by a call into the runtime. */
const searchedByLoop = 64;
/** A buffer may be this many times as large as what has arrived of the request. */
const believedGrowth = 16;
/** What `readCount` returns for a line that is not a canonical decimal integer. */
const notANumber = Number.NaN;

type PartialArgs = Pick<DecodedArgs, 'offsets' | 'lengths'>;

export class RequestDecoder {
  /** Redis's words for what the client did wrong, once `next` has returned an error. */
  error = '';
  /** Until a client has authenticated, tighter limits hold. */
  authenticated: boolean;
  private readonly limits: RequestLimits;
  private buf: Buffer = empty;
  private start = 0;
  private pos = 0;
  private end = 0;
  private owned = false;
  private tail: Buffer = empty;
  private tailPos = 0;
  private tailEnd = 0;
  /** Arguments still missing; below 0 between requests. */
  private missing = -1;
  private argc = 0;
  /** Length of the bulk string at `pos`; below 0 while its header line is still to be read. */
  private bulkLength = -1;
  /** Bytes behind `pos` already searched for a line's end. */
  private searched = 0;
  /** The arguments found so far of a request that straddles chunks; offsets count from the request's start. */
  private partial: PartialArgs | undefined = undefined;

  constructor(limits: RequestLimits, authenticated: boolean) {
    this.limits = limits;
    this.authenticated = authenticated;
  }

  /** Bytes fed and not yet part of a request that was returned. */
  get bufferedBytes(): number {
    return this.end - this.start + this.tailEnd - this.tailPos;
  }

  /** Arguments that have come of a request of which more are to come. */
  get argumentsSoFar(): number {
    return this.partial === undefined ? 0 : this.argc;
  }

  /** Bytes of memory that the decoder itself holds. */
  get heldBytes(): number {
    return this.buf.length + this.tail.length;
  }

  /**
   * Takes the next bytes of the stream, the first `length` of a chunk. The decoder reads them in place until `next`
   * returns `incomplete`, or `keep` is called.
   */
  feed(chunk: Buffer, length = chunk.length): void {
    if (this.error !== '') return;
    if (this.start === this.end && this.tailPos === this.tailEnd) {
      this.setWindow(chunk, 0, length);
      return;
    }
    if (this.tailPos < this.tailEnd) this.absorb(this.tailEnd - this.tailPos);
    this.tail = chunk;
    this.tailPos = 0;
    this.tailEnd = length;
  }

  /**
   * Decodes a request as `next` does, and with it the whole ones that follow in the window, as many as the batch takes:
   * an error among those is that of the next call. Of a client that is not authenticated one at a time, as the first
   * may change its limits.
   */
  nextBatch(batch: RequestBatch): DecodeResult {
    const { requests, starts } = batch;
    const result = this.next(requests[0]!);
    batch.count = result === DecodeResult.request ? 1 : 0;
    if (batch.count === 0 || !this.authenticated) return result;
    while (batch.count < requests.length && this.start < this.end) {
      starts[batch.count] = this.start;
      if (this.parse(requests[batch.count]!) !== DecodeResult.request) break;
      batch.count += 1;
    }
    return result;
  }

  /** Takes back the requests of the batch just decoded from number `from` (at least 1) on: they are decoded again. */
  unread(batch: RequestBatch, from: number): void {
    if (from >= batch.count) return;
    this.start = batch.starts[from]!;
    this.pos = this.start;
    this.searched = 0;
    this.missing = -1;
    this.bulkLength = -1;
    this.partial = undefined;
    this.error = '';
    batch.count = from;
  }

  /** Decodes one request into `args`. After an error it returns nothing but that error. */
  next(args: DecodedArgs): DecodeResult {
    // Of a batch only the first request can have straddled.
    args.isLasting = false;
    for (;;) {
      const result = this.error === '' ? this.parse(args) : DecodeResult.error;
      if (result === DecodeResult.request) return result;
      if (result === DecodeResult.error) {
        this.clear();
        return result;
      }
      const waiting = this.tailEnd - this.tailPos;
      if (waiting > 0) {
        if (this.end - this.start <= this.tailPos) {
          this.readTailInPlace();
        } else {
          this.absorb(Math.min(waiting, this.wanted()));
        }
        continue;
      }
      if (this.start === this.end) this.setWindow(empty, 0, 0);
      else if (!this.owned || this.isMostlyDone()) this.own(0);
      return DecodeResult.incomplete;
    }
  }

  /** Forgets everything fed; further requests of this connection will not be read. */
  clear(): void {
    this.setWindow(empty, 0, 0);
    this.dropTail();
    this.missing = -1;
    this.partial = undefined;
  }

  /** Copies what is still needed of the chunk fed last, which the caller is about to write over. */
  keep(): void {
    if (this.tailPos < this.tailEnd) this.absorb(this.tailEnd - this.tailPos);
    if (this.start === this.end) this.setWindow(empty, 0, 0);
    else if (!this.owned) this.own(0);
  }

  /** Lets go of bytes already decoded, where requests will wait here for a while. */
  hold(): void {
    if (this.start === this.end) this.setWindow(empty, 0, 0);
    else if (this.isMostlyDone()) this.own(0);
  }

  private isMostlyDone(): boolean {
    return this.start > 0 && (this.end - this.start) * 2 < this.buf.length;
  }

  private setWindow(buf: Buffer, at: number, end: number): void {
    if (this.buf !== buf) this.buf = buf;
    this.start = at;
    this.pos = at;
    this.end = end;
    this.owned = false;
    this.searched = 0;
  }

  /** The request at hand began in the tail: the copied part of it is not needed, the tail becomes the window. */
  private readTailInPlace(): void {
    const parsed = this.pos - this.start;
    this.setWindow(this.tail, this.tailPos - (this.end - this.start), this.tailEnd);
    this.pos += parsed;
    this.dropTail();
  }

  private dropTail(): void {
    this.tail = empty;
    this.tailPos = 0;
    this.tailEnd = 0;
  }

  /** How many more bytes bring the parse a good step further. */
  private wanted(): number {
    if (this.bulkLength >= 0) {
      const missingBytes = this.pos + this.bulkLength + 2 - this.end;
      // Behind the last argument the chunk itself serves again.
      return this.missing === 1 ? missingBytes : Math.max(missingBytes, this.end - this.start);
    }
    const newline = this.tail.subarray(0, this.tailEnd).indexOf(LF, this.tailPos);
    const lineBytes = (newline < 0 ? this.tailEnd : newline + 1) - this.tailPos;
    // Doubling keeps a request of a million short arguments from coming in as many steps.
    return this.missing < 0 ? lineBytes : Math.max(lineBytes, this.end - this.start);
  }

  /** Moves the request being parsed to the front of a buffer of our own with room for `more` bytes. */
  private own(more: number): void {
    const used = this.end - this.start;
    let size = Math.max(used + more, ownedBytesMin, 2 * used);
    if (this.bulkLength >= 0) {
      // The end of this bulk string is known. Once a fair part of it is here its header is believed, and bytes
      // are not copied again and again.
      const known = this.pos - this.start + this.bulkLength + 2;
      if (known >= used + more && known <= Math.max(size, used * believedGrowth)) size = known;
    }
    const larger = Buffer.allocUnsafeSlow(size);
    this.buf.copy(larger, 0, this.start, this.end);
    this.buf = larger;
    this.pos -= this.start;
    this.start = 0;
    this.end = used;
    this.owned = true;
  }

  /** Appends `count` bytes of the tail to the window. */
  private absorb(count: number): void {
    if (!this.owned || this.end + count > this.buf.length) this.own(count);
    this.tail.copy(this.buf, this.end, this.tailPos, this.tailPos + count);
    this.end += count;
    this.tailPos += count;
    if (this.tailPos === this.tailEnd) this.dropTail();
  }

  private fail(what: string): DecodeResult {
    this.error = `ERR Protocol error: ${what}`;
    return DecodeResult.error;
  }

  private parse(args: DecodedArgs): DecodeResult {
    while (this.missing < 0) {
      if (this.start === this.end) return DecodeResult.incomplete;
      if (this.buf[this.start] !== ARRAY) {
        const result = this.parseInline(args);
        if (result !== DecodeResult.incomplete || this.start === this.pos) return result;
        // An empty line: on to the next.
        this.start = this.pos;
        continue;
      }
      const result = this.parseCount();
      if (result !== DecodeResult.request) return result;
    }
    return this.partial === undefined ? this.parseArguments(args) : this.resumeArguments(args, this.partial);
  }

  /** The header `*N`: `request` when it was read, whether or not it begins a request. */
  private parseCount(): DecodeResult {
    const digit =
      this.pos + 3 < this.end && this.buf[this.pos + 2] === CR ? this.buf[this.pos + 1]! - ZERO : 0;
    if (
      digit > 0 &&
      digit <= 9 &&
      digit <= Math.min(this.limits.unauthenticatedArgumentsMax, this.limits.argumentsMax)
    ) {
      this.pos += 4;
      this.missing = digit;
      this.argc = 0;
      this.bulkLength = -1;
      return DecodeResult.request;
    }
    const lineEnd = this.lineEnd();
    if (lineEnd === -1) return DecodeResult.incomplete;
    if (lineEnd === -2) return this.fail('too big mbulk count string');
    const count = readCount(this.buf, this.pos + 1, lineEnd);
    if (!(count <= this.limits.argumentsMax)) return this.fail('invalid multibulk length');
    if (count > this.limits.unauthenticatedArgumentsMax && !this.authenticated) {
      return this.fail('unauthenticated multibulk length');
    }
    this.pos = lineEnd + 2;
    if (count <= 0) {
      this.start = this.pos;
      return DecodeResult.request;
    }
    this.missing = count;
    this.argc = 0;
    this.bulkLength = -1;
    return DecodeResult.request;
  }

  /**
   * The end of the line at `pos`, where its CR is and one more byte follows; -1 while it has not arrived; -2 when
   * it is too long.
   */
  private lineEnd(): number {
    const buf = this.buf;
    const end = this.end;
    // Header lines have a few digits: no call for those.
    const near = Math.min(end, this.pos + 12);
    let p = this.pos;
    while (p < near && buf[p] !== CR) p++;
    if (p >= near) {
      if (p >= end) return -1;
      const from = Math.max(p, this.pos + this.searched);
      p = this.indexOf(CR, from);
      if (p < 0) {
        this.searched = end - this.pos;
        return this.searched > this.limits.lineBytesMax ? -2 : -1;
      }
      if (p - this.pos > this.limits.lineBytesMax) return -2;
    }
    if (p + 1 >= end) return -1;
    this.searched = 0;
    return p;
  }

  private indexOf(byte: number, from: number): number {
    const { buf, end } = this;
    const near = Math.min(end, from + searchedByLoop);
    for (let p = from; p < near; p++) if (buf[p] === byte) return p;
    // Behind the end of the window there may be room not yet written, or what was there before.
    return near === end ? -1 : (end === buf.length ? buf : buf.subarray(0, end)).indexOf(byte, near);
  }

  /** The hot path: a request that began in this window, its arguments written where the caller wants them. */
  private parseArguments(args: DecodedArgs): DecodeResult {
    const total = this.missing;
    // Room grows with the arguments that arrive; four bytes are less than one can take.
    const possible = Math.min(total, ((this.end - this.pos) >> 2) + 1);
    if (possible > args.offsets.length) growArguments(args, possible);
    const { offsets, lengths } = args;
    const { buf, end } = this;
    const { limits } = this;
    const bulkBytesMax = this.authenticated
      ? limits.bulkBytesMax
      : Math.min(limits.bulkBytesMax, limits.unauthenticatedBulkBytesMax);
    const last = this.start + limits.requestBytesMax;
    let p = this.pos;
    let argc = 0;
    while (argc < total) {
      // `$d` and `$dd` are read here, all other headers by the general rule.
      let length = -1;
      let body = p;
      if (p + 4 < end && buf[p] === BULK) {
        const first = buf[p + 1]! - ZERO;
        const second = buf[p + 2]! - ZERO;
        if (first >= 0 && first <= 9) {
          if (second === CR - ZERO) {
            length = first;
            body = p + 4;
          } else if (first > 0 && second >= 0 && second <= 9 && buf[p + 3] === CR) {
            length = first * 10 + second;
            body = p + 5;
          }
        }
      }
      if (length >= 0 && length <= bulkBytesMax && body + length <= last) {
        p = body;
      } else {
        this.pos = p;
        const result = this.parseLength();
        if (result === DecodeResult.error) return result;
        if (result === DecodeResult.incomplete) return this.straddle(args, argc, total);
        length = this.bulkLength;
        this.bulkLength = -1;
        p = this.pos;
      }
      if (p + length + 2 > end) {
        this.pos = p;
        this.bulkLength = length;
        return this.straddle(args, argc, total);
      }
      offsets[argc] = p;
      lengths[argc++] = length;
      p += length + 2;
    }
    this.pos = p;
    this.start = p;
    this.missing = -1;
    if (args.buf !== buf) args.buf = buf;
    args.argc = total;
    return DecodeResult.request;
  }

  /** Keeps the first `argc` arguments for when more bytes have come. */
  private straddle(args: DecodedArgs, argc: number, total: number): DecodeResult {
    const size = Math.max(8, argc * 2);
    const partial = { offsets: new Int32Array(size), lengths: new Int32Array(size) };
    for (let i = 0; i < argc; i++) {
      partial.offsets[i] = args.offsets[i]! - this.start;
      partial.lengths[i] = args.lengths[i]!;
    }
    this.partial = partial;
    this.argc = argc;
    this.missing = total - argc;
    return DecodeResult.incomplete;
  }

  /** A request that straddles: one argument at a time, each step remembered. */
  private resumeArguments(args: DecodedArgs, partial: PartialArgs): DecodeResult {
    while (this.missing > 0) {
      if (this.bulkLength < 0) {
        const result = this.parseLength();
        if (result !== DecodeResult.request) return result;
      }
      if (this.pos + this.bulkLength + 2 > this.end) return DecodeResult.incomplete;
      if (this.argc === partial.offsets.length) growArguments(partial, this.argc + 1);
      partial.offsets[this.argc] = this.pos - this.start;
      partial.lengths[this.argc++] = this.bulkLength;
      this.pos += this.bulkLength + 2;
      this.bulkLength = -1;
      this.missing--;
    }
    const { argc, start } = this;
    if (argc > args.offsets.length) growArguments(args, argc);
    args.offsets.set(partial.offsets.subarray(0, argc));
    args.lengths.set(partial.lengths.subarray(0, argc));
    for (let i = 0; start > 0 && i < argc; i++) args.offsets[i]! += start;
    args.buf = this.buf;
    args.argc = argc;
    // What is behind it in a buffer of our own may be written, itself never is.
    args.isLasting = this.owned;
    this.start = this.pos;
    this.missing = -1;
    this.partial = undefined;
    return DecodeResult.request;
  }

  /** The header `$N` at `pos`, into `bulkLength`. */
  private parseLength(): DecodeResult {
    const lineEnd = this.lineEnd();
    if (lineEnd === -1) return DecodeResult.incomplete;
    if (lineEnd === -2) return this.fail('too big bulk count string');
    const type = this.buf[this.pos]!;
    if (type !== BULK) return this.fail(`expected '$', got '${String.fromCharCode(type)}'`);
    const length = readCount(this.buf, this.pos + 1, lineEnd);
    const lengthMax = Math.min(this.limits.bulkBytesMax, argumentBytesMax);
    if (!(length >= 0 && length <= lengthMax)) return this.fail('invalid bulk length');
    if (length > this.limits.unauthenticatedBulkBytesMax && !this.authenticated) {
      return this.fail('unauthenticated bulk length');
    }
    if (lineEnd + 2 - this.start + length > this.limits.requestBytesMax) {
      return this.fail('too big request');
    }
    this.pos = lineEnd + 2;
    this.bulkLength = length;
    return DecodeResult.request;
  }

  /** An inline request. `incomplete` with `pos` moved on means that the line was empty. */
  private parseInline(args: DecodedArgs): DecodeResult {
    const buf = this.buf;
    const newline = this.indexOf(LF, this.start + this.searched);
    const lineBytes = (newline < 0 ? this.end : newline) - this.start;
    if (lineBytes > this.limits.lineBytesMax) return this.fail('too big inline request');
    if (newline < 0) {
      this.searched = lineBytes;
      return DecodeResult.incomplete;
    }
    this.searched = 0;
    const lineEnd = newline > this.start && buf[newline - 1] === CR ? newline - 1 : newline;
    if (!splitInline(buf, this.start, lineEnd, args)) {
      return this.fail('unbalanced quotes in request');
    }
    this.pos = newline + 1;
    if (args.argc === 0) return DecodeResult.incomplete;
    this.start = this.pos;
    return DecodeResult.request;
  }
}

/**
 * The canonical decimal integer `buf[from .. to)`: no plus, no leading zero, no space; NaN for anything else.
 */
function readCount(buf: Buffer, from: number, to: number): number {
  const negative = buf[from] === MINUS;
  const first = negative ? from + 1 : from;
  // 15 digits are exact in a double and larger than any limit.
  if (first >= to || to - first > 15) return notANumber;
  let value = 0;
  for (let p = first; p < to; p++) {
    const digit = buf[p]! - ZERO;
    if (digit < 0 || digit > 9) return notANumber;
    value = value * 10 + digit;
  }
  if (buf[first] === ZERO && (to - first > 1 || negative)) return notANumber;
  return negative ? -value : value;
}
