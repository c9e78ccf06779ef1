// DUMP of each key on one server and RESTORE on the other, both ways: what is there afterwards has to look as it did.
// Only a key of its own is written, which the next stream flushes.
import type { OracleClient } from '../commands/redis-oracle.ts';
import type { Request } from './grammar.ts';
import { judge } from './judge.ts';

export interface Exchanged {
  readonly requests: readonly Request[];
  readonly before: Buffer;
  readonly after: Buffer;
}

const copy = 'restored';
const latin1 = (bytes: Buffer): string => bytes.toString('latin1');

/** All that a key of any type may show. */
function views(key: string): Request[] {
  return [
    ['type', key],
    ['get', key],
    ['hgetall', key],
    ['lrange', key, '0', '-1'],
    ['smembers', key],
    ['zrange', key, '0', '-1', 'WITHSCORES'],
    ['xrange', key, '-', '+'],
    ['xinfo', 'stream', key, 'FULL', 'COUNT', '0'],
  ];
}

/** The first key that looks otherwise once it is on the other server. */
export async function exchange(
  from: OracleClient,
  to: OracleClient,
  keys: readonly string[],
): Promise<Exchanged | undefined> {
  const payloads = await from.run(keys.map((key) => ['dump', key]));
  for (const [i, key] of keys.entries()) {
    const reply = payloads[i]!;
    const start = reply.indexOf('\r\n') + 2;
    if (reply.length <= start) continue;
    const restore: Request = ['restore', copy, '0', latin1(reply.subarray(start, -2)), 'REPLACE'];
    const [done] = await to.run([restore]);
    const [before, after] = [await from.run(views(key)), await to.run(views(copy))];
    if (latin1(done!) !== '+OK\r\n') return { requests: [restore], before: before[0]!, after: done! };
    for (const [n, view] of views(copy).entries()) {
      if (judge(view, [], before[n]!, after[n]!) === 'different')
        return { requests: [restore, view], before: before[n]!, after: after[n]! };
    }
  }
  return undefined;
}
