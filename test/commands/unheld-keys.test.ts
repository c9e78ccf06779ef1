import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampMax } from '../../src/base/clock.ts';
import type { Keeper } from '../../src/commands/unheld-keys.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { copyRecord } from '../../src/delta/copy-record.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { JoinResult } from '../../src/store/join-result.ts';
import type { Store } from '../../src/store/store.ts';
import { bulk, Rig, type RigClient } from './command-rig.ts';

/** Joins what one store says of a key, or of everything, into another. */
function copy(from: Store, to: Store, key?: Buffer, db = 0): void {
  const writer = new BatchWriter(from.origins);
  if (key !== undefined) from.emitKey(writer, db, key);
  else {
    const scan = from.scan(undefined);
    while (scan.next(writer, 65_536));
  }
  const reader = new BatchReader(to.origins);
  reader.open(writer.buf, 0, writer.pos);
  while (reader.next()) {
    const result = to.join(reader, new VersionVector(), key !== undefined);
    if (result === JoinResult.joined && to.recorder !== undefined) copyRecord(reader, to.recorder);
  }
}

/** An edge that has evicted everything, and its hub, which answers when it is told to. */
class Pair implements Keeper {
  readonly edge = new Rig({ memoryBytes: 64 * 1024 * 1024 });
  readonly hub = new Rig({ memoryBytes: 64 * 1024 * 1024 });
  readonly client: RigClient;
  isReachable = true;
  readonly asked: {
    readonly db: number;
    readonly key: string;
    readonly done: (error: string | undefined) => void;
  }[] = [];

  constructor(...commands: readonly string[][]) {
    const { edge, hub } = this;
    hub.store.self = hub.store.origins.intern('hub/00000001');
    for (const { store } of [edge, hub]) store.keepDead();
    const kept = new VersionVector();
    kept.advance(edge.store.self, stampMax, 0);
    edge.store.eviction.kept = () => kept;
    edge.store.eviction.policy = 'allkeys-lru';
    this.client = edge.connect();
    for (const command of commands) assert.ok(!this.client.send(...command).startsWith('-'));
    copy(edge.store, hub.store);
    while (edge.store.counts().keys > 0 && edge.store.eviction.relieve(0));
    assert.equal(edge.store.counts().keys, 0);
    edge.services.unheldKeys.begin(this);
  }

  fetch(db: number, key: Buffer, done: (error: string | undefined) => void): void {
    this.asked.push({ db, key: key.toString(), done });
  }

  /** Lets the requests go out, and answers them. Returns the keys that were asked for. */
  answer(): string[] {
    this.edge.timers.endTurn();
    const asked = this.asked.splice(0);
    for (const { db, key, done } of asked) {
      copy(this.hub.store, this.edge.store, Buffer.from(key), db);
      this.edge.store.holdWhole(db, Buffer.from(key));
      done(undefined);
    }
    this.edge.timers.endTurn();
    return asked.map(({ db, key }) => (db === 0 ? key : `${db}:${key}`));
  }

  /** Sends what has to wait for keys; the reply comes once they are here. */
  ask(...args: string[]): string {
    assert.equal(this.client.send(...args), '', `${args.join(' ')} waits`);
    this.answer();
    return this.client.lateNow();
  }

  /** Sends to the hub what the edge wrote since, and returns the hub's reply to a command. */
  onHub(...args: string[]): string {
    copy(this.edge.store, this.hub.store);
    return this.hub.connect().send(...args);
  }
}

