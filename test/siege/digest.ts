// All that a node holds, as text by which two nodes, or one before and after a restart, can be compared.
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { parseReply, type Reply, ReplyError } from '../commands/parse-reply.ts';
import { OracleClient } from '../commands/redis-oracle.ts';
import type { Request } from '../fuzz/grammar.ts';

const databases = 16;
/** A key that has to be fetched may not come in time, or while a link is down: how long it is asked for again. */
const fetchMsMax = 30_000;
const againMs = 100;
/** Of a HyperLogLog's bytes. */
const countAt = 8;
const registersAt = 16;

const views: Readonly<Record<string, (key: string) => Request[]>> = {
  string: (key) => [['GET', key]],
  hash: (key) => [['HGETALL', key]],
  list: (key) => [['LRANGE', key, '0', '-1']],
  set: (key) => [['SMEMBERS', key]],
  zset: (key) => [['ZRANGE', key, '0', '-1', 'WITHSCORES']],
  stream: (key) => [['XRANGE', key, '-', '+']],
};
/** What belongs to the node on which it was made. */
const ownViews: typeof views = {
  stream: (key) => [
    ['XINFO', 'STREAM', key],
    ['XINFO', 'GROUPS', key],
  ],
};
/** Of two texts that differ. */
const charsBefore = 60;
const charsShown = 1000;
const isUnordered = new Set(['HGETALL', 'SMEMBERS']);

async function ask(client: OracleClient, ...request: string[]): Promise<Reply> {
  const [bytes] = await client.run([request]);
  return parseReply(bytes!, 0)!.value;
}

/** Has the node fetch the key, where it does not hold it. */
async function fetch(client: OracleClient, key: string): Promise<void> {
  const endMs = performance.now() + fetchMsMax;
  for (;;) {
    const reply = await ask(client, 'EXISTS', key);
    if (!(reply instanceof ReplyError)) return;
    if (performance.now() > endMs) throw new Error(`${key}: ${reply.message}`);
    await delay(againMs);
  }
}

/** Pairs, or members, in one order. */
function inOrder(view: string, value: readonly Reply[]): readonly Reply[] {
  if (view === 'SMEMBERS') return value.map(String).sort();
  return value
    .flatMap((field, i) => (i % 2 === 0 ? [`${String(field)}\0${String(value[i + 1])}`] : []))
    .sort();
}

/** XINFO without what it tells of chunks: they are laid out anew. */
function withoutChunks(view: string, value: Reply): Reply {
  return view === 'XINFO' && Array.isArray(value)
    ? value.filter((_, i) => !String(value[i - (i % 2)]).startsWith('radix-tree'))
    : value;
}

/** A HyperLogLog without the count that it remembers: whoever counted last remembers it. */
function uncounted(value: Reply): Reply {
  if (typeof value !== 'string' || !value.startsWith('HYLL')) return value;
  return value.slice(0, countAt) + value.slice(registersAt);
}

/** By database and key: type, deadline and content of what is there. `own`: also what is not for other nodes. */
export async function digest(port: number, own: boolean): Promise<Map<string, string>> {
  const client = new OracleClient(connect(port, '127.0.0.1'));
  try {
    const found = new Map<string, string>();
    for (let db = 0; db < databases; db++) {
      await ask(client, 'SELECT', String(db));
      const keys = (await ask(client, 'KEYS', '*')) as string[];
      await add(client, found, db, keys, own);
    }
    return found;
  } finally {
    client.socket.destroy();
  }
}

/** The same of the keys that a digest names, as a node answers that may have to fetch them first. */
export async function digestOf(port: number, names: Iterable<string>): Promise<Map<string, string>> {
  const client = new OracleClient(connect(port, '127.0.0.1'));
  try {
    const found = new Map<string, string>();
    for (const name of names) {
      const [db = ''] = name.split(' ', 1);
      await ask(client, 'SELECT', db);
      const key: string = JSON.parse(name.slice(db.length + 1));
      await fetch(client, key);
      await add(client, found, Number(db), [key], false);
    }
    return found;
  } finally {
    client.socket.destroy();
  }
}

/** Of the keys that a digest names those that a node says to have evicted, while it cannot reach its hub. */
export async function evictedOf(port: number, names: Iterable<string>): Promise<Set<string>> {
  const client = new OracleClient(connect(port, '127.0.0.1'));
  try {
    const evicted = new Set<string>();
    for (const name of names) {
      const [db = ''] = name.split(' ', 1);
      await ask(client, 'SELECT', db);
      const reply = await ask(client, 'EXISTS', JSON.parse(name.slice(db.length + 1)));
      if (reply instanceof ReplyError && reply.message.startsWith('EVICTED')) evicted.add(name);
    }
    return evicted;
  } finally {
    client.socket.destroy();
  }
}

async function add(
  client: OracleClient,
  found: Map<string, string>,
  db: number,
  keys: readonly string[],
  own: boolean,
): Promise<void> {
  for (const key of keys.toSorted()) {
    const type = String(await ask(client, 'TYPE', key));
    if (type === 'none') continue; // Its time has passed since.
    const parts: unknown[] = [type, await ask(client, 'PEXPIRETIME', key)];
    const wanted = [...(views[type]?.(key) ?? []), ...(own ? (ownViews[type]?.(key) ?? []) : [])];
    for (const view of wanted) {
      const value = await ask(client, ...view);
      const [name = ''] = view;
      parts.push(
        isUnordered.has(name) && Array.isArray(value)
          ? inOrder(name, value)
          : uncounted(withoutChunks(name, value)),
      );
    }
    // All its fields have expired; who has purged them is a matter of time.
    if (type === 'hash' && Array.isArray(parts[2]) && parts[2].length === 0) continue;
    found.set(`${db} ${JSON.stringify(key)}`, JSON.stringify(parts));
  }
}

/** From where two texts differ, and a little before. */
function fromDifference(text: string | undefined, other = ''): string | undefined {
  let at = 0;
  while (text !== undefined && at < text.length && text[at] === other[at]) at++;
  const from = Math.max(0, at - charsBefore);
  return text === undefined
    ? undefined
    : `${from > 0 ? `${text.slice(0, charsBefore)}...` : ''}${text.slice(from, from + charsShown)}`;
}

/** The keys that two nodes hold differently, with what each holds. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => {
      const [one, other] = [a.get(key), b.get(key)];
      return `${key}\n    ${fromDifference(one, other)}\n    ${fromDifference(other, one)}`;
    });
}
