// Whether two replies to one request say the same: the same bytes, but for what Redis leaves open (the order of sets
// and hashes, a random choice) and for times, which are read a moment apart.
import { parseReply, type Reply, ReplyError } from '../commands/parse-reply.ts';
import type { Request } from './grammar.ts';

const unordered = new Set(
  (
    'keys scan hscan sscan zscan smembers sunion sinter sdiff hgetall hkeys hvals spop geosearch georadius ' +
    'georadius_ro georadiusbymember georadiusbymember_ro'
  ).split(' '),
);
/** Their choice is random: only the kind and the size of what they return can be compared. */
const random = new Set(['randomkey', 'spop', 'srandmember', 'hrandfield', 'zrandmember']);
const times = new Map([
  ['ttl', 20],
  ['pttl', 20_000],
  ['expiretime', 20],
  ['pexpiretime', 20_000],
  ['httl', 20],
  ['hpttl', 20_000],
  ['hexpiretime', 20],
  ['hpexpiretime', 20_000],
  ['xpending', 20_000],
  ['xinfo', 20_000],
]);

export function same(request: Request, ours: Buffer, theirs: Buffer): boolean {
  if (ours.equals(theirs)) return true;
  const name = request[0]?.toLowerCase() ?? '';
  if (ours[0] !== theirs[0]) return false;
  const a = parseReply(ours, 0)?.value;
  const b = parseReply(theirs, 0)?.value;
  if (a instanceof ReplyError || b instanceof ReplyError || a === undefined || b === undefined) return false;
  if (random.has(name) || isUnsorted(name, request)) return sizeOf(a) === sizeOf(b);
  const leeway = times.get(name);
  if (leeway !== undefined) return near(a, b, leeway);
  return unordered.has(name) && text(a) === text(b);
}

/** SORT ... BY a pattern without a place for the element takes a set as it comes. */
function isUnsorted(name: string, request: Request): boolean {
  if (name !== 'sort' && name !== 'sort_ro') return false;
  return request.some((arg, i) => arg.toLowerCase() === 'by' && !(request[i + 1] ?? '').includes('*'));
}

function sizeOf(reply: Reply): string {
  if (Array.isArray(reply)) return `list of ${reply.length}`;
  return reply === null ? 'nothing' : typeof reply;
}

function near(a: Reply, b: Reply, leeway: number): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return a === b || (a > 0 && b > 0 && Math.abs(a - b) <= leeway);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item: Reply, i) => near(item, b[i] as Reply, leeway));
  }
  return text(a) === text(b);
}

/** The reply as text, with the items of whatever has no order in order. */
function text(reply: Reply): string {
  if (reply instanceof Map) return `map ${[...reply].map(([k, v]) => `${text(k)}=${text(v)}`).sort()}`;
  if (reply instanceof Set) return `set ${[...reply].map(text).sort()}`;
  if (Array.isArray(reply)) return `list ${reply.map(text).sort()}`;
  return JSON.stringify(typeof reply === 'bigint' ? String(reply) : reply);
}

/** A reply for people: one line, not too long. */
export function shown(reply: Buffer): string {
  const line = JSON.stringify(reply.toString('latin1')).slice(1, -1);
  return line.length > 300 ? `${line.slice(0, 300)}...` : line;
}
