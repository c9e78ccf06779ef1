// The commands that the benches measure: redis-benchmark's own tests, and others that it is given word by word. A test
// that takes elements out, or reads a key of a certain size, says what fills that key before each sample, so that none
// measures an empty one.
import { type BenchClient, encode } from '../rig/client.ts';

export interface Filling {
  readonly key: string;
  /** The command that adds element n. */
  readonly add: (n: number) => readonly string[];
  /** Elements; undefined = as many as the sample will take out. */
  readonly elements?: number;
}

export interface BenchTest {
  readonly name: string;
  /** What redis-benchmark runs: a test of its own, or a command. */
  readonly load: readonly string[];
  readonly filling?: Filling;
  /** So many times fewer requests than usual: each is that much dearer. */
  readonly weight: number;
  /** Of how many numbers random ones are. */
  readonly range: number;
}

const keyRange = 100_000;
const smallRange = 50;
const value = 'v'.repeat(32);
const batchCommands = 500;
const inList = { key: 'mylist', add: (n: number) => ['RPUSH', 'mylist', `${value}${n}`] };
const inSet = { key: 'myset', add: (n: number) => ['SADD', 'myset', member(n)] };
const inSorted = { key: 'myzset', add: (n: number) => ['ZADD', 'myzset', String(n), member(n)] };
const inHash = { key: 'myhash', add: (n: number) => ['HSET', 'myhash', `field${n}`, value] };

/** Each sample begins without the stream. */
const inStream = {
  key: 'mystream',
  add: (n: number) => ['XADD', 'mystream', '*', 'field', String(n)],
  elements: 0,
};

function member(n: number): string {
  return `element:${String(n).padStart(12, '0')}`;
}

function own(name: string, weight = 1): BenchTest {
  return { name, load: ['-t', name], weight, range: keyRange };
}

function words(name: string, text: string, filling?: Filling, weight = 1): BenchTest {
  const range = name.endsWith('_small') ? smallRange : keyRange;
  const test = { name, load: text.split(' '), weight, range };
  return filling === undefined ? test : { ...test, filling };
}

/** redis-benchmark's default list, the commands that it has no test for, and those on small collections. */
export const suite: readonly BenchTest[] = [
  ...['ping_inline', 'ping_mbulk', 'set', 'get', 'incr', 'lpush', 'rpush'].map((name) => own(name)),
  words('lpop', 'LPOP mylist', inList),
  words('rpop', 'RPOP mylist', inList),
  own('sadd'),
  own('hset'),
  words('spop', 'SPOP myset', inSet),
  own('zadd'),
  words('zpopmin', 'ZPOPMIN myzset', inSorted),
  ...[100, 300, 500, 600].map((n) =>
    words(`lrange_${n}`, `LRANGE mylist 0 ${n - 1}`, { ...inList, elements: 100_000 }, n / 10),
  ),
  own('mset', 10),
  words('zrange', 'ZRANGE myzset 0 99', { ...inSorted, elements: 100_000 }, 10),
  words('hgetall', 'HGETALL myhash', { ...inHash, elements: 10 }, 2),
  words('xadd', `XADD mystream * field ${value}`, inStream),
  words('sismember', 'SISMEMBER myset element:__rand_int__', { ...inSet, elements: 100_000 }),
  words('sadd_small', 'SADD smallset element:__rand_int__'),
  words('hset_small', `HSET smallhash field:__rand_int__ ${value}`),
  words('zadd_small', 'ZADD smallzset __rand_int__ element:__rand_int__'),
  words('zincrby_small', 'ZINCRBY smallcounts 3 element:__rand_int__'),
];

/**
 * The tests of these names, in either case as redis-benchmark writes them, `all` of them; a string says why there are
 * none.
 */
export function testsOf(names: string): readonly BenchTest[] | string {
  const wanted = names.toLowerCase().split(',');
  if (wanted.includes('all')) return suite;
  const known = new Map(suite.map((test) => [test.name, test]));
  const unknown = wanted.filter((name) => !known.has(name));
  if (unknown.length > 0)
    return `no test ${unknown.join(', ')}; there are all, ${[...known.keys()].join(', ')}`;
  return wanted.flatMap((name) => known.get(name) ?? []);
}

/** Fills the key of a test anew for a sample of so many requests. */
export async function prepare(client: BenchClient, test: BenchTest, requests: number): Promise<void> {
  const { filling } = test;
  if (filling === undefined) return;
  await client.command('DEL', filling.key);
  const elements = filling.elements ?? requests;
  for (let n = 0; n < elements; ) {
    const size = Math.min(batchCommands, elements - n);
    let bytes = '';
    for (let i = 0; i < size; i++) bytes += encode(...filling.add(n++));
    await client.send(bytes, size);
  }
}
