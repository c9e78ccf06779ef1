// The property on which everything rests: the deltas that commands emit, joined into an empty store, give what the
// commands left. It is held for random histories of every write command of strings and keys, with time passing and
// keys expiring, on a node that has peers and on one that has none.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { JoinResult } from '../../src/store/join-result.ts';
import { runs } from '../runs.ts';
import { TestNode } from '../store/fleet.ts';
import { buildMs } from '../store/new-store.ts';
import { CommandNode } from './harness.ts';

type Step = { readonly command: readonly string[] } | { readonly passMs: number } | { readonly db: number };

const key = fc.constantFrom('a', 'b', 'c');
const hashKey = fc.constantFrom('h', 'h2');
const setKey = fc.constantFrom('s', 't', 'h');
const listKey = fc.constantFrom('l', 'm', 't');
const streamKey = fc.constantFrom('x', 'w', 't');
const streamId = fc.constantFrom('*', '5-*', '3-1', '100', '200-7', '9999999999999-0');
const field = fc.constantFrom('f', 'g', 'n', '12');
const value = fc.constantFrom('x', '', '7', '-12', '1.25', '1234567890123', 'z'.repeat(140), 'y'.repeat(300));
const integer = fc.constantFrom(
  '1',
  '-3',
  '1000',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
);
const float = fc.constantFrom('0.5', '-1.25', '3', '1e3');
const ms = fc.constantFrom('50', '100', '1000', '0', '-5');
const deadline = fc.constantFrom(['PX', '50'], ['PX', '100'], ['KEEPTTL'], ['EX', '1'], ['PXAT', '1'], []);
const database = fc.constantFrom('0', '1', '2');
const condition = fc.constantFrom([], ['NX'], ['XX'], ['GT'], ['LT']);

function make(name: string, ...parts: fc.Arbitrary<string | readonly string[]>[]): fc.Arbitrary<Step> {
  return fc.tuple(...parts).map((p) => ({ command: [name, ...p.flat()] }));
}

const sortedKey = fc.constantFrom('z', 'y');
const score = fc.constantFrom('1', '2.5', '-3', '0.1', '1e300', 'inf', '-inf');
/** More than the packed form holds. */
const manyMembers = Array.from({ length: 135 }, (_, i) => [String((i * 37) % 11), `m${i}`]).flat();

