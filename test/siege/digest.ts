// All that a node holds, as text by which two nodes, or one before and after a restart, can be compared.
import { connect } from 'node:net';
import { parseReply, type Reply } from '../commands/parse-reply.ts';
import { OracleClient } from '../commands/redis-oracle.ts';
import type { Request } from '../fuzz/grammar.ts';

const databases = 16;
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
const isUnordered = new Set(['HGETALL', 'SMEMBERS']);

async function ask(client: OracleClient, ...request: string[]): Promise<Reply> {
  const [bytes] = await client.run([request]);
  return parseReply(bytes!, 0)!.value;
}

/** Pairs, or members, in one order. */
function inOrder(view: string, value: readonly Reply[]): readonly Reply[] {
  if (view === 'SMEMBERS') return value.map(String).sort();
  return value
    .flatMap((field, i) => (i % 2 === 0 ? [`${String(field)}\0${String(value[i + 1])}`] : []))
    .sort();
}

/** A HyperLogLog without the count that it remembers: whoever counted last remembers it. */
function uncounted(value: Reply): Reply {
  if (typeof value !== 'string' || !value.startsWith('HYLL')) return value;
  return value.slice(0, countAt) + value.slice(registersAt);
}

/** By database and key: type, deadline and content; `own`: what is not for other nodes too. */
export async function digest(port: number, own: boolean): Promise<Map<string, string>> {
  const client = new OracleClient(connect(port, '127.0.0.1'));
  const found = new Map<string, string>();
  for (let db = 0; db < databases; db++) {
    await ask(client, 'SELECT', String(db));
    const keys = (await ask(client, 'KEYS', '*')) as string[];
    for (const key of keys.sort()) {
      const type = String(await ask(client, 'TYPE', key));
      if (type === 'none') continue; // Its time has passed since.
      const parts: unknown[] = [type, await ask(client, 'PEXPIRETIME', key)];
      const wanted = [...(views[type]?.(key) ?? []), ...(own ? (ownViews[type]?.(key) ?? []) : [])];
      for (const view of wanted) {
        const value = await ask(client, ...view);
        const [name = ''] = view;
        parts.push(isUnordered.has(name) && Array.isArray(value) ? inOrder(name, value) : uncounted(value));
      }
      found.set(`${db} ${JSON.stringify(key)}`, JSON.stringify(parts));
    }
  }
  client.socket.destroy();
  return found;
}

/** The keys that two nodes hold differently, with what each holds. */
export function differences(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>): string[] {
  return [...new Set([...a.keys(), ...b.keys()])]
    .filter((key) => a.get(key) !== b.get(key))
    .map((key) => `${key}\n    ${a.get(key)?.slice(0, 2000)}\n    ${b.get(key)?.slice(0, 2000)}`);
}
