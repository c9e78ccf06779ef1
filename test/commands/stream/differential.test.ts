// Random streams of stream commands against redis-server and against our dispatch, replies compared byte for byte in
// both protocols, but for times. Consumers are made with their groups: from Redis 7.2 on reading makes them in any
// case.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { runs } from '../../runs.ts';
import { type Command, make, shown, testReplies } from '../replies-of-redis.ts';

const key = fc.constantFrom('a', 'a', 'a', 'b', 'c');
const value = fc.constantFrom(
  'x',
  '',
  '0',
  '-7',
  '1000',
  '007',
  '9223372036854775807',
  'z'.repeat(70),
  '\x00\xff\r\n',
);
const name = fc.constantFrom('f', 'f', 'g', '1');
const id = fc.oneof(
  fc.nat(30).map((ms) => `${ms}-${ms % 3}`),
  fc.constantFrom(
    '5',
    '12',
    '0',
    '0-1',
    '7-*',
    '30-*',
    '18446744073709551615-5',
    'x',
    '',
    '1-',
    '-',
    '+',
    '5-5-5',
    '01-1',
  ),
);
/** A Redis of 7.0 does not know `+` as the last entry. */
const readId = id.filter((text) => text !== '+');
const bound = fc.oneof(
  fc.constantFrom(
    '-',
    '+',
    '(5',
    '(10-1',
    '(0',
    '(',
    '7',
    '20-2',
    'x',
    '(18446744073709551615-18446744073709551615',
  ),
  id,
);
const count = fc.constantFrom('0', '1', '2', '5', '-1', 'x', '100');
const group = fc.constantFrom('g', 'g', 'h');
const consumer = fc.constantFrom('c1', 'c2');
const pairs = fc.array(fc.tuple(name, value), { minLength: 1, maxLength: 3 }).map((p) => p.flat());

const trim = fc.oneof(
  fc.tuple(fc.constant('MAXLEN'), fc.constantFrom([], ['='], ['~']), count).map((p) => p.flat()),
  fc.tuple(fc.constant('minid'), fc.constantFrom([], ['='], ['~']), id).map((p) => p.flat()),
  fc.constantFrom(
    ['MAXLEN', '~', '2', 'LIMIT', '1'],
    ['LIMIT', '2'],
    ['MAXLEN', '3', 'LIMIT', '2'],
    ['FOO', '1'],
  ),
);
const optionalCount = fc.oneof(
  fc.constant([]),
  count.map((n) => ['COUNT', n]),
);
/** A group with its consumers. */
const created = fc
  .tuple(
    key,
    group,
    fc.constantFrom('$', '0', '5-1', 'x'),
    fc.constantFrom([], ['MKSTREAM'], ['ENTRIESREAD', '3']),
  )
  .map(([k, g, from, more]) => [
    ['XGROUP', 'CREATE', k, g, from, ...more],
    ['XGROUP', 'CREATECONSUMER', k, g, 'c1'],
    ['XGROUP', 'CREATECONSUMER', k, g, 'c2'],
  ]);
const many = fc
  .tuple(key, fc.constantFrom(20, 150))
  .map(([k, n]) => Array.from({ length: n }, (_, i) => ['XADD', k, `${40 + i}-0`, 'f', `value:${i}`]));
const claimOptions = fc.constantFrom(
  [],
  ['JUSTID'],
  ['FORCE'],
  ['RETRYCOUNT', '7'],
  ['IDLE', '0'],
  ['TIME', '1'],
  ['LASTID', '9-9'],
  ['FOO'],
  ['force', 'justid'],
);

/** A step that is one command. */
function alone(...words: Parameters<typeof make>): fc.Arbitrary<Command[]> {
  return make(...words).map((command) => [command]);
}

