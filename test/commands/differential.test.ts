// Random streams of string and key commands against redis-server and against our dispatch, replies compared byte for
// byte in both protocols. Orders that Redis leaves open (KEYS, SCAN, RANDOMKEY) are compared as sets, and times with
// some leeway, because the two nodes do not read the clock in one instant.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../runs.ts';
import { parseReply, type Reply, ReplyError } from './parse-reply.ts';
import { type Command, make, shown, testReplies } from './replies-of-redis.ts';

const key = fc.constantFrom('a', 'b', 'c', 'some:longer:key');
const floatKey = fc.constantFrom('f', 'g');
const integer = fc.constantFrom(
  '0',
  '1',
  '-1',
  '5',
  '-7',
  '100',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
  '9223372036854775808',
  '007',
  '+1',
  '1.5',
  ' 1',
  '-0',
  '',
  'x',
);
const value = fc.oneof(
  integer,
  fc.constantFrom('hello', 'ab', '3.25', '1234567890123', 'z'.repeat(150), 'y'.repeat(300), '\x00\xff\r\n'),
);
const float = fc.constantFrom(
  '0.5',
  '-1.25',
  '3',
  '10',
  '.5',
  '1e3',
  '-2.5e-1',
  'inf',
  '-inf',
  'nan',
  'x',
  '',
  '1 ',
);
const position = fc.constantFrom(
  '0',
  '1',
  '-1',
  '3',
  '-3',
  '200',
  '-200',
  '1000000',
  'x',
  '9223372036854775807',
);
const seconds = fc.constantFrom(
  '100',
  '1000',
  '100000',
  '0',
  '-1',
  'x',
  '9223372036854775807',
  '-9223372036854775',
);
const unixSeconds = fc.constantFrom('4102444800', '4102444900', '1', '0', '-5', 'x', '9223372036854775807');
const unixMs = fc.constantFrom('4102444800123', '4102444900999', '1', '-9223372036854770000', 'x');
const condition = fc.subarray(['NX', 'XX', 'GT', 'LT', 'foo'], { maxLength: 2 });
const deadline = fc.oneof(
  seconds.map((s) => ['EX', s]),
  seconds.map((s) => ['px', s]),
  unixSeconds.map((s) => ['EXAT', s]),
  unixMs.map((s) => ['PXAT', s]),
  fc.constantFrom(['KEEPTTL'], ['PERSIST'], ['EX'], ['bogus'], []),
);
const setOptions = fc.tuple(fc.subarray(['NX', 'XX', 'GET', 'nx'], { maxLength: 2 }), deadline, deadline);
const pairs = fc.array(fc.tuple(key, value), { minLength: 1, maxLength: 3 }).map((p) => p.flat());
const keys = fc.array(key, { minLength: 1, maxLength: 3 });
const lcsOptions = fc.subarray(['LEN', 'IDX', 'WITHMATCHLEN', 'MINMATCHLEN', '2', 'x'], { maxLength: 4 });
const database = fc.constantFrom('0', '1', '2', '99', '-1', 'x', '99999999999');
const pattern = fc.constantFrom('*', 'a', '?', '[ab]', 'some*', '*:*', '[^a]');

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: make('SET', key, value) },
  {
    weight: 3,
    arbitrary: make(
      'SET',
      key,
      value,
      setOptions.map((o) => o.flat()),
    ),
  },
  make('APPEND', key, value),
  ...[
    'INCR',
    'DECR',
    'GET',
    'GETDEL',
    'STRLEN',
    'TTL',
    'PTTL',
    'EXPIRETIME',
    'PEXPIRETIME',
    'PERSIST',
    'TYPE',
  ].map((name) => make(name, key)),
  make('INCRBY', key, integer),
  make('DECRBY', key, integer),
  make('INCRBYFLOAT', key, fc.constantFrom('inf', '-inf', 'nan', 'x', '', '1 ')),
  // Long doubles run out of digits where our decimals do not: on keys of their own, with values of moderate size.
  make('INCRBYFLOAT', floatKey, float),
  make('SET', floatKey, fc.constantFrom('1', '-3', '0.125', '5.0e3', '.5', 'x')),
  make('GET', floatKey),
  make('INCR', floatKey),
  make('GETEX', key, deadline),
  make('GETRANGE', key, position, position),
  make('SUBSTR', key, position, position),
  make('SETRANGE', key, fc.constantFrom('0', '3', '200', '-1', 'x', '536870912'), value),
  make('GETSET', key, value),
  make('SETNX', key, value),
  make('SETEX', key, seconds, value),
  make('PSETEX', key, seconds, value),
  make('MGET', keys),
  make('MSET', pairs),
  make('MSETNX', pairs),
  make('MSET', fc.constantFrom(['a', '1', 'b'], ['a'])),
  make('LCS', key, key, lcsOptions),
  make('EXPIRE', key, seconds, condition),
  make('PEXPIRE', key, seconds, condition),
  make('EXPIREAT', key, unixSeconds, condition),
  make('PEXPIREAT', key, unixMs, condition),
  ...['DEL', 'UNLINK', 'EXISTS', 'TOUCH'].map((name) => make(name, keys)),
  make('COPY', key, key, fc.subarray(['REPLACE', 'foo'], { maxLength: 1 })),
  make('COPY', key, key, fc.constant('DB'), database, fc.subarray(['REPLACE'])),
  make('MOVE', key, database),
  make('RENAME', key, key),
  make('RENAMENX', key, key),
  make('KEYS', pattern),
  make('SCAN', fc.constantFrom('0', 'x'), fc.constantFrom([], ['COUNT', '1000'], ['COUNT', '0'], ['COUNT'])),
  make('SCAN', fc.constant(['0', 'COUNT', '1000', 'MATCH']), pattern),
  make('SCAN', fc.constant(['0', 'COUNT', '1000', 'TYPE']), fc.constantFrom('string', 'STRING', 'hash', 'x')),
  make('RANDOMKEY'),
  make('DBSIZE'),
  make('SWAPDB', database, database),
  make('FLUSHDB', fc.constantFrom([], ['ASYNC'], ['sync'], ['x'], ['SYNC', 'ASYNC'])),
  make('FLUSHALL', fc.constantFrom([], ['x'])),
);

