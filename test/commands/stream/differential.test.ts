// Random streams of stream commands against redis-server and against our dispatch, replies compared byte for byte in both
// protocols, but for times. Consumers are made with their groups: from Redis 7.2 on reading makes them in any case.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../runs.ts';
import { CommandNode } from '../harness.ts';
import { RedisOracle, redisMissing } from '../redis-oracle.ts';

type Command = readonly string[];

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

function make(word: string, ...parts: fc.Arbitrary<string | readonly string[]>[]): fc.Arbitrary<Command[]> {
  return fc.tuple(...parts).map((p) => [[...word.split(' '), ...p.flat()]]);
}

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

const step: fc.Arbitrary<Command[]> = fc.oneof(
  { weight: 8, arbitrary: make('XADD', key, id, pairs) },
  { weight: 1, arbitrary: many },
  make('XADD', key, fc.constantFrom([], ['NOMKSTREAM']), trim, id, pairs),
  make('XADD', key, id, name),
  make('XLEN', key),
  { weight: 2, arbitrary: make('XRANGE', key, bound, bound, optionalCount) },
  { weight: 2, arbitrary: make('XREVRANGE', key, bound, bound, optionalCount) },
  { weight: 2, arbitrary: make('XDEL', key, id, id) },
  { weight: 2, arbitrary: make('XTRIM', key, trim) },
  make(
    'XSETID',
    key,
    id,
    fc.constantFrom([], ['ENTRIESADDED', '50'], ['ENTRIESADDED', '2', 'MAXDELETEDID', '30-0']),
  ),
  make('XREAD', optionalCount, fc.constant('STREAMS'), key, key, id, fc.constantFrom('0', '5', '$', '>')),
  make('XREAD COUNT 2 STREAMS', key, id),
  { weight: 3, arbitrary: created },
  make(
    'XGROUP SETID',
    key,
    group,
    fc.constantFrom('$', '0', '7-1'),
    fc.constantFrom([], ['ENTRIESREAD', '2']),
  ),
  make('XGROUP DESTROY', key, group),
  make('XGROUP DELCONSUMER', key, group, consumer),
  {
    weight: 5,
    arbitrary: make(
      'XREADGROUP GROUP',
      group,
      consumer,
      optionalCount,
      fc.constant('STREAMS'),
      key,
      fc.constant('>'),
    ),
  },
  make(
    'XREADGROUP GROUP',
    group,
    consumer,
    fc.constant('NOACK'),
    fc.constant('STREAMS'),
    key,
    fc.constant('>'),
  ),
  make('XREADGROUP GROUP', group, consumer, optionalCount, fc.constant('STREAMS'), key, id),
  { weight: 3, arbitrary: make('XACK', key, group, id, id) },
  make('XPENDING', key, group),
  {
    weight: 2,
    arbitrary: make('XPENDING', key, group, bound, bound, count, fc.constantFrom([], ['c1'], ['c9'])),
  },
  {
    weight: 2,
    arbitrary: make('XCLAIM', key, group, consumer, fc.constantFrom('0', 'x'), id, id, claimOptions),
  },
  {
    weight: 2,
    arbitrary: make(
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
  make('XINFO GROUPS', key),
  make('XINFO STREAM', key),
  make('DEL', key),
  make('TYPE', key),
  make('EXISTS', key),
  make('SET', key, value),
  make('RENAME', key, key),
  make('COPY', key, key, fc.constantFrom([], ['REPLACE'])),
  make('MOVE', key, fc.constantFrom('1', '2')),
  make('EXPIRE', key, fc.constantFrom('1000', '-1')),
  make('OBJECT ENCODING', key),
);

/** Without the idle times of XPENDING, and what is told of radix trees. */
function masked(reply: Buffer, [word = '', sub = '']: Command): string {
  const text = reply.toString('latin1');
  if (word === 'XPENDING') return text.replace(/(\r\n\$\d+\r\nc[12]\r\n):\d+/g, '$1:T');
  if (word === 'XINFO' && sub === 'STREAM') return text.replace(/(radix-tree-\w+\r\n):\d+/g, '$1:N');
  return text;
}

let redis: RedisOracle | undefined;
before(async () => {
  if (!redisMissing) redis = await RedisOracle.start();
});
after(async () => {
  await redis?.stop();
});

for (const protocol of [2, 3] as const) {
  test(`replies of stream commands in RESP${protocol} are those of redis-server`, {
    skip: redisMissing,
  }, async () => {
    await redis!.run([['HELLO', String(protocol)]]);
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 60 }), async (steps) => {
        const commands = steps.flat();
        const node = new CommandNode({ nowMs: Date.now(), memoryBytes: 4 * 1024 * 1024 });
        node.client.session.protocol = protocol;
        const theirs = await redis!.run([['FLUSHALL'], ...commands]);
        commands.forEach((args, i) => {
          const shown = args.map((a) => JSON.stringify(a.slice(0, 20))).join(' ');
          assert.equal(masked(node.bytes(...args), args), masked(theirs[i + 1]!, args), shown);
        });
      }),
      { numRuns: runs(60) },
    );
  });
}
