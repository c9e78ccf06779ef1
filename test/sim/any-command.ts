// Random commands of every type, as a client would send them: keys of one type, keys that all types fight over,
// counters of fields whose sums must come out, and a database of its own that is flushed now and then.

/** Fields and members that are only ever incremented: what they must be in the end is known. */
export const summedKey = 'sums';
export const summedFields = ['f0', 'f1', 'f2'];

export type Pick = <T>(from: readonly T[]) => T;

const names = ['a', 'b', 'c', '12'];
const scores = ['1', '2.5', '-3', 'inf', '0.1'];
const many = Array.from({ length: 140 }, (_, i) => `n${i}`);
const mixed = ['m0', 'm1'];
const ends = ['LEFT', 'RIGHT'];

/** The arguments of a command; `count` makes its values differ from all others. */
export function anyCommand(pick: Pick, random: () => number, count: number): string[] {
  const value = random() < 0.2 ? 'y'.repeat(150) + count : `v${count}`;
  const name = (): string => pick(names);
  const of = (...keys: string[]): string => pick(random() < 0.3 ? mixed : keys);
  const hash = of('h0', 'h1');
  const set = of('s0', 's1');
  const sorted = of('z0', 'z1');
  const list = of('l0', 'l1');
  const stream = of('x0');
  const some = pick(['h0', 's0', 'z0', 'l0', 'x0', ...mixed, ...mixed]);
  const makers: readonly (() => string[])[] = [
    () => ['HSET', hash, name(), value, name(), value],
    () => ['HSET', hash, name(), value],
    () => ['HDEL', hash, name(), name()],
    () => ['HINCRBY', hash, 'n', String(1 + Math.floor(random() * 9))],
    () => ['HINCRBYFLOAT', hash, 'n', '0.5'],
    () => ['HDEL', hash, 'n'],
    () => ['SADD', set, name(), name()],
    () => ['SREM', set, name()],
    () => ['SPOP', set],
    () => ['SMOVE', 's0', 's1', name()],
    () => ['SUNIONSTORE', 's1', 's0', 's1'],
    () => ['ZADD', sorted, pick(scores), name(), pick(scores), name()],
    () => ['ZINCRBY', sorted, '2', name()],
    () => ['ZREM', sorted, name()],
    () => ['ZPOPMIN', sorted],
    () => ['RPUSH', list, value, name()],
    () => ['LPUSH', list, value],
    () => ['RPUSH', list, value],
    () => ['LPOP', list],
    () => ['RPOP', list],
    () => ['LSET', list, pick(['0', '-1', '1']), value],
    () => ['LINSERT', list, pick(['BEFORE', 'AFTER']), name(), value],
    () => ['LREM', list, '0', name()],
    () => ['LTRIM', list, pick(['0', '1']), pick(['-1', '-2', '5'])],
    () => ['LMOVE', 'l0', 'l1', pick(ends), pick(ends)],
    () => ['XADD', stream, '*', name(), value],
    () => ['XADD', stream, 'MAXLEN', '4', '*', name(), value],
    () => ['XTRIM', stream, 'MAXLEN', '3'],
    () => ['HPEXPIRE', hash, String(200 + Math.floor(random() * 30_000)), 'FIELDS', '2', name(), name()],
    () => ['HPERSIST', hash, 'FIELDS', '1', name()],
    () => ['DEL', some],
    () => ['DEL', pick(mixed)],
    () => ['PEXPIRE', some, String(200 + Math.floor(random() * 30_000))],
    () => ['PERSIST', some],
    () => ['SET', pick(mixed), value],
    () => ['INCR', pick(mixed)],
    () => ['RENAME', some, pick([hash, set, sorted, list])],
    () => ['COPY', some, pick([hash, set, sorted, list]), 'REPLACE'],
  ];
  const rare: readonly (() => string[])[] = [
    () => ['HSET', hash, ...many.flatMap((n) => [n, value.slice(0, 20)])],
    () => ['SADD', set, ...many],
    () => ['ZADD', sorted, ...many.flatMap((n, i) => [String(i % 11), n])],
    () => ['RPUSH', list, ...many],
  ];
  return pick(random() < 0.02 ? rare : makers)();
}

/** The first key of which two nodes show something else, with what they show; undefined where there is none. */
export function differenceOf(a: Record<string, string>, b: Record<string, string>): string | undefined {
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (a[key] !== b[key]) return `${key} is ${a[key]} and ${b[key]}`;
  }
  return undefined;
}