const everyType: readonly (readonly [
  make: string[],
  read: string[],
  reply: string,
  write: string[],
  written: string,
])[] = [
  [['SET', 'k', 'v'], ['GET', 'k'], bulk('v'), ['APPEND', 'k', 'w'], ':2\r\n'],
  [['INCRBY', 'k', '5'], ['GET', 'k'], bulk('5'), ['INCR', 'k'], ':6\r\n'],
  [['HSET', 'k', 'f', 'v'], ['HGET', 'k', 'f'], bulk('v'), ['HSET', 'k', 'f', 'w'], ':0\r\n'],
  [['HINCRBY', 'k', 'f', '2'], ['HGET', 'k', 'f'], bulk('2'), ['HINCRBY', 'k', 'f', '1'], ':3\r\n'],
  [['SADD', 'k', 'm'], ['SCARD', 'k'], ':1\r\n', ['SADD', 'k', 'm'], ':0\r\n'],
  [['ZADD', 'k', '1', 'm'], ['ZSCORE', 'k', 'm'], bulk('1'), ['ZINCRBY', 'k', '1', 'm'], bulk('2')],
  [['RPUSH', 'k', 'a', 'b'], ['LINDEX', 'k', '1'], bulk('b'), ['RPUSH', 'k', 'c'], ':3\r\n'],
  [['XADD', 'k', '5-1', 'f', 'v'], ['XLEN', 'k'], ':1\r\n', ['XDEL', 'k', '5-1'], ':1\r\n'],
  [['PFADD', 'k', 'a'], ['PFCOUNT', 'k'], ':1\r\n', ['PFADD', 'k', 'a'], ':0\r\n'],
  [['SETBIT', 'k', '3', '1'], ['BITCOUNT', 'k'], ':1\r\n', ['SETBIT', 'k', '3', '0'], ':1\r\n'],
];

for (const [make, read, reply, write, written] of everyType) {
  test(`what ${make[0]} made is fetched to be read by ${read[0]} and written by ${write[0]}`, () => {
    const pair = new Pair(make);
    assert.equal(pair.ask(...read), reply);
    assert.equal(pair.client.send(...read), reply, 'it is here now');
    const other = new Pair(make);
    assert.equal(other.ask(...write), written);
    assert.equal(other.onHub(...read), other.client.send(...read));
  });
}

test('DEL, EXPIRE and RENAME find the key, as do WATCH and keys of other arguments', () => {
  assert.equal(new Pair(['RPUSH', 'k', 'a']).ask('DEL', 'k'), ':1\r\n');
  assert.equal(new Pair(['RPUSH', 'k', 'a']).ask('PEXPIRE', 'k', '1000'), ':1\r\n');
  const pair = new Pair(
    ['SET', 'k', 'v'],
    ['SADD', 'to', 'm'],
    ['ZADD', 'z', '1', 'a'],
    ['SET', 'w', '1'],
    ['SET', 'e', '1'],
  );
  assert.equal(pair.ask('RENAME', 'k', 'to'), '+OK\r\n');
  assert.equal(pair.client.send('GET', 'to'), bulk('v'));
  assert.equal(pair.onHub('GET', 'to'), bulk('v'));
  assert.equal(pair.ask('ZUNIONSTORE', 'sum', '1', 'z'), ':1\r\n');
  assert.equal(pair.ask('WATCH', 'w'), '+OK\r\n');
  assert.equal(pair.ask('OBJECT', 'ENCODING', 'e'), bulk('int'));
});

test('a key in another database is looked at there', () => {
  const pair = new Pair(['SET', 'k', 'v']);
  const { client } = pair;
  client.send('SELECT', '1');
  assert.equal(client.send('SET', 'k', 'other'), '+OK\r\n');
  assert.equal(pair.ask('MOVE', 'k', '0'), ':0\r\n');
  assert.equal(client.send('COPY', 'k', 'k', 'DB', '0'), ':0\r\n');
  const second = new Pair(['SET', 'k', 'v']);
  second.client.send('SELECT', '1');
  second.client.send('SET', 'j', 'other');
  assert.equal(second.ask('COPY', 'j', 'k', 'DB', '0'), ':0\r\n');
});

test('however many clients ask for a key, it is fetched once', () => {
  const pair = new Pair(['HSET', 'k', 'f', 'v']);
  const others = Array.from({ length: 5 }, () => pair.edge.connect());
  for (const client of others) assert.equal(client.send('HGET', 'k', 'f'), '');
  assert.deepEqual(pair.answer(), ['k']);
  for (const client of others) assert.equal(client.lateNow(), bulk('v'));
  assert.equal(pair.edge.services.unheldKeys.fetched, 1);
});

test('a transaction fetches the keys of all its commands before it runs', () => {
  const pair = new Pair(['SET', 'a', '1'], ['HSET', 'b', 'f', '2'], ['SET', 'c', '3']);
  pair.client.send('MULTI');
  assert.equal(pair.client.send('GET', 'a'), '+QUEUED\r\n');
  pair.client.send('HGET', 'b', 'f');
  pair.client.send('SET', 'c', '4');
  assert.equal(pair.client.send('EXEC'), '');
  assert.deepEqual(pair.answer().sort(), ['a', 'b']);
  assert.equal(pair.client.lateNow(), `*3\r\n${bulk('1')}${bulk('2')}+OK\r\n`);
});

