// Appends RESP2 or RESP3 replies to one growing buffer, digit by digit, so that a reply costs no string and no
// object. The buffer is shared by all connections of a server: the *region* is the part since `open()`, the replies
// of the connection that is being served. When room runs out a larger buffer is taken and only the region moves;
// regions that wait elsewhere keep the old buffer. Knows no sockets and never decides when bytes leave.
//
//   buf  [ regions that wait | region: start .. pos | free ]
import { digitCount, writeDigits } from '../base/digits.ts';
import { CommandError } from '../base/errors.ts';
import { copyRunOver, overrunBytesMax, shortRunMax } from '../base/runs.ts';
import { formatDouble } from './format-double.ts';

const CR = 13;
const LF = 10;
const ZERO = 48;
const MINUS = 45;
const BULK = 36;
const ARRAY = 42;
const INTEGER = 58;
const NIL = 95;
/** Below this many bytes a loop beats the call into a typed array's `set` or `copy`. */
const loopCopyMax = 48;
/** A type byte, a sign, 16 digits, CRLF before and behind a value, and what a copy by words may write beyond it. */
const frameBytesMax = 24 + overrunBytesMax;
const crlf = CR | (LF << 8);
/** The first four bytes of the header of a bulk string, by its length. */
const bulkHeads = Int32Array.from({ length: shortRunMax + 1 }, (_, length) =>
  Buffer.from(`$${length}\r\n`).readInt32LE(),
);
const plainIntegerMax = 2 ** 52;
/**
 * Buffers kept for the next to be left to a commit under way: without them each commit would leave one to the
 * collector.
 */
const sparesMax = 4;

/** The most that any region may hold. */
export const regionBytesMost = 1024 * 1024 * 1024;
/** Below this much a copy costs less than another buffer. */
const takenBytesMin = 256 * 1024;
const tooLong = 'ERR reply exceeds the limit';

/** Whether that is why a reply failed. What it was to hold next was not written, not even in part. */
export function isTooLong(error: unknown): boolean {
  return error instanceof CommandError && error.message.startsWith(tooLong);
}

export class ReplyWriter {
  /** The protocol of the client being served; it decides the shape of nil, maps, doubles and the like. */
  protocol: 2 | 3 = 2;
  buf: Buffer;
  private view: DataView;
  /** Where bulk strings were copied from last, by words: mostly the arena. */
  private source: Uint8Array;
  private sourceView: DataView;
  /** Where the next byte goes. */
  pos = 0;
  /** Where the region began. */
  start = 0;
  /**
   * The most that one region may hold; past it a reply fails with a CommandError, unless it is an error or so short
   * that it mostly says what was done.
   */
  readonly regionBytesMax: () => number;
  /** Whether the reply tells of what has been done already, so that only `regionBytesMost` may refuse it. */
  private readonly isOwed: () => boolean;
  private readonly initialBytes: number;
  /** Someone refers to bytes of this buffer that have not left yet: it must not be written from its front again. */
  private pinned = false;
  private readonly spares: Buffer[] = [];

  constructor(initialBytes = 64 * 1024, regionBytesMax = () => regionBytesMost, isOwed = () => false) {
    this.initialBytes = initialBytes;
    this.regionBytesMax = regionBytesMax;
    this.isOwed = isOwed;
    this.buf = Buffer.allocUnsafeSlow(initialBytes);
    this.view = wholeView(this.buf);
    this.source = this.buf;
    this.sourceView = this.view;
  }

  /** Begins a region at the current position. */
  open(): void {
    this.start = this.pos;
  }

  /** A position that survives growth, to go back to with `rewind`. */
  mark(): number {
    return this.pos - this.start;
  }

  /** Drops what was written since `mark`, for instance the half of a reply that turned into an error. */
  rewind(mark: number): void {
    this.pos = this.start + mark;
  }

  /** `buf` must stay as it is; of concern if it is still the one written to. */
  pin(buf: Buffer): void {
    if (buf === this.buf) this.pinned = true;
  }

  /**
   * Leaves the buffer to those who still refer to it, goes on in another and returns the one left. The region must be
   * empty.
   */
  handOver(): Buffer {
    const left = this.buf;
    this.buf = this.spares.pop() ?? Buffer.allocUnsafeSlow(this.initialBytes);
    this.view = wholeView(this.buf);
    this.pinned = false;
    this.pos = 0;
    this.start = 0;
    return left;
  }