/** Several names in any order, one now and then twice. */
const manyNames = fc.array(fc.constantFrom('f', 'g', 'n', '12', 'm1', 'm2', 'long'.repeat(12)), {
  minLength: 2,
  maxLength: 12,
});
const manyFields = fc.tuple(manyNames, value).map(([names, v]) => names.flatMap((n) => [n, v]));
const manyScores = fc
  .tuple(manyNames, score)
  .map(([names, s]) => names.flatMap((n, i) => [i % 3 ? s : '1', n]));

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: make('SET', key, value, deadline) },
  make('SET', key, value, fc.constantFrom('NX', 'XX', 'GET')),
  { weight: 2, arbitrary: make('APPEND', key, value) },
  make('SETRANGE', key, fc.constantFrom('0', '2', '150', '290'), value),
  make('SETBIT', key, fc.constantFrom('0', '7', '1100'), fc.constantFrom('0', '1')),
  make('BITOP', fc.constantFrom('AND', 'OR', 'XOR'), key, key, key),
  make('BITFIELD', key, fc.constantFrom(['SET', 'u8', '3', '200'], ['INCRBY', 'i16', '1200', '5'])),
  { weight: 2, arbitrary: make('PFADD', key, fc.subarray(['p', 'q', 'r', 's', 't'])) },
  make('PFMERGE', key, key, key),
  { weight: 2, arbitrary: make('INCR', key) },
  make('DECR', key),
  make('INCRBY', key, integer),
  make('DECRBY', key, integer),
  make('INCRBYFLOAT', key, float),
  make('GETDEL', key),
  make('GETEX', key, fc.constantFrom(['PX', '50'], ['PERSIST'], ['PXAT', '1'], [])),
  make('GETSET', key, value),
  make('SETNX', key, value),
  make('PSETEX', key, ms, value),
  make('MSET', key, value, key, value),
  make('MSETNX', key, value, key, value),
  { weight: 2, arbitrary: make('DEL', key) },
  make('UNLINK', key, key),
  { weight: 2, arbitrary: make('PEXPIRE', key, ms, condition) },
  make('PERSIST', key),
  make('RENAME', key, key),
  make('RENAMENX', key, key),
  make('COPY', key, key, fc.constantFrom([], ['REPLACE'])),
  make('COPY', key, key, fc.constant('DB'), database, fc.constantFrom([], ['REPLACE'])),
  make('MOVE', key, database),
  make('SWAPDB', database, database),
  make('FLUSHDB'),
  { weight: 2, arbitrary: make('HSET', hashKey, field, value, field, value) },
  { weight: 2, arbitrary: make('HSET', hashKey, manyFields) },
  make('SADD', setKey, manyNames),
  make('ZADD', sortedKey, manyScores),
  make('HDEL', hashKey, field, field),
  make('HINCRBY', hashKey, field, integer),
  make('HINCRBYFLOAT', hashKey, field, float),
  make('HSET', hashKey, field, value),
  make('HDEL', hashKey, field),
  make('DEL', hashKey),
  make('HSETNX', hashKey, field, value),
  {
    weight: 2,
    arbitrary: make('HPEXPIRE', hashKey, ms, condition, fc.constant(['FIELDS', '2']), field, field),
  },
  make('HPEXPIRE', hashKey, ms, fc.constant(['FIELDS', '1']), field),
  make('HPERSIST', hashKey, fc.constant(['FIELDS', '1']), field),
  make(
    'HGETEX',
    hashKey,
    fc.constantFrom(['PX', '50'], ['PERSIST'], []),
    fc.constant(['FIELDS', '1']),
    field,
  ),
  make(
    'HSETEX',
    hashKey,
    fc.constantFrom(['PX', '50'], ['KEEPTTL'], ['FNX']),
    fc.constant(['FIELDS', '1']),
    field,
    value,
  ),
  make('HGETDEL', hashKey, fc.constant(['FIELDS', '1']), field),
  make('HSET', fc.constant('h2'), fc.constant(manyMembers)),
  { weight: 2, arbitrary: make('SADD', setKey, field, field) },
  make('SREM', setKey, field),
  make('SPOP', setKey, fc.constantFrom([], ['2'])),
  make('SMOVE', setKey, setKey, field),
  make('SUNIONSTORE', setKey, setKey, setKey),
  make('SDIFFSTORE', setKey, setKey, setKey),
  { weight: 3, arbitrary: make('ZADD', sortedKey, condition, score, field, score, field) },
  { weight: 2, arbitrary: make('ZINCRBY', sortedKey, score, field) },
  make('ZADD', sortedKey, fc.constant(manyMembers)),
  make('ZREM', sortedKey, field, field),
  make('ZPOPMIN', sortedKey, fc.constantFrom([], ['2'])),
  make('ZREMRANGEBYRANK', sortedKey, fc.constantFrom('0', '1', '-130'), fc.constantFrom('0', '-1', '128')),
  make('ZUNIONSTORE', sortedKey, fc.constant('2'), sortedKey, setKey),
  make('ZRANGESTORE', sortedKey, sortedKey, fc.constantFrom('0', '2'), fc.constantFrom('5', '-1')),
  make('GEOADD', sortedKey, fc.constantFrom('13.4', '-70'), fc.constantFrom('38.1', '5'), field),
  make('DEL', sortedKey),
  make('RENAME', sortedKey, fc.constantFrom('z', 'y', 'a')),
  make('COPY', sortedKey, sortedKey, fc.constantFrom([], ['REPLACE'])),
  { weight: 2, arbitrary: make('RPUSH', listKey, field, value) },
  make('LPUSH', listKey, field, field),
  make('LPOP', listKey, fc.constantFrom([], ['2'])),
  make('RPOP', listKey),
  make('LSET', listKey, fc.constantFrom('0', '-1'), value),
  make('LINSERT', listKey, fc.constantFrom('BEFORE', 'AFTER'), field, value),
  make('LREM', listKey, fc.constantFrom('0', '1', '-1'), field),
  make('LTRIM', listKey, fc.constantFrom('0', '1'), fc.constantFrom('-1', '-2', '2')),
  make('LMOVE', listKey, listKey, fc.constantFrom('LEFT', 'RIGHT'), fc.constantFrom('LEFT', 'RIGHT')),
  make('RPOPLPUSH', listKey, listKey),
  make('LMPOP', fc.constant('1'), listKey, fc.constantFrom('LEFT', 'RIGHT')),
  make('RENAME', listKey, fc.constantFrom('l', 'm', 'h', 'a')),
  make('COPY', listKey, listKey, fc.constantFrom([], ['REPLACE'])),
  make('PEXPIRE', listKey, ms),
  make('DEL', listKey),
  { weight: 3, arbitrary: make('XADD', streamKey, streamId, field, value, field, value) },
  make('XADD', streamKey, fc.constant('MAXLEN'), fc.constantFrom('0', '1', '2'), streamId, field, value),
  make('XDEL', streamKey, fc.constantFrom('3-1', '100', '5-0', '5-1', '200-7')),
  make('XTRIM', streamKey, fc.constant('MINID'), fc.constantFrom('4', '150', '9999999999999')),
  make(
    'XSETID',
    streamKey,
    fc.constantFrom('300', '9999999999999-5'),
    fc.constantFrom([], ['ENTRIESADDED', '9']),
  ),
  make('RENAME', streamKey, fc.constantFrom('x', 'w', 'h', 'a')),
  make('COPY', streamKey, streamKey, fc.constantFrom([], ['REPLACE'])),
  make('PEXPIRE', streamKey, ms),
  make('DEL', streamKey),
  make('DEL', fc.constantFrom('h', 's')),
  make('RENAME', fc.constantFrom('h', 's'), fc.constantFrom('h', 't')),
  make('COPY', hashKey, hashKey, fc.constantFrom([], ['REPLACE'])),
  make('PEXPIRE', fc.constantFrom('h', 's'), ms),
  make('SET', fc.constantFrom('h', 's'), value),
  make('GET', key),
  { weight: 2, arbitrary: fc.constantFrom(10, 50, 100, 2000).map((passMs) => ({ passMs })) },
  fc.nat(2).map((db) => ({ db })),
);