test('whole values never wait, and counters that were under them are dead', () => {
  const pair = new Pair(['INCRBY', 'k', '5'], ['HSET', 'h', 'f', 'v'], ['SET', 's', 'old']);
  assert.equal(pair.client.send('SET', 'k', '1'), '+OK\r\n');
  assert.equal(pair.client.send('MSET', 'h', '2', 's', '3'), '+OK\r\n');
  for (const [key, value] of Object.entries({ k: '1', h: '2', s: '3' })) {
    assert.equal(pair.client.send('GET', key), bulk(value));
    assert.equal(pair.onHub('GET', key), bulk(value));
  }
  assert.equal(pair.client.send('INCR', 'k'), ':2\r\n');
  assert.equal(pair.onHub('GET', 'k'), bulk('2'));
  assert.ok(pair.edge.store.holdsAll);
});

test('SET with a condition needs the key', () => {
  const pair = new Pair(['SET', 'k', 'v'], ['SET', 'l', 'v']);
  assert.equal(pair.ask('SET', 'k', 'w', 'NX'), '$-1\r\n');
  assert.equal(pair.ask('SETNX', 'l', 'w'), ':0\r\n');
});

test('a list that a client waits for is fetched when something comes for it', () => {
  const pair = new Pair(['XADD', 'k', '5-1', 'f', 'v']);
  const reader = pair.edge.connect();
  assert.equal(reader.send('XREAD', 'BLOCK', '0', 'STREAMS', 'k', '5-1'), '');
  pair.answer();
  assert.equal(reader.lateNow(), '', 'nothing new yet');
  while (pair.edge.store.counts().keys > 0 && pair.edge.store.eviction.relieve(0));
  pair.hub.connect().send('XADD', 'k', '6-1', 'f', 'w');
  const writer = new BatchWriter(pair.hub.store.origins);
  pair.hub.store.emitKey(writer, 0, Buffer.from('k'));
  const d = new BatchReader(pair.edge.store.origins);
  d.open(writer.buf, 0, writer.pos);
  while (d.next()) pair.edge.store.join(d, new VersionVector(), false, true);
  assert.deepEqual(pair.answer(), ['k']);
  assert.match(reader.lateNow(), /6-1/);
});

const evicted = /^-EVICTED /;

test('while the hub cannot be reached, reads answer by what is here, or an error where that is wanted', () => {
  const pair = new Pair(['SET', 'k', 'v']);
  pair.isReachable = false;
  assert.equal(pair.client.send('GET', 'k'), '$-1\r\n');
  assert.equal(pair.client.send('EXISTS', 'k'), ':0\r\n');
  assert.equal(pair.edge.services.unheldKeys.readInPart, 2);
  pair.edge.services.unheldKeys.readsFail = true;
  assert.match(pair.client.send('GET', 'k'), evicted);
});

test('while the hub cannot be reached, what adds is joined later, what depends on the rest is refused', () => {
  const pair = new Pair(
    ['HSET', 'h', 'a', '1'],
    ['SADD', 's', 'a'],
    ['ZADD', 'z', '1', 'a'],
    ['RPUSH', 'l', 'a'],
    ['XADD', 'x', '5-1', 'f', 'v'],
    ['INCR', 'n'],
    ['HINCRBY', 'c', 'f', '7'],
    ['SET', 'v', 'text'],
  );
  pair.isReachable = false;
  const { client } = pair;
  const refused = [
    ['INCR', 'n'],
    ['APPEND', 'v', 'x'],
    ['DEL', 'v'],
    ['HDEL', 'h', 'a'],
    ['HSET', 'c', 'f', '1'],
    ['ZADD', 'z', 'NX', '1', 'b'],
    ['XADD', 'x', 'NOMKSTREAM', '*', 'f', 'v'],
    ['EXPIRE', 'h', '10'],
    ['SUNIONSTORE', 's', 'other'],
    ['PFADD', 'v', 'x'],
  ];
  for (const command of refused) assert.match(client.send(...command), evicted, command.join(' '));
  assert.match(client.send('SADD', 'v', 'm'), /^-WRONGTYPE/);
  for (const command of [
    ['HSET', 'h', 'b', '2'],
    ['SADD', 's', 'b'],
    ['ZADD', 'z', '2', 'b'],
    ['RPUSH', 'l', 'b'],
    ['XADD', 'x', '6-1', 'f', 'w'],
    ['SET', 'n', '40'],
  ]) {
    assert.ok(!client.send(...command).startsWith('-'), command.join(' '));
  }
  assert.equal(client.send('HLEN', 'h'), ':1\r\n');
  assert.equal(client.send('INCR', 'n'), ':41\r\n');
  assert.equal(pair.onHub('HLEN', 'h'), ':2\r\n');
  assert.equal(pair.onHub('GET', 'n'), bulk('41'));
  pair.isReachable = true;
  const reads = ['HLEN h', 'SCARD s', 'ZCARD z', 'LLEN l', 'XLEN x'];
  for (const read of reads) assert.equal(pair.ask(...read.split(' ')), ':2\r\n', read);
  pair.client.send('MULTI');
  pair.client.send('INCR', 'c');
  pair.isReachable = false;
  assert.match(pair.client.send('EXEC'), /^\*1\r\n-EVICTED /);
});