  /** A buffer that was left to others, none of whom needs it any more: it will be written again. */
  takeBack(buf: Buffer): void {
    if (buf.length === this.initialBytes && this.spares.length < sparesMax) this.spares.push(buf);
  }

  /** Begins again at the front, in a fresh buffer where this one is pinned or larger than `keepBytesMax`. */
  reset(keepBytesMax: number): void {
    if (this.pinned || this.buf.length > keepBytesMax) this.handOver();
    this.pos = 0;
    this.start = 0;
  }

  ok(): void {
    if (this.pos + 5 > this.buf.length) this.grow(5, regionBytesMost);
    const buf = this.buf;
    const p = this.pos;
    buf[p] = 43;
    buf[p + 1] = 79;
    buf[p + 2] = 75;
    buf[p + 3] = CR;
    buf[p + 4] = LF;
    this.pos = p + 5;
  }

  pong(): void {
    if (this.pos + 7 > this.buf.length) this.grow(7);
    const buf = this.buf;
    const p = this.pos;
    buf[p] = 43;
    buf[p + 1] = 80;
    buf[p + 2] = 79;
    buf[p + 3] = 78;
    buf[p + 4] = 71;
    buf[p + 5] = CR;
    buf[p + 6] = LF;
    this.pos = p + 7;
  }

  queued(): void {
    this.line('+QUEUED');
  }

  /** A simple string. `text` is one line of Latin-1; line breaks in it become spaces. */
  simple(text: string): void {
    this.line(`+${oneLine(text)}`);
  }

  /** An error; `line` begins with its code and has no `-`: `ERR syntax error`. Line breaks become spaces. */
  error(line: string): void {
    const text = `-${oneLine(line)}`;
    // That there is no room is an error too.
    if (this.pos + text.length + 2 > this.buf.length) this.grow(text.length + 2, Number.POSITIVE_INFINITY);
    this.line(text);
  }

  /** An integer reply. `n` must be a safe integer. */
  integer(n: number): void {
    if (n >= 0 && n < 10) {
      if (this.pos + 4 > this.buf.length) this.grow(4, regionBytesMost);
      const buf = this.buf;
      const p = this.pos;
      buf[p] = INTEGER;
      buf[p + 1] = ZERO + n;
      buf[p + 2] = CR;
      buf[p + 3] = LF;
      this.pos = p + 4;
      return;
    }
    this.header(INTEGER, n);
  }

  integerBig(n: bigint): void {
    this.line(`:${n}`);
  }

  /** A copy of `bytes[offset .. offset + length)` as a bulk string. */
  bulk(bytes: Uint8Array, offset: number, length: number): void {
    if (length > shortRunMax || offset + length + overrunBytesMax > bytes.length) {
      this.bulkWhole(bytes, offset, length);
      return;
    }
    if (bytes !== this.source) {
      this.source = bytes;
      this.sourceView = wholeView(bytes);
    }
    if (this.pos + length + frameBytesMax > this.buf.length) this.grow(length + frameBytesMax);
    const { view } = this;
    let p = this.pos;
    // A header of four to six bytes, stored as words: a store for each byte would take as long as the copy.
    view.setInt32(p, bulkHeads[length]!, true);
    if (length < 10) p += 4;
    else if (length < 100) {
      view.setUint8(p + 4, LF);
      p += 5;
    } else {
      view.setInt16(p + 4, crlf, true);
      p += 6;
    }
    copyRunOver(this.sourceView, offset, view, p, length);
    view.setInt16(p + length, crlf, true);
    this.pos = p + length + 2;
  }

  /** The same for long strings, and for those at the very end of their bytes. */
  private bulkWhole(bytes: Uint8Array, offset: number, length: number): void {
    const at = this.bulkReserve(length);
    const { buf } = this;
    if (length > loopCopyMax) buf.set(bytes.subarray(offset, offset + length), at);
    else for (let i = 0; i < length; i++) buf[at + i] = bytes[offset + i]!;
  }

