// Random sorted-set commands against redis-server and against our dispatch, replies compared byte for byte in both
// protocols. One key is small, one is large from the start, so both forms and the way between them are seen. What Redis
// writes with 17 digits its later versions, and this server, write shortest: scores are chosen to be the same in both.
import fc from 'fast-check';
import { runs } from '../../runs.ts';
import { make, testReplies } from '../replies-of-redis.ts';

const key = fc.constantFrom('a', 'b', 'big');
const member = fc.oneof(
  fc.nat(12).map((n) => `m${n}`),
  fc.nat(300).map((n) => `e${n}`),
  fc.constantFrom('', 'z'.repeat(300), '\xff\x00'),
);
const score = fc.oneof(
  fc.integer({ min: -20, max: 400 }).map(String),
  fc.constantFrom('0.5', '-1.25', 'inf', '-inf', '1e3', '+5', 'x', '', 'nan', ' 1', '0x10', '1e500', '3.0'),
);
const bound = fc.oneof(
  score,
  score.map((s) => `(${s}`),
  fc.constantFrom('-inf', '+inf'),
);
const lexBound = fc.oneof(
  member.map((m) => `[${m}`),
  member.map((m) => `(${m}`),
  fc.constantFrom('-', '+', 'x', ''),
);
const rank = fc.oneof(fc.integer({ min: -20, max: 20 }), fc.integer({ min: -400, max: 400 })).map(String);
const count = fc.constantFrom('0', '1', '3', '200', '-1', 'x');
const limit = fc.oneof(
  fc.constant([]),
  fc.tuple(
    fc.constant('LIMIT'),
    fc.constantFrom('0', '1', '5', '-1', 'x'),
    fc.constantFrom('0', '2', '50', '-1'),
  ),
);
const withScores = fc.constantFrom([], ['WITHSCORES']);
const conditions = fc.subarray(['NX', 'XX', 'GT', 'LT', 'CH', 'INCR'], { maxLength: 2 });
const keys = fc.oneof(
  fc.tuple(fc.constant('1'), key),
  fc.tuple(fc.constant('2'), key, key),
  fc.tuple(fc.constant('3'), key, key, fc.constant('none')),
  fc.constant(['0', 'a']),
  fc.constant(['5', 'a']),
  fc.constant(['2', 'a', 'string']),
);
const aggregate = fc.oneof(
  fc.constant([]),
  fc.constantFrom('SUM', 'min', 'MAX', 'avg').map((a) => ['AGGREGATE', a]),
  fc.tuple(fc.constant('WEIGHTS'), fc.constantFrom('2', 'inf', 'x'), fc.constantFrom('0', '-1')),
);

const c = fc.constant;
const command = fc.oneof(
  { weight: 8, arbitrary: make('ZADD', key, score, member) },
  { weight: 3, arbitrary: make('ZADD', key, conditions, score, member, score, member) },
  { weight: 3, arbitrary: make('ZADD', key, conditions, score, member) },
  { weight: 3, arbitrary: make('ZINCRBY', key, score, member) },
  { weight: 4, arbitrary: make('ZREM', key, member, member) },
  make('ZCARD', key),
  make('ZSCORE', key, member),
  make('ZMSCORE', key, member, member),
  make('ZRANK', key, member),
  make('ZREVRANK', key, member),
  make('ZCOUNT', key, bound, bound),
  make('ZLEXCOUNT', c('lex'), lexBound, lexBound),
  make('ZADD', c('lex'), c('0'), member),
  make('ZRANGE', key, rank, rank, fc.constantFrom([], ['REV'], ['rev', 'WITHSCORES'], ['WITHSCORES'])),
  make('ZRANGE', key, bound, bound, c('BYSCORE'), fc.constantFrom([], ['REV']), limit, withScores),
  make('ZRANGE', c('lex'), lexBound, lexBound, c('BYLEX'), fc.constantFrom([], ['REV']), limit, withScores),
  make('ZREVRANGE', key, rank, rank, withScores),
  make('ZRANGEBYSCORE', key, bound, bound, limit, withScores),
  make('ZREVRANGEBYSCORE', key, bound, bound, withScores, limit),
  make('ZRANGEBYLEX', c('lex'), lexBound, lexBound, limit),
  make('ZREVRANGEBYLEX', c('lex'), lexBound, lexBound, limit, withScores),
  make('ZRANGESTORE', key, key, rank, rank),
  make('ZRANGESTORE', key, key, bound, bound, c('BYSCORE'), limit),
  make('ZREMRANGEBYRANK', key, rank, rank),
  make('ZREMRANGEBYSCORE', key, bound, bound),
  make('ZREMRANGEBYLEX', c('lex'), lexBound, lexBound),
  make('ZPOPMIN', key),
  make('ZPOPMAX', key, count),
  make(
    'ZMPOP',
    keys,
    fc.constantFrom('MIN', 'max', 'x'),
    fc.constantFrom([], ['COUNT', '2'], ['COUNT', '0']),
  ),
  make('ZUNION', keys, aggregate, withScores),
  make('ZINTER', keys, aggregate, withScores),
  make('ZDIFF', keys, withScores),
  make('ZINTERCARD', keys, fc.constantFrom([], ['LIMIT', '2'], ['LIMIT', '-1'], ['LIMIT', '0'])),
  make('ZUNIONSTORE', key, keys, aggregate),
  make('ZINTERSTORE', key, keys, aggregate),
  make('ZDIFFSTORE', key, keys),
  make('ZRANDMEMBER', key, fc.constantFrom('0', 'x')),
  make('ZRANDMEMBER', key, c('1000'), fc.constantFrom([], ['WITHSCORES'], ['x'])).filter(
    ([, k]) => k !== 'big',
  ),
  make('ZSCAN', c('none'), c('0'), c('COUNT'), c('10')),
  make('TYPE', key),
  make('DEL', key),
  make('EXISTS', key),
  make('ZADD', c('string'), c('1'), c('a')),
  make('ZRANGE', c('string'), c('1'), c('a')),
  make('SET', c('string'), c('v')),
  make('GET', key),
  make('COPY', key, key, fc.constantFrom([], ['REPLACE'])),
  make('RENAME', key, key),
);

const fill = [
  'ZADD',
  'big',
  ...Array.from({ length: 150 }, (_, i) => [String((i * 37) % 101), `e${i}`]).flat(),
];
/** Redis keeps what is small in one form longer than this server does, and the other way round. */
const settings = ['CONFIG', 'SET', 'zset-max-listpack-entries', '128', 'zset-max-listpack-value', '64'];

testReplies('replies', fc.array(command, { minLength: 20, maxLength: 80 }), {
  numRuns: runs(40),
  first: [settings, fill],
});