/** What a command makes in the hub's own journal reaches the edge as it would in passing. */
function passOn(pair: Pair, ...command: string[]): void {
  const { hub, edge } = pair;
  const from = hub.store.recorder!.count;
  hub.connect().send(...command);
  assert.ok(hub.store.recorder!.count > from);
  const writer = new BatchWriter(hub.store.origins);
  hub.store.emitKey(writer, 0, Buffer.from(command[1]!));
  const d = new BatchReader(edge.store.origins);
  d.open(writer.buf, 0, writer.pos);
  while (d.next()) edge.store.join(d, new VersionVector(), false, true);
}

test('EXEC fetches keys of the database that a SELECT among its commands chooses', () => {
  const pair = new Pair(
    ['SET', 'a', '0'],
    ['SET', 'k', '0'],
    ['SELECT', '1'],
    ['SET', 'k', '1'],
    ['SELECT', '0'],
  );
  const { client } = pair;
  for (const command of [['MULTI'], ['GET', 'a'], ['SELECT', '1'], ['APPEND', 'k', 'x'], ['SELECT', '0']]) {
    client.send(...command);
  }
  assert.equal(client.send('EXEC'), '');
  assert.deepEqual(pair.answer(), ['a', '1:k']);
  assert.equal(client.lateNow(), `*4\r\n${bulk('0')}+OK\r\n:2\r\n+OK\r\n`);
  assert.equal(client.session.db, 0);
  assert.equal(pair.ask('GET', 'k'), bulk('0'));
});

const sorting = [
  ['RPUSH', 'ids', '1', '2', '3'],
  ['MSET', 'weight:1', '30', 'weight:2', '10', 'weight:3', '20'],
  ['HSET', 'name:1', 'first', 'a'],
  ['HSET', 'name:2', 'first', 'b'],
  ['HSET', 'name:3', 'first', 'c'],
];

test('SORT fetches what its patterns name, and is refused where that cannot be', () => {
  const sort = ['SORT', 'ids', 'BY', 'weight:*', 'GET', '#', 'GET', 'name:*->first'];
  const pair = new Pair(...sorting);
  const { client } = pair;
  assert.equal(client.send(...sort), '');
  assert.deepEqual(pair.answer(), ['ids']);
  assert.equal(pair.answer().length, 6);
  assert.equal(client.lateNow(), `*6\r\n${['2', 'b', '3', 'c', '1', 'a'].map(bulk).join('')}`);
  const alone = new Pair(...sorting);
  alone.isReachable = false;
  assert.match(alone.client.send(...sort), evicted);
  const part = ['SORT_RO', 'ids', 'BY', 'weight:*', 'GET', 'name:*->first'];
  assert.equal(alone.client.send(...part), '*0\r\n', 'by what is here');
  alone.edge.services.unheldKeys.readsFail = true;
  assert.match(alone.client.send(...part), evicted);
});

test('a SORT in a transaction that is about keys made there is refused where they name evicted ones', () => {
  const pair = new Pair(...sorting);
  const { client } = pair;
  client.send('MULTI');
  client.send('RPUSH', 'mine', '1', '2');
  client.send('SORT_RO', 'mine', 'BY', 'nosort', 'GET', 'weight:*');
  assert.match(client.send('EXEC'), /^\*2\r\n:2\r\n-EVICTED /);
});