  /**
   * The frame of a bulk string of `length` bytes: returns the offset in `buf` where the caller, before any other
   * call, puts exactly so many bytes.
   */
  bulkReserve(length: number): number {
    if (this.pos + length + frameBytesMax > this.buf.length) this.grow(length + frameBytesMax);
    const buf = this.buf;
    const p = this.header(BULK, length);
    const end = p + length;
    buf[end] = CR;
    buf[end + 1] = LF;
    this.pos = end + 2;
    return p;
  }

  bulkText(text: string): void {
    const length = Buffer.byteLength(text);
    const p = this.bulkReserve(length);
    this.buf.write(text, p, length, 'utf8');
  }

  /** A bulk string of one byte a character; for text known to be ASCII or Latin-1. */
  bulkLatin1(text: string): void {
    const p = this.bulkReserve(text.length);
    writeLatin1(this.buf, p, text);
  }

  /** A safe integer as a bulk string: `$2\r\n42\r\n`. */
  bulkInteger(n: number): void {
    const length = digitCount(Math.abs(n)) + (n < 0 ? 1 : 0);
    const p = this.bulkReserve(length);
    writeInteger(this.buf, p, n, length);
  }

  /** The absent value: `$-1` in RESP2, `_` in RESP3. */
  nil(): void {
    this.absent(BULK);
  }

  /** The absent array: `*-1` in RESP2, `_` in RESP3. */
  nilArray(): void {
    this.absent(ARRAY);
  }

  /** The header of an array; `count` replies follow. */
  array(count: number): void {
    this.header(ARRAY, count);
  }

  /** The header of a map; `pairs` keys and values follow, in RESP2 as one flat array. */
  map(pairs: number): void {
    if (this.protocol === 3) this.header(37, pairs);
    else this.header(ARRAY, pairs * 2);
  }

  set(count: number): void {
    this.header(this.protocol === 3 ? 126 : ARRAY, count);
  }

  /** The header of an out-of-band message; in RESP2 an array. */
  push(count: number): void {
    this.header(this.protocol === 3 ? 62 : ARRAY, count);
  }

  /** The header of facts about the reply that follows them; in RESP2, which has none, nobody may say them. */
  attribute(pairs: number): void {
    this.header(124, pairs);
  }

  double(value: number): void {
    if (isPlainInteger(value)) {
      if (this.protocol === 3) this.header(44, value);
      else this.bulkInteger(value);
      return;
    }
    const text = formatDouble(value);
    if (this.protocol === 3) this.line(`,${text}`);
    else this.bulkLatin1(text);
  }

  boolean(value: boolean): void {
    if (this.protocol === 3) this.line(value ? '#t' : '#f');
    else this.integer(value ? 1 : 0);
  }

  /** Text with a three-letter format (`txt`, `mkd`); in RESP2 a bulk string. */
  verbatim(format: string, text: string): void {
    if (this.protocol !== 3) {
      this.bulkText(text);
      return;
    }
    const bytes = Buffer.byteLength(text);
    const length = bytes + 4;
    let p = this.bulkReserve(length);
    this.buf[p - digitCount(length) - 3] = 61;
    writeLatin1(this.buf, p, format);
    p += 3;
    this.buf[p] = INTEGER;
    this.buf.write(text, p + 1, bytes, 'utf8');
  }

  /** An integer beyond 64 bits, as decimal digits; in RESP2 a bulk string. */
  bigNumber(digits: string): void {
    if (this.protocol === 3) this.line(`(${digits}`);
    else this.bulkLatin1(digits);
  }

  /** Bytes that are no reply, copied as they are, however long a reply may be. False where no region holds so many. */
  message(bytes: Uint8Array): boolean {
    if (this.pos - this.start + bytes.length > regionBytesMost) return false;
    if (this.pos + bytes.length > this.buf.length) this.grow(bytes.length, regionBytesMost);
    this.buf.set(bytes, this.pos);
    this.pos += bytes.length;
    return true;
  }

  /** Replies that were encoded before, copied as they are. */
  raw(bytes: Uint8Array): void {
    if (this.pos + bytes.length > this.buf.length) this.grow(bytes.length);
    this.buf.set(bytes, this.pos);
    this.pos += bytes.length;
  }

