// The values that arguments take, by their names and types: few enough that commands meet the same keys, fields and
// members again, odd enough to find edges. Times are long or past, so that nothing expires between two answers.
import type { ArgumentSpec } from '../../src/commands/syntax.ts';
import type { Random } from './random.ts';

const integers = [
  '0',
  '1',
  '2',
  '3',
  '5',
  '10',
  '-1',
  '-2',
  '-3',
  '-10',
  '100',
  '1000000',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  'x',
  '',
  '1.5',
  ' 1',
  '+1',
  '01',
];
const doubles = [
  '0',
  '1',
  '-1',
  '2.5',
  '-0.25',
  '1e3',
  '10',
  '3',
  'inf',
  '-inf',
  '+inf',
  'nan',
  'x',
  '',
  '1 ',
];
const texts = [
  'a',
  'b',
  'c',
  'hello',
  '10',
  '-5',
  '3.5',
  '',
  'z'.repeat(70),
  '\x00\xff\r\n',
  'A',
  '12345678901234567890',
];
const small = ['0', '1', '2', '3', '-1', '-2'];

/** Names that say more than their type does. */
const pools: Record<string, readonly string[]> = {
  field: ['f1', 'f2', 'f3', 'f4', '', '1'],
  member: ['a', 'b', 'c', 'd', '1', '2', '', 'm'.repeat(70)],
  member1: ['a', 'b', 'c', 'zz'],
  member2: ['a', 'b', 'c', 'zz'],
  element: ['a', 'b', 'c', '1', '2', '', 'e'.repeat(70)],
  pivot: ['a', 'b', 'c', '1', 'zz'],
  increment: ['1', '2', '-1', '10', '0', '9223372036854775807', '-9223372036854775808', 'x', ''],
  decrement: ['1', '2', '-1', '10', '0', '9223372036854775807', '-9223372036854775808', 'x'],
  start: ['0', '1', '-1', '-100', '2', '-', '(1', '[a', '-inf', '(a', 'x', '1-1'],
  stop: ['0', '-1', '5', '100', '-2', '+', '(5', '[c', '+inf', 'x'],
  end: ['0', '-1', '5', '100', '+', '3-0', 'x'],
  min: ['-inf', '0', '1', '(1', '-', '[a', '(b', 'x', '[', '5'],
  max: ['+inf', '5', '(5', '10', '+', '[c', '(c', 'x', '0'],
  index: small,
  offset: ['0', '1', '2', '5', '-1', '100', 'x', '4294967296'],
  count: ['0', '1', '2', '3', '10', '-1', '-2', 'x'],
  seconds: ['1000', '100000', '0', '-1', 'x', '9223372036854775807', ''],
  milliseconds: ['1000000', '100000000', '0', '-1', 'x', '9223372036854775807', ''],
  ms: ['1000000', '0', 'x'],
  ttl: ['0', '1000000', '-1', 'x'],
  'unix-time-seconds': ['4102444800', '4102448400', '1', '0', '-5', 'x'],
  'unix-time-milliseconds': ['4102444800123', '4102448400999', '1', '0', '-1', 'x'],
  timeout: ['0.01', '-1', 'x', '0.001', '1e-3'],
  cursor: ['0', '0', '0', 'x'],
  db: ['0', '1', '99', 'x', '-1'],
  'destination-db': ['0', '1', '99', 'x'],
  pattern: ['*', 'a*', '?', '[abc]', 'f[1-2]', 'nothing', '\\', ''],
  type: ['string', 'list', 'set', 'zset', 'hash', 'stream', 'x', 'STRING'],
  encoding: ['u8', 'i8', 'i16', 'u1', 'i64', 'u63', 'u64', 'i5', 'x', 'u0'],
  'bit-offset': ['0', '7', '#0', '#1', '100', '-1', '#x', '1000'],
  value: texts,
  bit: ['0', '1', '2', 'x'],
  id: ['1-1', '2-1', '3-0', '5-0', '0', '10', '7-*', '0-0', 'x', '1-1-1', '$', '>', '99999-1'],
  'last-id': ['1-1', '100-0', '0', 'x'],
  lastid: ['1-1', '100-0', '0', 'x'],
  threshold: ['0', '1', '2', '10', '2-1', 'x', '-1'],
  longitude: ['13.361389', '15.087269', '2.35', '0', '181', 'x'],
  latitude: ['38.115556', '37.502669', '48.85', '0', '90', 'x'],
  radius: ['100', '1000', '0', '200.5', '-1', 'x'],
  width: ['100', '1000', '-1', 'x'],
  height: ['100', '1000', '-1', 'x'],
  score: ['0', '1', '2', '-1', '2.5', 'inf', '-inf', '1', '3', 'nan', 'x'],
  weight: ['1', '2', '-1', '0.5', 'inf', 'x'],
  len: ['0', '1', '3', '-1', 'x'],
  rank: ['1', '-1', '2', '-2', '0', 'x'],
  group: ['g1', 'g2', 'g3'],
  consumer: ['c1', 'c2'],
  'min-idle-time': ['0', '100000', '-1', 'x'],
  message: texts,
};

/** Payloads of DUMP that arguments take from now on. */
export function offerPayloads(payloads: readonly string[]): void {
  pools['serialized-value'] = payloads;
}

/** A value for one argument that is neither a key nor made of parts. */
export function valueFor(random: Random, { name, type }: ArgumentSpec): string {
  if (random.chance(0.03)) return random.pick([...texts, ...integers]);
  const pool = pools[name];
  if (pool !== undefined) return random.pick(pool);
  if (type === 'integer') return random.chance(0.6) ? random.pick(small) : random.pick(integers);
  if (type === 'double') return random.pick(doubles);
  return random.pick(texts);
}

/** Keys by what they mostly hold, so that most commands meet their own type. */
const keysOf: Readonly<Record<string, readonly string[]>> = {
  string: ['s1', 's2', 's3'],
  bitmap: ['s1', 'bit1', 'bit2'],
  hyperloglog: ['pf1', 'pf2', 'pf3'],
  hash: ['h1', 'h2'],
  list: ['l1', 'l2', 'l3'],
  set: ['t1', 't2', 't3'],
  'sorted-set': ['z1', 'z2', 'z3'],
  geo: ['geo1', 'geo2', 'z1'],
  stream: ['x1', 'x2'],
};
export const allKeys = [...new Set(Object.values(keysOf).flat()), 'nokey'];

export function keyFor(random: Random, group: string): string {
  const own = keysOf[group];
  return own === undefined || random.chance(0.06) ? random.pick(allKeys) : random.pick(own);
}