test('pushes on a list that is not here stand at the ends that it had, and beyond what has come since', () => {
  const pair = new Pair(['RPUSH', 'l', 'c', 'd'], ['LPUSH', 'l', 'b']);
  passOn(pair, 'RPUSH', 'l', 'e');
  assert.equal(pair.edge.store.counts().keys, 0);
  pair.isReachable = false;
  assert.equal(pair.client.send('RPUSH', 'l', 'f', 'g'), ':2\r\n');
  assert.equal(pair.client.send('LPUSH', 'l', 'a'), ':3\r\n');
  assert.match(pair.client.send('LINSERT', 'l', 'BEFORE', 'f', 'x'), evicted);
  assert.equal(pair.client.send('RPUSH', 'l', 'h'), ':4\r\n');
  assert.equal(pair.client.send('LRANGE', 'l', '0', '-1').replace(/[^a-z]/g, ''), 'afgh');
  assert.equal(pair.onHub('LRANGE', 'l', '0', '-1').replace(/[^a-z]/g, ''), 'abcdefgh');
  // The part goes too, and what is pushed then is at the ends of both.
  while (pair.edge.store.counts().keys > 0 && pair.edge.store.eviction.relieve(0));
  assert.equal(pair.edge.store.counts().keys, 0);
  assert.equal(pair.client.send('RPUSH', 'l', 'i'), ':1\r\n');
  assert.equal(pair.onHub('LRANGE', 'l', '0', '-1').replace(/[^a-z]/g, ''), 'abcdefghi');
  pair.isReachable = true;
  assert.equal(pair.ask('LRANGE', 'l', '0', '-1').replace(/[^a-z]/g, ''), 'abcdefghi');
});

test('the ends of a list outlive a snapshot; where nobody knows them, pushes are refused', () => {
  const pair = new Pair(['RPUSH', 'l', 'b'], ['RPUSH', 'm', 'b'], ['SET', 's', 'v']);
  const writer = new BatchWriter(pair.edge.store.origins);
  const scan = pair.edge.store.scan(undefined, true);
  while (scan.next(writer, 65_536));
  const again = new Pair();
  const d = new BatchReader(again.edge.store.origins);
  d.open(writer.buf, 0, writer.pos);
  while (d.next()) again.edge.store.join(d, undefined, true);
  copy(pair.hub.store, again.hub.store);
  again.isReachable = false;
  assert.equal(again.client.send('LPUSH', 'l', 'a'), ':1\r\n');
  assert.equal(again.client.send('RPUSH', 'l', 'c'), ':2\r\n');
  assert.equal(again.onHub('LRANGE', 'l', '0', '-1').replace(/[^a-z]/g, ''), 'abc');
  // As a node of an older version has noted it.
  const key = Buffer.from('n');
  const { store } = again.edge;
  const hash = store.hash.of(key, 0, key.length);
  store.unheld.mark(store.keyspaces[0]!, hash, key, 0, 1, { type: 1, hasCounters: false }, store.nextDot());
  assert.match(again.client.send('RPUSH', 'n', 'c'), evicted);
});

test('a hub that does not answer in time is told of, a link that goes down is as no link', () => {
  const pair = new Pair(['SET', 'k', 'v'], ['SET', 'l', 'v']);
  assert.equal(pair.client.send('GET', 'k'), '');
  pair.edge.advance(2500);
  pair.edge.advance(1);
  assert.match(pair.client.lateNow(), /^-EVICTED .*in time/);
  assert.equal(pair.client.send('GET', 'l'), '');
  pair.edge.timers.endTurn();
  pair.isReachable = false;
  for (const { done } of pair.asked.splice(0)) done('the link went down');
  pair.edge.timers.endTurn();
  assert.equal(pair.client.lateNow(), '$-1\r\n');
});

test('a client that is gone, or may not wait, holds nothing up', () => {
  const pair = new Pair(['SET', 'k', 'v']);
  const library = pair.edge.connect();
  library.session.denyBlocking = true;
  assert.equal(library.send('GET', 'k'), '$-1\r\n');
  const gone = pair.edge.connect();
  assert.equal(gone.send('GET', 'k'), '');
  gone.closed = true;
  assert.deepEqual(pair.answer(), ['k']);
  assert.equal(pair.client.send('GET', 'k'), bulk('v'));
});

