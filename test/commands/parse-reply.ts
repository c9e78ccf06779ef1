// Reads one RESP2 or RESP3 reply into plain values, for tests: bulk and simple strings as text (latin1), errors as
// ReplyError, maps as Map, sets as Set. Returns undefined where the reply is not complete yet.

export class ReplyError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export type Reply =
  | string
  | number
  | bigint
  | boolean
  | null
  | ReplyError
  | readonly Reply[]
  | ReadonlyMap<Reply, Reply>
  | ReadonlySet<Reply>;

export interface ParsedReply {
  readonly value: Reply;
  /** Where the next reply begins. */
  readonly end: number;
}

const carriageReturn = 13;
const dollar = 36;
const star = 42;
const minus = 45;
const zero = 48;

export function parseReply(buf: Buffer, from: number): ParsedReply | undefined {
  const lineEnd = buf.indexOf(carriageReturn, from);
  const end = lineEnd + 2;
  if (lineEnd < 0 || end > buf.length) return undefined;
  const type = buf[from];
  // What most replies consist of is read without a text of its number.
  if (type === dollar) return parseBulk(buf, end, numberIn(buf, from + 1, lineEnd));
  if (type === star) return parseItems(buf, end, numberIn(buf, from + 1, lineEnd));
  const line = buf.toString('latin1', from + 1, lineEnd);
  switch (String.fromCharCode(type!)) {
    case '+':
      return { value: line, end };
    case '-':
      return { value: new ReplyError(line), end };
    case ':': {
      const n = BigInt(line);
      return { value: Number.isSafeInteger(Number(n)) ? Number(n) : n, end };
    }
    case ',':
      return { value: Number(line), end };
    case '_':
      return { value: null, end };
    case '#':
      return { value: line === 't', end };
    case '=':
      return parseBulk(buf, end, Number(line));
    case '>':
      return parseItems(buf, end, Number(line));
    case '~': {
      const items = parseItems(buf, end, Number(line));
      return items && { value: new Set(items.value as Reply[]), end: items.end };
    }
    case '%': {
      const items = parseItems(buf, end, Number(line) * 2);
      return items && { value: mapOf(items.value as Reply[]), end: items.end };
    }
    default:
      throw new Error(`no reply begins with byte ${buf[from]}`);
  }
}

/** A count of few digits, or -1. */
function numberIn(buf: Buffer, from: number, end: number): number {
  if (buf[from] === minus) return -1;
  let n = 0;
  for (let i = from; i < end; i++) n = n * 10 + buf[i]! - zero;
  return n;
}

function parseBulk(buf: Buffer, from: number, length: number): ParsedReply | undefined {
  if (length < 0) return { value: null, end: from };
  if (from + length + 2 > buf.length) return undefined;
  return { value: buf.toString('latin1', from, from + length), end: from + length + 2 };
}

function parseItems(buf: Buffer, from: number, count: number): ParsedReply | undefined {
  if (count < 0) return { value: null, end: from };
  const items: Reply[] = [];
  let end = from;
  for (let i = 0; i < count; i++) {
    const item = parseReply(buf, end);
    if (item === undefined) return undefined;
    items.push(item.value);
    end = item.end;
  }
  return { value: items, end };
}

function mapOf(items: readonly Reply[]): Map<Reply, Reply> {
  const map = new Map<Reply, Reply>();
  for (let i = 0; i < items.length; i += 2) map.set(items[i]!, items[i + 1]!);
  return map;
}