/** How far apart the answer to a question about time may be, in its own unit; 0 for all other commands. */
function leeway(name: string): number {
  if (name === 'TTL' || name === 'EXPIRETIME') return 20;
  return name === 'PTTL' || name === 'PEXPIRETIME' ? 20_000 : 0;
}

function isUnordered(args: Command): boolean {
  return args[0] === 'KEYS' || args[0] === 'SCAN';
}

function sorted(reply: Reply): unknown {
  return Array.isArray(reply)
    ? reply
        .map(sorted)
        .map((r) => JSON.stringify(r))
        .sort()
    : reply;
}

function compare(args: Command, ours: Buffer, theirs: Buffer): void {
  const [name = ''] = args;
  const words = shown(args);
  const a = parseReply(ours, 0)?.value;
  const b = parseReply(theirs, 0)?.value;
  if (leeway(name) > 0 && typeof a === 'number' && typeof b === 'number' && a > 0 && b > 0) {
    // Deadlines beyond 53 bits are kept as the latest that the store can hold.
    assert.ok(Math.abs(a - b) <= leeway(name) || a > 9e12, `${words}: ${a} and ${b}`);
  } else if (name === 'RANDOMKEY') assert.equal(a === null, b === null, words);
  else if (isUnordered(args) && !(b instanceof ReplyError)) {
    assert.deepEqual(sorted(a ?? null), sorted(b ?? null), words);
  } else assert.equal(ours.toString('latin1'), theirs.toString('latin1'), words);
}

testReplies('replies', fc.array(command, { minLength: 1, maxLength: 60 }), { numRuns: runs(300), compare });