  /** All that another writer wrote since `open`; it must not write on: where that is much, its buffer is taken over. */
  take({ buf, start, pos }: ReplyWriter): void {
    if (pos - start < takenBytesMin || this.pos !== this.start) {
      this.raw(buf.subarray(start, pos));
      return;
    }
    this.requireFit(pos - start);
    this.move(buf, start, pos);
  }

  private absent(type: number): void {
    // It may stand for what found no room.
    if (this.pos + 5 > this.buf.length) this.grow(5, Number.POSITIVE_INFINITY);
    const buf = this.buf;
    let p = this.pos;
    if (this.protocol === 3) {
      buf[p++] = NIL;
    } else {
      buf[p++] = type;
      buf[p++] = MINUS;
      buf[p++] = ZERO + 1;
    }
    buf[p] = CR;
    buf[p + 1] = LF;
    this.pos = p + 2;
  }

  /** One type byte, `n` and CRLF. Returns the position behind them. */
  private header(type: number, n: number): number {
    if (this.pos + frameBytesMax > this.buf.length) {
      if (type === INTEGER) this.grow(frameBytesMax, regionBytesMost);
      else this.grow(frameBytesMax);
    }
    const buf = this.buf;
    let p = this.pos;
    buf[p++] = type;
    if (n >= 0 && n < 10) {
      buf[p++] = ZERO + n;
    } else if (n >= 0 && n < 100) {
      const tens = (n / 10) | 0;
      buf[p] = ZERO + tens;
      buf[p + 1] = ZERO + n - tens * 10;
      p += 2;
    } else {
      const length = digitCount(Math.abs(n)) + (n < 0 ? 1 : 0);
      writeInteger(buf, p, n, length);
      p += length;
    }
    buf[p] = CR;
    buf[p + 1] = LF;
    this.pos = p + 2;
    return p + 2;
  }

  private line(text: string): void {
    const length = text.length;
    if (this.pos + length + 2 > this.buf.length) this.grow(length + 2);
    writeLatin1(this.buf, this.pos, text);
    const p = this.pos + length;
    this.buf[p] = CR;
    this.buf[p + 1] = LF;
    this.pos = p + 2;
  }

  private get bytesMax(): number {
    return this.isOwed() ? regionBytesMost : this.regionBytesMax();
  }

  private requireFit(bytes: number, bytesMax = this.bytesMax): void {
    if (bytes > bytesMax) throw new CommandError(`${tooLong} of ${bytesMax} bytes`);
  }

  /** Moves the region to a buffer with room for `more` bytes. */
  private grow(more: number, bytesMax = this.bytesMax): void {
    const used = this.pos - this.start;
    const needed = used + more;
    this.requireFit(needed, bytesMax);
    let size = this.buf.length;
    // A region at the buffer's front has outgrown it; one further back may fit a fresh buffer of the same size.
    while (size < needed || (this.start === 0 && size === this.buf.length)) size *= 2;
    const larger = Buffer.allocUnsafeSlow(size);
    this.buf.copy(larger, 0, this.start, this.pos);
    this.move(larger, 0, used);
  }

  /** The region is in this buffer from now on. */
  private move(buf: Buffer, start: number, pos: number): void {
    this.buf = buf;
    this.view = wholeView(buf);
    this.pinned = false;
    this.start = start;
    this.pos = pos;
  }
}

function wholeView(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Whether a double is written as its integer digits. */
function isPlainInteger(value: number): boolean {
  return (
    Number.isInteger(value) &&
    value < plainIntegerMax &&
    value > -plainIntegerMax &&
    (value !== 0 || 1 / value > 0)
  );
}

function writeLatin1(buf: Buffer, p: number, text: string): void {
  if (text.length > loopCopyMax) {
    buf.write(text, p, 'latin1');
    return;
  }
  for (let i = 0; i < text.length; i++) buf[p + i] = text.charCodeAt(i);
}

function oneLine(text: string): string {
  return /[\r\n]/.test(text) ? text.replace(/[\r\n]/g, ' ') : text;
}

/** Writes `n` in `length` characters at `p`. */
function writeInteger(buf: Uint8Array, p: number, n: number, length: number): void {
  if (n < 0) buf[p] = MINUS;
  writeDigits(Math.abs(n), buf, p + length);
}