const step: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 8, arbitrary: alone('XADD', key, id, pairs) },
  { weight: 1, arbitrary: many },
  alone('XADD', key, fc.constantFrom([], ['NOMKSTREAM']), trim, id, pairs),
  alone('XADD', key, id, name),
  alone('XLEN', key),
  { weight: 2, arbitrary: alone('XRANGE', key, bound, bound, optionalCount) },
  { weight: 2, arbitrary: alone('XREVRANGE', key, bound, bound, optionalCount) },
  { weight: 2, arbitrary: alone('XDEL', key, id, id) },
  { weight: 2, arbitrary: alone('XTRIM', key, trim) },
  alone(
    'XSETID',
    key,
    id,
    fc.constantFrom([], ['ENTRIESADDED', '50'], ['ENTRIESADDED', '2', 'MAXDELETEDID', '30-0']),
  ),
  alone(
    'XREAD',
    optionalCount,
    fc.constant('STREAMS'),
    key,
    key,
    readId,
    fc.constantFrom('0', '5', '$', '>'),
  ),
  alone('XREAD COUNT 2 STREAMS', key, readId),
  { weight: 3, arbitrary: created },
  alone(
    'XGROUP SETID',
    key,
    group,
    fc.constantFrom('$', '0', '7-1'),
    fc.constantFrom([], ['ENTRIESREAD', '2']),
  ),
  alone('XGROUP DESTROY', key, group),
  alone('XGROUP DELCONSUMER', key, group, consumer),
  {
    weight: 5,
    arbitrary: alone(
      'XREADGROUP GROUP',
      group,
      consumer,
      optionalCount,
      fc.constant('STREAMS'),
      key,
      fc.constant('>'),
    ),
  },
  alone(
    'XREADGROUP GROUP',
    group,
    consumer,
    fc.constant('NOACK'),
    fc.constant('STREAMS'),
    key,
    fc.constant('>'),
  ),
  alone('XREADGROUP GROUP', group, consumer, optionalCount, fc.constant('STREAMS'), key, readId),
  { weight: 3, arbitrary: alone('XACK', key, group, id, id) },
  alone('XPENDING', key, group),
  {
    weight: 2,
    arbitrary: alone('XPENDING', key, group, bound, bound, count, fc.constantFrom([], ['c1'], ['c9'])),
  },
  {
    weight: 2,
    arbitrary: alone('XCLAIM', key, group, consumer, fc.constantFrom('0', 'x'), id, id, claimOptions),
  },
  {
    weight: 2,
    arbitrary: alone(
      'XAUTOCLAIM',
      key,
      group,
      consumer,
      fc.constant('0'),
      bound,
      optionalCount,
      fc.constantFrom([], ['JUSTID']),
    ),
  },
  alone('XINFO GROUPS', key),
  alone('XINFO STREAM', key),
  alone('DEL', key),
  alone('TYPE', key),
  alone('EXISTS', key),
  alone('SET', key, value),
  alone('RENAME', key, key),
  alone('COPY', key, key, fc.constantFrom([], ['REPLACE'])),
  alone('MOVE', key, fc.constantFrom('1', '2')),
  alone('EXPIRE', key, fc.constantFrom('1000', '-1')),
  alone('OBJECT ENCODING', key),
);

/** Without the idle times of XPENDING, and what is told of radix trees. */
function masked(reply: Buffer, [word = '', sub = '']: Command): string {
  const text = reply.toString('latin1');
  if (word === 'XPENDING') return text.replace(/(\r\n\$\d+\r\nc[12]\r\n):\d+/g, '$1:T');
  if (word === 'XINFO' && sub === 'STREAM') return text.replace(/(radix-tree-\w+\r\n):\d+/g, '$1:N');
  return text;
}

testReplies(
  'replies of stream commands',
  fc.array(step, { minLength: 1, maxLength: 60 }).map((steps) => steps.flat()),
  {
    numRuns: runs(60),
    compare: (command, ours, theirs) =>
      assert.equal(masked(ours, command), masked(theirs, command), shown(command)),
  },
);
