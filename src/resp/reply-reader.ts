// Reads RESP2 replies through redis-parser, for our own command-line client and the tests: what we sent ourselves
// asks for, from a server that may still be hostile. The parser trusts the lengths it is given and recurses, so a
// look at each header comes first, with limits on size, count and depth. RESP3 is an error here.
import type RedisParser from 'redis-parser';
import { late } from '../base/late.ts';

/** An error reply is a value here, not thrown: `ReplyError.message` is the line without its `-`. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}

export type Reply = string | number | null | ReplyError | Reply[];

export interface ReplyLimits {
  readonly bulkBytesMax: number;
  /** Bytes of a simple string, an error or a header. */
  readonly lineBytesMax: number;
  /** Elements of one reply, nested ones included. */
  readonly elementsMax: number;
  readonly depthMax: number;
}

const defaultLimits: ReplyLimits = {
  bulkBytesMax: 64 * 1024 * 1024,
  lineBytesMax: 64 * 1024,
  elementsMax: 1024 * 1024,
  depthMax: 32,
};
const redisParser = late<typeof RedisParser>('redis-parser');
const empty = Buffer.alloc(0);

export class ReplyReader {
  private readonly limits: ReplyLimits;
  private readonly parser: RedisParser;
  private replies: Reply[] = [];
  private failure: Error | undefined = undefined;
  /** The scanner's place: a cut header line, bytes to skip, and elements missing at each open level. */
  private line: Buffer = empty;
  private skipBytes = 0;
  private readonly open: number[] = [];
  private elements = 0;

  constructor(limits: Partial<ReplyLimits> = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.parser = new (redisParser())({
      returnReply: (reply: unknown) => this.replies.push(toReply(reply)),
      returnError: (error: Error) => this.replies.push(new ReplyError(error.message)),
      returnFatalError: (error: Error) => {
        this.failure = error;
      },
    });
  }

  /** The replies that `chunk` completes. Throws an Error where the stream is no RESP2 or passes a limit. */
  read(chunk: Buffer): Reply[] {
    if (this.failure === undefined) this.failure = this.scan(chunk);
    if (this.failure === undefined) this.parser.execute(chunk);
    if (this.failure !== undefined) throw this.failure;
    const replies = this.replies;
    this.replies = [];
    return replies;
  }

  /** Walks the headers of `chunk`; what it returns is what is wrong with them. */
  private scan(chunk: Buffer): Error | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.skipBytes > 0) {
        const skipped = Math.min(this.skipBytes, chunk.length - at);
        this.skipBytes -= skipped;
        at += skipped;
        continue;
      }
      const newline = chunk.indexOf(10, at);
      const end = newline < 0 ? chunk.length : newline + 1;
      if (this.line.length + end - at > this.limits.lineBytesMax) return new Error('reply line is too long');
      const part = chunk.subarray(at, end);
      const line = this.line.length === 0 ? part : Buffer.concat([this.line, part]);
      at = end;
      this.line = newline < 0 ? Buffer.from(line) : empty;
      if (newline < 0) return undefined;
      const wrong = this.header(line);
      if (wrong !== undefined) return new Error(wrong);
    }
    return undefined;
  }

  private header(line: Buffer): string | undefined {
    const type = String.fromCharCode(line[0]!);
    if (!'+-:$*'.includes(type)) return `not a RESP2 reply: ${JSON.stringify(type)}`;
    if (++this.elements > this.limits.elementsMax) return 'reply has too many elements';
    if (type !== '$' && type !== '*') {
      this.closeElement();
      return undefined;
    }
    const text = line.toString('latin1', 1, line.length - 2);
    if (!/^(-1|\d{1,10})$/.test(text)) return 'reply has an invalid length';
    const length = Number(text);
    if (type === '$') {
      if (length > this.limits.bulkBytesMax) return 'reply string is too long';
      this.skipBytes = length < 0 ? 0 : length + 2;
      this.closeElement();
      return undefined;
    }
    if (this.elements + length > this.limits.elementsMax) return 'reply has too many elements';
    if (length <= 0) {
      this.closeElement();
      return undefined;
    }
    this.open.push(length);
    return this.open.length > this.limits.depthMax ? 'reply is nested too deeply' : undefined;
  }

  private closeElement(): void {
    while (this.open.length > 0) {
      const missing = this.open.pop()! - 1;
      if (missing > 0) {
        this.open.push(missing);
        return;
      }
    }
    this.elements = 0;
  }
}

function toReply(value: unknown): Reply {
  if (value === null || typeof value === 'string' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map(toReply);
  return new ReplyError(value instanceof Error ? value.message : String(value));
}