/** Plays a history; each command's deltas are one batch of the node. */
function play(steps: readonly Step[], keepsDead: boolean): { node: TestNode; nowMs: number } {
  const node = new TestNode('a', { keepsDead });
  const client = new CommandNode({ store: node.store, nowMs: buildMs + 1000 });
  for (const s of steps) {
    if ('passMs' in s) client.advance(s.passMs);
    else if ('db' in s) client.client.session.db = s.db;
    else node.run(() => client.bytes(...s.command));
  }
  return { node, nowMs: client.nowMs };
}

/** Joins a batch as recovery does: there is nobody to ask for what is missing. */
function replay(node: TestNode, batch: Buffer): void {
  const { reader, store } = node;
  store.recorder = undefined;
  reader.open(batch, 0, batch.length);
  while (reader.next()) {
    const result = store.join(reader, undefined);
    assert.ok(result === JoinResult.joined || result === JoinResult.stale, `join gave ${result}`);
  }
}

/** What clients see by database, whichever keyspace it shows. */
function seen(node: TestNode): Record<string, string> {
  const { store } = node;
  const lines = Object.entries(node.visible()).map(([name, value]) => {
    const colon = name.indexOf(':');
    return [`${store.databaseOf(Number(name.slice(0, colon)))}${name.slice(colon)}`, value];
  });
  return Object.fromEntries(lines.sort());
}

for (const keepsDead of [true, false]) {
  const who = keepsDead ? 'a node with peers' : 'a node without peers';

  test(`the deltas of ${who}, joined into an empty store, give what the commands left`, () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const { node, nowMs } = play(steps, keepsDead);
        const fresh = new TestNode('b', { keepsDead });
        fresh.setTime(nowMs);
        for (const batch of node.history) replay(fresh, batch);
        assert.deepEqual(seen(fresh), seen(node));
      }),
      { numRuns: runs(250) },
    );
  });
}

test('deltas that come twice change nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const { node, nowMs } = play(steps, true);
      const fresh = new TestNode('b');
      fresh.setTime(nowMs);
      node.history.forEach((batch, i) => {
        replay(fresh, batch);
        if (i > 0) replay(fresh, node.history[i - 1]!);
        replay(fresh, batch);
      });
      assert.deepEqual(seen(fresh), seen(node));
    }),
    { numRuns: runs(300) },
  );
});

test('two nodes that ran commands apart agree once each has the deltas of the other', () => {
  const turn = fc.record({ node: fc.nat(1), step });
  fc.assert(
    fc.property(fc.array(turn, { maxLength: 30 }), (turns) => {
      const nodes = [new TestNode('a'), new TestNode('b')];
      const clients = nodes.map((n) => new CommandNode({ store: n.store, nowMs: buildMs + 1000 }));
      for (const { node, step: s } of turns) {
        if ('passMs' in s) for (const client of clients) client.advance(s.passMs);
        else if ('db' in s) clients[node]!.client.session.db = s.db;
        else if (s.command[0] !== 'SWAPDB') {
          nodes[node]!.run(() => clients[node]!.bytes(...s.command));
        }
      }
      const [left, right] = nodes.map((n) => [...n.history]);
      for (const batch of left!) nodes[1]!.join(batch, nodes[0]!);
      for (const batch of right!) nodes[0]!.join(batch, nodes[1]!);
      assert.deepEqual(seen(nodes[0]!), seen(nodes[1]!));
    }),
    { numRuns: runs(250) },
  );
});

test('a command that fails or only reads emits nothing', () => {
  const node = new CommandNode();
  node.run('MSET a 1 b x');
  const before = node.store.recorder?.count;
  const lines = [
    'GET a',
    'MGET a b',
    'EXISTS a',
    'INCR b',
    'INCRBYFLOAT b 1',
    'SET a 2 NX',
    'SET a 2 EX 0',
    'SETRANGE a -1 x',
    'SETRANGE a 600000000 x',
    'MSET a 1 b',
    'MSETNX c 1 a 2',
    'EXPIRE a 10 XX',
    'PERSIST a',
    'RENAME missing a',
    'RENAMENX a b',
    'COPY a b',
    'MOVE a 0',
    'DEL missing',
    'FLUSHALL what',
    'SWAPDB 0 0',
    'PFCOUNT missing',
    'PFADD a x',
    'SCAN 0',
    'KEYS *',
  ];
  for (const line of lines) {
    node.run(line);
    assert.equal(node.store.recorder?.count, before, line);
  }
});