test('nothing asks while every key is held', () => {
  const pair = new Pair(['SET', 'k', 'v']);
  assert.notEqual(pair.edge.services.attention.bits, 0);
  assert.equal(pair.ask('GET', 'k'), bulk('v'));
  assert.equal(pair.edge.services.attention.bits, 0);
});

test('MSET of very many over keys that were evicted, before it came or before its turn, is done at once', () => {
  const pair = new Pair(['SET', 'k', 'old'], ['INCRBY', 'n', '5']);
  const { edge, client } = pair;
  const pairs = Array.from({ length: 5000 }, (_, n) => [`new${n}`, 'v']).flat();
  assert.equal(client.send('MSET', ...pairs, 'k', 'first', 'n', '7'), '+OK\r\n');
  assert.equal(client.send('MSET', ...pairs, 'k', 'second', 'n', '8'), '');
  while (edge.store.counts().keys > 0 && edge.store.eviction.relieve(0));
  for (let turn = 0; turn < 100; turn++) edge.timers.endTurn();
  assert.equal(client.lateNow(), '+OK\r\n');
  assert.equal(client.send('MGET', 'k', 'n', 'new4999'), '*3\r\n$6\r\nsecond\r\n$1\r\n8\r\n$1\r\nv\r\n');
  assert.deepEqual(pair.asked, []);
});

test('SADD of very many to a set that is evicted before its turn counts with what the keeper has', () => {
  const pair = new Pair(['SADD', 's', 'm1', 'old']);
  const { edge, client } = pair;
  assert.equal(pair.ask('SCARD', 's'), ':2\r\n');
  const members = Array.from({ length: 20_000 }, (_, n) => `m${n}`);
  assert.equal(client.send('SADD', 's', ...members), '');
  while (edge.store.counts().keys > 0 && edge.store.eviction.relieve(0));
  for (let turn = 0; turn < 10; turn++) edge.timers.endTurn();
  assert.deepEqual(pair.answer(), ['s']);
  for (let turn = 0; turn < 200; turn++) edge.timers.endTurn();
  assert.equal(client.lateNow(), ':19999\r\n');
  assert.equal(client.send('SCARD', 's'), ':20001\r\n');
});

const many = Array.from({ length: 20_000 }, (_, n) => `e${n}`);
const half = [many.slice(0, 10_000), many.slice(10_000)];
const inSlices: Readonly<
  Record<string, readonly [make: string[][], reply: string, read: string[], shown: string]>
> = {
  'LTRIM k 0 0': [half.map((part) => ['RPUSH', 'k', ...part]), '+OK\r\n', ['LLEN', 'k'], ':1\r\n'],
  'LPOP k 19000': [half.map((part) => ['RPUSH', 'k', ...part]), '*19000', ['LLEN', 'k'], ':1000\r\n'],
  'SPOP k 19000': [half.map((part) => ['SADD', 'k', ...part]), '*19000', ['SCARD', 'k'], ':1000\r\n'],
  'LRANGE k 0 -1': [half.map((part) => ['RPUSH', 'k', ...part]), '*20000', ['LLEN', 'k'], ':20000\r\n'],
  'SUNIONSTORE k s': [half.map((part) => ['SADD', 's', ...part]), ':20000', ['SCARD', 's'], ':20000\r\n'],
  'SETRANGE k 5000000 w': [[['SET', 'k', 'v']], ':5000001\r\n', ['GETRANGE', 'k', '0', '0'], bulk('v')],
};
for (const [line, [make, reply, read, shown]] of Object.entries(inSlices)) {
  test(`a key that is evicted before ${line} in slices has its turn is fetched again`, () => {
    const pair = new Pair(...make);
    const { edge, client } = pair;
    pair.ask(...read);
    assert.equal(client.send(...line.split(' ')), '');
    while (edge.store.counts().keys > 0 && edge.store.eviction.relieve(0));
    let late = '';
    for (let turns = 0; late === '' && turns < 1000; turns++) {
      pair.answer();
      late = client.lateNow();
    }
    assert.equal(late.slice(0, reply.length), reply);
    assert.equal(client.send(...read), shown);
    assert.equal(pair.onHub(...read), shown);
  });
}
