// Random streams of list commands against redis-server and against our dispatch, replies compared byte for byte in both
// protocols. Lists are small and large here, and values long and short, so that both forms and their changes are met.
import fc from 'fast-check';
import { runs } from '../../runs.ts';
import { type Command, make, testReplies } from '../replies-of-redis.ts';

const key = fc.constantFrom('a', 'a', 'a', 'b', 'c');
const value = fc.oneof(
  fc.constantFrom(
    'x',
    'y',
    'z',
    '',
    '0',
    '1',
    '-7',
    '127',
    '128',
    '1000',
    '007',
    '9223372036854775807',
    '1.5',
  ),
  fc.constantFrom('x', 'y', 'z'.repeat(70), 'w'.repeat(3000), '\x00\xff\r\n', '-9223372036854775808', '-0'),
);
const index = fc.constantFrom('0', '1', '2', '-1', '-2', '5', '-5', '100', '-100', '1000', 'x', '', '1.5');
const count = fc.constantFrom('0', '1', '2', '-1', '-2', '10', '3', 'x');
const side = fc.constantFrom('LEFT', 'right', 'Left', 'RIGHT', 'up');
const many = fc
  .tuple(value, fc.constantFrom(1, 1, 2, 5, 60))
  .map(([v, n]) => Array.from({ length: n }, () => v));
const numbered = fc.constantFrom(20, 200, 700).map((n) => Array.from({ length: n }, (_, i) => `v${i}`));

const lposOptions = fc
  .array(
    fc.tuple(
      fc.constantFrom('RANK', 'COUNT', 'maxlen', 'FOO'),
      fc.constantFrom('0', '1', '2', '-1', '-2', 'x'),
    ),
    {
      maxLength: 3,
    },
  )
  .map((o) => o.flat());

const command: fc.Arbitrary<Command> = fc.oneof(
  { weight: 4, arbitrary: make('RPUSH', key, many) },
  { weight: 4, arbitrary: make('LPUSH', key, many) },
  { weight: 2, arbitrary: make('RPUSH', key, numbered) },
  { weight: 2, arbitrary: make('LPUSH', key, numbered) },
  make('LPUSHX', key, many),
  make('RPUSHX', key, many),
  { weight: 3, arbitrary: make('LPOP', key) },
  { weight: 3, arbitrary: make('RPOP', key) },
  make('LPOP', key, count),
  make('RPOP', key, count),
  make('LPOP', key, count, count),
  make('LLEN', key),
  { weight: 2, arbitrary: make('LINDEX', key, index) },
  { weight: 3, arbitrary: make('LRANGE', key, index, index) },
  { weight: 3, arbitrary: make('LRANGE', key, fc.constant('0'), fc.constant('-1')) },
  { weight: 3, arbitrary: make('LSET', key, index, value) },
  { weight: 3, arbitrary: make('LINSERT', key, fc.constantFrom('BEFORE', 'after', 'at'), value, value) },
  {
    weight: 2,
    arbitrary: make('LINSERT', key, fc.constantFrom('BEFORE', 'after'), fc.constantFrom('v9', 'v150'), value),
  },
  { weight: 2, arbitrary: make('LREM', key, count, value) },
  make('LREM', key, count, fc.constantFrom('v9', 'v100')),
  make('LTRIM', key, index, index),
  make('LTRIM', key, fc.constantFrom('0', '10', '5'), fc.constantFrom('-1', '-10', '100')),
  { weight: 2, arbitrary: make('LPOS', key, value, lposOptions) },
  { weight: 2, arbitrary: make('LMOVE', key, key, side, side) },
  make('RPOPLPUSH', key, key),
  make(
    'LMPOP',
    fc.constantFrom('1', '2', '0', 'x', '3'),
    key,
    key,
    side,
    fc.constantFrom([], ['COUNT', '2']),
  ),
  make('LMPOP', fc.constant('1'), key, side, fc.constant('COUNT'), count),
  make('BLPOP', key, fc.constantFrom('x', '-1')),
  make('DEL', key),
  make('SET', key, value),
  make('GET', key),
  make('APPEND', key, value),
  make('INCR', key),
  make('TYPE', key),
  make('EXISTS', key),
  make('RENAME', key, key),
  make('RENAMENX', key, key),
  make('COPY', key, key, fc.constantFrom([], ['REPLACE'])),
  make('MOVE', key, fc.constantFrom('1', '2')),
  make('EXPIRE', key, fc.constantFrom('1000', '-1')),
  make('PERSIST', key),
  make('DBSIZE'),
);

testReplies('replies of list commands', fc.array(command, { minLength: 1, maxLength: 60 }), {
  numRuns: runs(60),
});
