import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampCountersPerMs } from '../../src/base/clock.ts';
import type { CommandEntry } from '../../src/commands/command-table.ts';
import { dumpInSteps, dumpPayload } from '../../src/commands/rdb/payload.ts';
import { usualSliceSizes } from '../../src/store/slice-sizes.ts';
import { type Argument, CommandNode } from './harness.ts';
import { errorOf, parsed, replayed, shown, sliced, smallNode, smallSlices, whole } from './in-slices.ts';
import { type Reply, ReplyError } from './parse-reply.ts';

const count = 2000;

/** What fills each key, given the numbers of some elements. */
const fills: Readonly<Record<string, (numbers: readonly number[]) => Argument[]>> = {
  s: (numbers) => ['SADD', 's', ...numbers.map((n) => `e${n}`)],
  h: (numbers) => ['HSET', 'h', ...numbers.flatMap((n) => [`e${n}`, `ve${n}`])],
  l: (numbers) => ['RPUSH', 'l', ...numbers.map((n) => `e${n}`)],
  z: (numbers) => ['ZADD', 'z', ...numbers.flatMap((n) => [n, `e${n}`])],
  half: (numbers) => ['SADD', 'half', ...numbers.filter((n) => n % 2 === 0).map((n) => `e${n}`)],
  g: (numbers) => [
    'GEOADD',
    'g',
    ...numbers.flatMap((n) => [(n % 200) / 100, Math.floor(n / 200) / 50, `e${n}`]),
  ],
};

/** A node with those of the large keys that the words name, by default all. */
function filled(words: readonly string[] = Object.keys(fills)): CommandNode {
  const node = smallNode();
  const named = Object.keys(fills).filter((key) => words.some((w) => w === key || w.startsWith(`${key}->`)));
  assert.ok(named.length > 0, words.join(' '));
  const numbers = Array.from({ length: count }, (_, i) => i);
  for (const key of named) whole(node, fills[key]!(numbers));
  return node;
}

const commands = [
  ['SMEMBERS', 's'],
  ['HGETALL', 'h'],
  ['HKEYS', 'h'],
  ['HVALS', 'h'],
  ['LRANGE', 'l', '1', '-2'],
  ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'],
  ['ZRANGE', 'z', '5', '-1', 'REV'],
  ['ZRANDMEMBER', 'z', '3000', 'WITHSCORES'],
  ['ZRANGEBYSCORE', 'z', '(3', '1900'],
  ['ZREVRANGEBYLEX', 'z', '+', '-'],
  ['SUNION', 's', 'half'],
  ['SINTER', 's', 'half'],
  ['SDIFF', 's', 'half'],
  ['SINTERCARD', '2', 's', 'half'],
  ['GEOSEARCH', 'g', 'FROMLONLAT', '1', '1', 'BYRADIUS', '100', 'KM', 'DESC', 'WITHDIST'],
  ['GEOSEARCH', 'g', 'FROMLONLAT', '1', '1', 'BYBOX', '150', '90', 'KM', 'WITHCOORD', 'WITHHASH'],
  ['ZUNION', '2', 'z', 'half', 'WITHSCORES'],
  ['ZINTER', '2', 'z', 's', 'WEIGHTS', '1', '3', 'WITHSCORES'],
  ['ZDIFF', '2', 'z', 'half'],
  ['ZINTERCARD', '2', 'z', 'half', 'LIMIT', '900'],
  ['SORT', 'l', 'ALPHA', 'DESC'],
  ['SORT', 's', 'ALPHA', 'LIMIT', '10', '1500'],
  ['SORT', 'z', 'BY', 'nosort', 'GET', '#', 'GET', 'h->*'],
  ['SORT_RO', 'l', 'BY', 'w_*', 'ALPHA'],
];

for (const words of commands) {
  test(`${words.join(' ')} in slices replies what it does as a whole`, () => {
    const node = filled(words);
    const expected = whole(node, words);
    assert.deepEqual(sliced(node, words), expected);
    const added = (): void => {
      const other = node.rig.connect();
      for (const line of ['SADD s new', 'HSET h new x', 'RPUSH l new', 'ZADD z 7 new', 'SADD half new']) {
        other.send(...line.split(' '));
      }
    };
    const reply = sliced(node, words, added);
    assert.deepEqual(reply, whole(node, words), 'what is there after the change, whole');
  });
}

for (const name of ['HGETALL', 'HKEYS', 'HVALS']) {
  test(`${name} of fields with deadlines in slices shows those that had not expired when it began`, () => {
    const node = filled(['h']);
    const expire = (ms: string, from: number): void => {
      const fields = Array.from({ length: 500 }, (_, i) => `e${from + i}`);
      node.call('HPEXPIRE', 'h', ms, 'FIELDS', String(fields.length), ...fields);
    };
    expire('50', 0);
    expire('200', 900);
    node.rig.advance(100);
    const expected = whole(node, [name, 'h']);
    const passes = (): void => node.rig.advance(150);
    assert.deepEqual(sliced(node, [name, 'h'], passes), expected);
    const left = sliced(node, [name, 'h']) as string[];
    assert.equal(left.length, (count - 1000) * (name === 'HGETALL' ? 2 : 1));
    const purge = (): void => {
      while (node.store.fieldExpiry.slice(1000));
    };
    // The order may be another one when there are fewer.
    assert.deepEqual(sorted(sliced(node, [name, 'h'], purge)), sorted(left));
  });
}

test('many random elements come in slices, different ones or not', () => {
  const node = filled(['s', 'h', 'z']);
  for (const [words, size] of [
    [['SRANDMEMBER', 's', '1700'], 1700],
    [['HRANDFIELD', 'h', '10000'], count],
  ] as const) {
    const drawn = sliced(node, [...words]) as string[];
    assert.equal(drawn.length, size);
    assert.equal(new Set(drawn).size, size);
  }
  const scored = sliced(node, ['ZRANDMEMBER', 'z', '1700', 'WITHSCORES']) as string[];
  const names = scored.filter((_, i) => i % 2 === 0);
  assert.equal(new Set(names).size, 1700);
  for (const [i, name] of names.entries()) assert.equal(name, `e${scored[i * 2 + 1]}`);
  assert.equal((sliced(node, ['ZRANDMEMBER', 'z', '-5000']) as string[]).length, 5000);
  node.run('SADD few a b');
  node.run('ZADD fewer 1 a 2 b');
  node.run('HSET fewest a 1 b 2');
  for (const words of ['SRANDMEMBER few', 'ZRANDMEMBER fewer', 'HRANDFIELD fewest']) {
    const drawn = sliced(node, [...words.split(' '), '-4000']) as string[];
    assert.deepEqual([drawn.length, new Set(drawn).size], [4000, 2]);
  }
  const repeated = sliced(node, ['SRANDMEMBER', 's', '-4000']) as string[];
  assert.equal(repeated.length, 4000);
  const pairs = sliced(node, ['HRANDFIELD', 'h', '-2000', 'WITHVALUES']) as string[];
  assert.equal(pairs.length, 4000);
  for (let i = 0; i < pairs.length; i += 2) assert.equal(pairs[i + 1], `v${pairs[i]}`);
});

test('a key that goes meanwhile is read as one that is not there', () => {
  for (const words of [
    ['SMEMBERS', 's'],
    ['SRANDMEMBER', 's', '-2000'],
    ['SRANDMEMBER', 's', '2000'],
    ['HRANDFIELD', 'h', '-2000', 'WITHVALUES'],
    ['HRANDFIELD', 'h', '2000'],
    ['ZRANGE', 'z', '0', '-1'],
    ['LRANGE', 'l', '0', '-1'],
  ]) {
    const node = filled([words[1]!]);
    const del = (): void => {
      node.rig.connect().send('FLUSHALL');
    };
    assert.deepEqual(sliced(node, words, del), [], words.join(' '));
  }
});

test('where a key never stands still the read is done as a whole in the end', () => {
  const node = filled(['s']);
  const other = node.rig.connect();
  assert.equal(node.client.send('SMEMBERS', 's'), '');
  let late = '';
  let turns = 0;
  for (; late === ''; turns++) {
    other.send('SADD', 's', `new${turns}`);
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  assert.ok(turns < 10);
  assert.equal((parsed(late) as string[]).length, count + turns);
});

test('an error ends it, and a client that is gone', () => {
  const node = filled(['s']);
  assert.match(errorOf(sliced(node, ['SORT', 's'])), /can't be converted into double/);
  node.client.send('SMEMBERS', 's');
  node.client.close();
  node.rig.timers.endTurn();
  assert.equal(node.client.lateNow(), '');
});

test('a client that is tracked is told of changes during its read and after it', () => {
  const node = filled(['l']);
  node.run('HELLO 3');
  node.run('CLIENT TRACKING ON');
  const other = node.rig.connect();
  const reply = sliced(node, ['LRANGE', 'l', '0', '-1'], () => void other.send('RPUSH', 'l', 'new'));
  assert.equal((reply as string[]).length, count + 1);
  assert.match(node.client.pushed(), /invalidate/);
  other.send('RPUSH', 'l', 'newer');
  assert.match(node.client.pushed(), /invalidate/);
});

test('a turn has one slice, however many clients read', () => {
  const node = filled(['l']);
  const clients = Array.from({ length: 5 }, () => node.rig.connect());
  for (const client of clients) assert.equal(client.send('LRANGE', 'l', '0', '-1'), '');
  let turns = 0;
  const waiting = new Set(clients);
  for (; waiting.size > 0; turns++) {
    node.rig.timers.endTurn();
    const done = clients.filter((client) => client.lateNow() !== '');
    assert.ok(done.length <= 1);
    for (const client of done) waiting.delete(client);
  }
  assert.equal(turns, clients.length * Math.ceil(count / (4 * smallSlices.elements)));
});

test('a command done in slices is counted once, with all of its time and its errors', () => {
  const node = filled(['s']);
  const { services, rig } = node;
  services.slowLog.slowerThanUsec = 5000;
  services.latency.thresholdUsec = 5000;
  const entry = (name: string): CommandEntry => services.table.entries().find((e) => e.name === name)!;
  rig.readingMs = 1;
  assert.equal((sliced(node, ['SMEMBERS', 's']) as string[]).length, count);
  rig.readingMs = 0;
  const { calls, usec, buckets } = entry('smembers');
  assert.equal(calls, 1);
  assert.ok(usec >= 5000, `${usec}`);
  assert.equal(
    buckets.reduce((sum, n) => sum + n, 0),
    1,
  );
  const [slow] = services.slowLog.newest(1);
  assert.equal(slow?.args.join(' '), 'SMEMBERS s');
  assert.equal(slow?.usec, usec);
  assert.ok(services.latency.events.has('command'));
  sliced(node, ['SORT', 's']);
  assert.equal(services.stats.errors.get('ERR'), 1);
  assert.equal(entry('sort').failed, 1);
  assert.equal(entry('sort').calls, 1);
});

const stores = [
  ['SUNIONSTORE', 'd', 's', 'half'],
  ['SINTERSTORE', 'd', 's', 'half'],
  ['SDIFFSTORE', 'd', 's', 'half'],
  ['SUNIONSTORE', 's', 's', 'half'],
  ['SDIFFSTORE', 'd', 'half', 's'],
  ['ZUNIONSTORE', 'd', '3', 'z', 's', 'half', 'WEIGHTS', '2', '1', '0.5'],
  ['ZINTERSTORE', 'z', '2', 'z', 'half', 'AGGREGATE', 'MIN'],
  ['ZDIFFSTORE', 'd', '2', 'z', 'half'],
  ['ZRANGESTORE', 'd', 'z', '2', '-3'],
  ['COPY', 's', 'd'],
  ['COPY', 'z', 'h', 'REPLACE'],
  ['RENAME', 'h', 'd'],
  ['COPY', 'l', 'd'],
  ['RENAME', 'l', 's'],
  ['MOVE', 'l', '3'],
  ['RENAMENX', 'z', 'd'],
  ['SORT', 'l', 'ALPHA', 'DESC', 'STORE', 'd'],
  ['SORT', 'z', 'BY', 'h->*', 'ALPHA', 'GET', '#', 'GET', 'h->*', 'STORE', 'l'],
  ['GEOSEARCHSTORE', 'd', 'g', 'FROMLONLAT', '1', '1', 'BYRADIUS', '150', 'KM', 'STOREDIST'],
  ['GEORADIUS', 'g', '1', '1', '200', 'KM', 'COUNT', '1700', 'STORE', 'z'],
];

/** Two hashes need not have their fields in one order. */
function sorted(reply: Reply): string[] {
  return (reply as string[]).toSorted();
}

test('what is stored in slices is in the log as a run, and joined it gives the same', async () => {
  for (const [words, key] of [
    [['SUNIONSTORE', 'd', 's', 'half'], 'd'],
    [['COPY', 'h', 'd', 'REPLACE'], 'd'],
    [['ZUNIONSTORE', 's', '2', 'z', 'half'], 's'],
    [['COPY', 'l', 'd', 'REPLACE'], 'd'],
    [['SORT', 'l', 'ALPHA', 'STORE', 'd'], 'd'],
    [['RENAME', 'l', 'd'], 'd'],
  ] as const) {
    for (const change of ['nothing', 'time', 'dots', 'write']) {
      const node = filled(words);
      const { rig } = node;
      node.run('SADD d old');
      rig.journal.commit(() => {});
      const from = rig.journal.seq;
      node.client.send(...words);
      let late = '';
      for (let turn = 0; late === '' && turn < 1000; turn++) {
        rig.timers.endTurn();
        late = node.client.lateNow();
        if (change === 'time') rig.advance(10_000);
        // Dots of others come up to those that lie ahead, again and again.
        const { clock } = node.store;
        if (change === 'dots') clock.witness(clock.last() + 10_000 * stampCountersPerMs);
        if (change === 'write' && turn === 4) rig.connect().send('SADD', 'else', 'where');
        rig.journal.commit(() => {});
      }
      const copy = await replayed(node, from);
      assert.deepEqual(sorted(shown(copy.node, key)), sorted(shown(node, key)));
      assert.equal(copy.runs, change === 'dots' ? 0 : 1);
      const after = node.store.clock.last();
      node.run('SADD d2 x');
      assert.ok(node.store.clock.last() > after);
    }
  }
});

test('stores in slices that go on together are all there, each with greater dots than the one before', async () => {
  const node = filled();
  const { rig } = node;
  rig.journal.commit(() => {});
  const from = rig.journal.seq;
  const clients = ['a', 'b', 'c'].map((to) => {
    const client = rig.connect();
    client.send('SUNIONSTORE', to, 's', 'half');
    return client;
  });
  const replies = clients.map(() => '');
  for (let turn = 0; turn < 2000; turn++) {
    rig.timers.endTurn();
    await Promise.resolve();
    for (const [i, client] of clients.entries()) replies[i] += client.lateNow();
  }
  assert.deepEqual(
    replies,
    clients.map(() => `:${count}\r\n`),
  );
  const copy = await replayed(node, from);
  assert.equal(copy.runs, 3);
  for (const key of ['a', 'b', 'c']) assert.deepEqual(shown(copy.node, key), shown(node, key));
});

test('WATCH sees a store in slices at its end, and one under MULTI is done at once', () => {
  const node = filled();
  const other = node.rig.connect();
  other.send('WATCH', 'd');
  assert.equal(sliced(node, ['SUNIONSTORE', 'd', 's', 'half']), count);
  other.send('MULTI');
  other.send('SCARD', 'd');
  assert.equal(other.send('EXEC'), '*-1\r\n');
  assert.equal(whole(node, ['SUNIONSTORE', 'e', 's', 'half']), count);
});

for (const words of stores) {
  test(`${words.join(' ')} in slices stores what it does as a whole, at once`, () => {
    const [to] = words.slice(1);
    const other = filled(words);
    const before = shown(other, to!);
    const expected = whole(other, words);
    const node = filled(words);
    const unseen = (): void => assert.deepEqual(shown(node, to!), before, 'nothing of it is seen before');
    assert.equal(sliced(node, words, unseen), expected);
    assert.deepEqual(shown(node, to!), shown(other, to!));
  });
}

for (const words of [...commands, ...stores]) {
  test(`${words.join(' ')} in slices replies as a whole where its keys are of another type meanwhile`, () => {
    const retyped = (node: CommandNode): void => {
      const other = node.rig.connect();
      for (const key of Object.keys(fills)) other.send('SET', key, 'text');
    };
    const twin = filled(words);
    retyped(twin);
    const node = filled(words);
    assert.deepEqual(
      sliced(node, words, () => retyped(node)),
      whole(twin, words),
    );
  });
}

test('what stores begins anew where what it reads changes, and not where its destination does', () => {
  const node = filled(['s', 'half']);
  const other = node.rig.connect();
  const change = (): void => {
    other.send('SADD', 's', 'new');
    other.send('SADD', 'd', 'old');
  };
  assert.equal(sliced(node, ['SUNIONSTORE', 'd', 's', 'half'], change), count + 1);
  assert.equal(node.run('SISMEMBER d old'), 0);
  assert.equal(node.run('SISMEMBER d new'), 1);
});

test('what stores waits for the end of a pause, and is done though its client is gone', () => {
  const node = filled(['s', 'half']);
  const other = node.rig.connect();
  node.client.send('SUNIONSTORE', 'd', 's', 'half');
  other.send('CLIENT', 'PAUSE', '1000', 'WRITE');
  for (let turn = 0; turn < 100; turn++) node.rig.timers.endTurn();
  assert.equal(other.send('EXISTS', 'd'), ':0\r\n');
  node.client.close();
  node.advance(1000);
  for (let turn = 0; turn < 100; turn++) node.rig.timers.endTurn();
  assert.equal(other.send('SCARD', 'd'), `:${count}\r\n`);
});

test('what stores and finds no room changes nothing and leaves nothing', () => {
  const node = filled(['s', 'half']);
  const { store } = node;
  node.run(`CONFIG SET maxmemory ${store.arena.liveBytes + 32 * 1024}`);
  node.run('SADD d old');
  const before = store.nests.count;
  const reply = sliced(node, ['SUNIONSTORE', 'd', 's', 'half']);
  assert.match(errorOf(reply), /^OOM /);
  assert.deepEqual(node.run('SMEMBERS d'), ['old']);
  while (store.freeSlice(100));
  assert.equal(store.nests.count, before);
});

/** A large hash of whose fields all but some have expired, and none is purged yet. */
function hashOf(shown: number): CommandNode {
  const node = filled(['h']);
  const fields = Array.from({ length: count - shown }, (_, i) => `e${shown + i}`);
  node.call('HPEXPIRE', 'h', '50', 'FIELDS', String(fields.length), ...fields);
  node.rig.advance(100);
  return node;
}

/** What a command replies with, at once or in slices, and whether it came in slices. */
function replyOf(node: CommandNode, words: string[]): { reply: Reply; isSliced: boolean } {
  const now = node.client.send(...words);
  if (now !== '') return { reply: parsed(now), isSliced: false };
  let late = '';
  for (let turns = 0; late === '' && turns < 10_000; turns++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  return { reply: parsed(late), isSliced: true };
}

test('random fields of a large hash whose fields expire are found by tries, or in slices where few are left', () => {
  for (const [shown, isRare] of [
    [1500, false],
    [4, true],
    [0, true],
  ] as const) {
    const node = hashOf(shown);
    const one = replyOf(node, ['HRANDFIELD', 'h']);
    assert.equal(one.isSliced, isRare);
    assert.equal(one.reply === null, shown === 0);
    const few = replyOf(node, ['HRANDFIELD', 'h', '3']);
    assert.equal(few.isSliced, isRare);
    assert.equal(new Set(few.reply as string[]).size, Math.min(3, shown));
    const again = replyOf(node, ['HRANDFIELD', 'h', '-7', 'WITHVALUES']);
    assert.equal((again.reply as string[]).length, shown === 0 ? 0 : 14);
    const all = replyOf(node, ['HRANDFIELD', 'h', '10000']);
    assert.equal(all.isSliced, true);
    assert.equal((all.reply as string[]).length, shown);
    const many = replyOf(node, ['HRANDFIELD', 'h', '-2000']).reply as string[];
    assert.equal(many.length, shown === 0 ? 0 : 2000);
    const names = new Set([
      one.reply ?? 'e0',
      ...(few.reply as string[]),
      ...many,
      ...(all.reply as string[]),
    ]);
    for (const name of names) assert.ok(Number(String(name).slice(1)) < Math.max(1, shown), String(name));
    if (shown === 4) assert.equal(new Set(many).size, 4);
  }
});

test('a large hash whose fields have deadlines is copied in slices, with them', async () => {
  const node = hashOf(1500);
  const { rig } = node;
  const words = ['EXPIRE', 'h', '1000'];
  node.call(...words);
  const soon = Array.from({ length: 100 }, (_, i) => `e${i}`);
  node.call('HPEXPIRE', 'h', '5000', 'FIELDS', '100', ...soon);
  const from = rig.journal.seq;
  assert.equal(sliced(node, ['COPY', 'h', 'd']), 1);
  const copy = await replayed(node, from);
  assert.equal(copy.runs, 1);
  assert.equal(node.run('TTL d'), 1000);
  copy.node.advance(node.nowMs - copy.node.nowMs);
  for (const one of [node, copy.node]) {
    assert.equal((whole(one, ['HGETALL', 'd']) as string[]).length, 3000);
    one.rig.advance(6000);
    assert.equal((whole(one, ['HGETALL', 'd']) as string[]).length, 2800);
  }
  while (node.store.fieldExpiry.slice(1000));
  assert.equal(node.run('HLEN d'), 1400);
});

test('a key that peers know is copied over at once, and one that they do not in slices', async () => {
  const node = filled(['l']);
  node.store.keepDead();
  assert.equal(sliced(node, ['COPY', 'l', 'd']), 1);
  node.run('RPUSH d more');
  node.rig.journal.commit(() => {});
  const from = node.rig.journal.seq;
  assert.equal(sliced(node, ['COPY', 'l', 'd', 'REPLACE']), 1);
  const copy = await replayed(node, from);
  assert.equal(copy.runs, 0);
  assert.deepEqual(shown(copy.node, 'd'), shown(node, 'l'));
});

test('a list in slices goes on after its store: both ends, and what comes between', () => {
  const node = filled(['l']);
  sliced(node, ['COPY', 'l', 'd']);
  node.run('LPUSH d first');
  node.run('RPUSH d last');
  node.run('LINSERT d AFTER e1000 between');
  const list = whole(node, ['LRANGE', 'd', '0', '-1']) as string[];
  assert.equal(list.length, count + 3);
  assert.deepEqual([list[0], list[1], list.at(-2), list.at(-1)], ['first', 'e0', `e${count - 1}`, 'last']);
  assert.equal(list[list.indexOf('e1000') + 1], 'between');
  node.run('DEL d');
  const { store } = node;
  const before = store.nests.count;
  sliced(node, ['COPY', 'l', 'd']);
  assert.equal(store.nests.count, before, 'nothing is left of what it was made in');
});

test('DUMP writes a large collection in slices, as it does at once, and a key that goes meanwhile is nil', () => {
  const node = filled(['s', 'h', 'z', 'l']);
  const { store } = node;
  const ks = store.keyspace(0);
  for (const name of ['s', 'h', 'z', 'l']) {
    const key = Buffer.from(name);
    const find = (): number => ks.entryOf(store.hash.of(key, 0, 1), key, 0, 1);
    const steps = dumpInSteps({ store, ks, find });
    let yields = 0;
    let step = steps.next();
    for (; step.done !== true; step = steps.next()) yields += 1;
    assert.ok(yields > 10);
    assert.deepEqual(step.value, dumpPayload(store, ks, find()));
    assert.equal(node.client.send('DUMP', name), '');
    let late = '';
    for (let turns = 0; late === '' && turns < 1000; turns++) {
      node.rig.timers.endTurn();
      late = node.client.lateNow();
    }
    assert.ok(late.startsWith(`$${(step.value as Buffer).length}\r\n`));
    const gone = (): void => void node.rig.connect().send('DEL', name);
    assert.equal(sliced(node, ['DUMP', name], gone), null);
  }
});

/** A node with a large stream `x`, of which much is pending for consumers of `g`. */
function streamNode(): CommandNode {
  const node = smallNode();
  for (let n = 1; n <= count; n++) node.call('XADD', 'x', `${n}-0`, 'f', `v${n}`);
  node.run(`XDEL x 7 ${count}`);
  node.run('XGROUP CREATE x g 0');
  node.run('XGROUP CREATE x idle 9');
  for (const consumer of ['a', 'b', 'a']) node.run(`XREADGROUP GROUP g ${consumer} COUNT 300 STREAMS x >`);
  return node;
}

/** All that is to be seen of a stream. */
function streamShown(node: CommandNode, key: string): Reply[] {
  return [
    ['XRANGE', key, '-', '+'],
    ['XINFO', 'STREAM', key],
    ['XINFO', 'GROUPS', key],
    ['XPENDING', key, 'g', '-', '+', '100000'],
  ].map((words) => whole(node, words));
}

test('a large stream is copied in slices with its groups, and is in the log as a run', async () => {
  for (const words of [
    ['COPY', 'x', 'd', 'REPLACE'],
    ['RENAME', 'x', 'd'],
  ]) {
    for (const change of ['nothing', 'acknowledged', 'added']) {
      const node = streamNode();
      node.run('SADD d old');
      node.rig.journal.commit(() => {});
      const from = node.rig.journal.seq;
      const other = node.rig.connect();
      sliced(node, words, () => {
        if (change === 'acknowledged') assert.equal(other.send('XACK', 'x', 'g', '1', '599'), ':2\r\n');
        if (change === 'added') other.send('XADD', 'x', '*', 'f', 'late');
      });
      node.rig.journal.commit(() => {});
      const seen = streamShown(node, 'd');
      if (words[0] === 'COPY') assert.deepEqual(seen, streamShown(node, 'x'));
      assert.equal((seen[0] as Reply[]).length, change === 'added' ? count - 1 : count - 2);
      assert.equal((seen[3] as Reply[]).length, change === 'acknowledged' ? 898 : 900);
      const copy = await replayed(node, from);
      assert.equal(copy.runs, 1);
      assert.deepEqual(streamShown(copy.node, 'd'), seen);
      assert.equal(node.run('XADD d * f after') !== null, true);
    }
  }
});

test('XREAD without a count replies in slices what it does as a whole', () => {
  for (const words of [
    ['XREAD', 'STREAMS', 'x', '0'],
    ['XREAD', 'BLOCK', '0', 'STREAMS', 'none', 'x', 'y', '0', '100', '0'],
  ]) {
    const node = streamNode();
    node.run('XADD y 1-1 f v');
    const { stats } = node.rig.services;
    const before = stats.hits + stats.misses;
    const expected = whole(node, words);
    const reads = stats.hits + stats.misses - before;
    assert.deepEqual(sliced(node, words), expected);
    assert.equal(stats.hits + stats.misses, before + 2 * reads);
    const other = node.rig.connect();
    const grown = sliced(node, words, () => other.send('XADD', 'x', '*', 'f', 'late'));
    assert.notDeepEqual(grown, expected);
    assert.deepEqual(grown, whole(node, words));
    assert.equal(
      sliced(node, words, () => other.send('DEL', 'x', 'y')),
      null,
    );
  }
});

test('a stream whose groups never stand still is copied at once in the end', () => {
  const node = streamNode();
  const other = node.rig.connect();
  node.client.send('COPY', 'x', 'd');
  let late = '';
  let id = 0;
  for (; late === '' && id < 1000; id++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
    other.send('XACK', 'x', 'g', `${id + 10}`);
  }
  assert.equal(late, ':1\r\n');
  const pending = whole(node, ['XPENDING', 'd', 'g']) as Reply[];
  assert.ok(Math.abs(Number(pending[0]) - (900 - id)) <= 1);
});

test('DUMP writes a large stream in slices, as it does at once, whatever becomes of its groups meanwhile', () => {
  const node = streamNode();
  const { store } = node;
  const ks = store.keyspace(0);
  const key = Buffer.from('x');
  const find = (): number => ks.entryOf(store.hash.of(key, 0, 1), key, 0, 1);
  const steps = dumpInSteps({ store, ks, find });
  let yields = 0;
  let step = steps.next();
  for (; step.done !== true; step = steps.next()) yields += 1;
  assert.ok(yields > 30);
  assert.deepEqual(step.value, dumpPayload(store, ks, find()));
  const broken = dumpInSteps({ store, ks, find });
  for (let i = 0; i < 25; i++) broken.next();
  node.run('XACK x g 1');
  let last = broken.next();
  while (last.done !== true) last = broken.next();
  assert.equal(last.value, false);
  assert.equal(node.client.send('DUMP', 'x'), '');
  let late = '';
  for (let turn = 0; late === '' && turn < 1000; turn++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
    if (turn === 2) node.rig.connect().send('XACK', 'x', 'g', '2');
  }
  assert.ok(late.startsWith(`$${dumpPayload(store, ks, find())!.length}\r\n`));
  assert.equal(sliced(node, ['RESTORE', 'y', 0, dumpPayload(store, ks, find())!]), 'OK');
  assert.deepEqual(streamShown(node, 'y'), streamShown(node, 'x'));
});

/** All that a sorted set holds. */
function scored(node: CommandNode, key: string): Reply {
  return whole(node, ['ZRANGE', key, '0', '-1', 'WITHSCORES']);
}

const removals: readonly (readonly [words: string[], reply: Reply, left: number])[] = [
  [['ZREMRANGEBYRANK', 'z', '1', '-2'], count - 2, 2],
  [['ZREMRANGEBYSCORE', 'z', '(1', '1900'], 1899, 101],
  [['ZREMRANGEBYLEX', 'z', '-', '+'], count, 0],
];

test('what is removed in slices is gone at once for others, who wait, and in the log it is a run', async () => {
  for (const [words, reply, left] of removals) {
    for (const isHurried of [false, true]) {
      const node = filled(['z']);
      const { rig } = node;
      const other = rig.connect();
      const got = sliced(node, words, () => {
        rig.nowMs += 60_000;
        rig.dispatch.beginTurn();
        assert.equal(rig.store.atWork.isAny, true);
        assert.equal(other.send('SET', 'meanwhile', 'v'), '+OK\r\n');
        assert.equal(other.send('ZCARD', 'z'), '');
        if (isHurried) rig.store.atWork.hurry();
      });
      assert.deepEqual(got, reply, words.join(' '));
      rig.timers.endTurn();
      assert.equal(other.lateNow(), `:${left}\r\n`);
      assert.equal(rig.store.atWork.isAny, false);
      assert.equal(rig.store.dotsAhead, undefined);
      node.run('SET after v');
      const { node: copy, runs } = await replayed(node, 0);
      assert.equal(runs, isHurried ? 0 : 1);
      assert.deepEqual(scored(copy, 'z'), scored(node, 'z'));
      for (const key of ['meanwhile', 'after']) assert.equal(whole(copy, ['GET', key]), 'v');
      assert.equal(whole(node, ['ZCARD', 'z']), left);
    }
  }
});

test('removals in slices leave what the same removals leave at once', () => {
  for (const [words] of removals) {
    const [inSlices, atOnce] = [filled(['z']), filled(['z'])];
    assert.deepEqual(sliced(inSlices, words), whole(atOnce, words));
    assert.deepEqual(scored(inSlices, 'z'), scored(atOnce, 'z'));
  }
});

test('what is popped in slices is replied once, and gone', async () => {
  for (const [words, key, size] of [
    [['ZPOPMIN', 'z', '1800'], 'z', 3600],
    [['ZPOPMAX', 'z', '3000'], 'z', 4000],
    [['SPOP', 's', '1800'], 's', 1800],
  ] as const) {
    const node = filled([key]);
    const card = key === 'z' ? 'ZCARD' : 'SCARD';
    const isIn = key === 'z' ? 'ZSCORE' : 'SISMEMBER';
    const popped = sliced(node, [...words], () => {
      assert.equal(node.rig.store.atWork.isAny, true);
    }) as string[];
    assert.equal(popped.length, size);
    assert.equal(new Set(popped).size >= size / 2, true);
    const left = whole(node, [card, key]);
    assert.equal(left, Math.max(0, count - Number(words[2])));
    for (const name of popped.filter((word) => word.startsWith('e')).slice(0, 100)) {
      assert.ok([null, 0].includes(whole(node, [isIn, key, name]) as null | 0), name);
    }
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, 1);
    assert.equal(whole(copy.node, [card, key]), left);
  }
});

test('LMPOP and ZMPOP of very many take from the first key that has any when their turn comes', async () => {
  for (const [words, key, card] of [
    [['LMPOP', '3', 'none', 'l', 'm', 'LEFT', 'COUNT', '5000'], 'l', 'LLEN'],
    [['BLMPOP', '0', '2', 'l', 'm', 'RIGHT', 'COUNT', '1700'], 'l', 'LLEN'],
    [['ZMPOP', '2', 'none', 'z', 'MIN', 'COUNT', '1700'], 'z', 'ZCARD'],
    [['BZMPOP', '0', '2', 'z', 'none', 'MAX', 'COUNT', '5000'], 'z', 'ZCARD'],
  ] as const) {
    const [node, other] = [filled([key]), filled([key])];
    const expected = whole(other, words);
    const { rig } = node;
    const watcher = rig.connect();
    watcher.send('WATCH', 'none', 'm');
    const seen: string[] = [];
    const reply = sliced(node, words, () => {
      seen.push(rig.connect().send('EXISTS', key), rig.connect().send('EXISTS', 'none', 'm'));
      seen.push(rig.connect().send('SET', 'else', 'v'));
    });
    assert.deepEqual(reply, expected);
    assert.deepEqual(seen, ['', '', '+OK\r\n'], 'who names one of the keys waits');
    assert.equal(whole(node, [card, key]), whole(other, [card, key]));
    watcher.send('MULTI');
    watcher.send('PING');
    assert.equal(watcher.send('EXEC'), '*1\r\n+PONG\r\n', 'what is not popped from has not changed');
    const copy = await replayed(node, 0);
    assert.equal(copy.runs, 1);
    assert.deepEqual(shown(copy.node, key), shown(node, key));
    const gone = filled([key]);
    assert.equal(gone.client.send(...words), '');
    gone.rig.connect().send('RPUSH', 'm', 'x');
    gone.rig.connect().send('DEL', key);
    for (let turn = 0; turn < 4; turn++) gone.rig.timers.endTurn();
    const late = gone.client.lateNow();
    if (words.includes('m' as never)) assert.equal(late, '*2\r\n$1\r\nm\r\n*1\r\n$1\r\nx\r\n');
    else assert.equal(late, words[0] === 'BZMPOP' ? '' : '*-1\r\n');
  }
});

test('a pop in slices takes as many as are there when it begins', () => {
  for (const [words, added] of [
    [
      ['LPOP', 'l', '3000'],
      ['LPUSH', 'l', 'new'],
    ],
    [
      ['ZPOPMIN', 'z', '3000'],
      ['ZADD', 'z', '-5', 'new'],
    ],
    [
      ['LMPOP', '1', 'l', 'LEFT', 'COUNT', '3000'],
      ['LPUSH', 'l', 'new'],
    ],
    [
      ['ZMPOP', '1', 'z', 'MIN', 'COUNT', '3000'],
      ['ZADD', 'z', '-5', 'new'],
    ],
  ] as const) {
    const node = filled([words.includes('l' as never) ? 'l' : 'z']);
    assert.equal(node.client.send(...words), '');
    node.rig.connect().send(...added);
    for (let turn = 0; turn < 200; turn++) node.rig.timers.endTurn();
    assert.match(node.client.lateNow(), /\$3\r\nnew\r\n/);
    assert.equal(node.run('DBSIZE'), 0);
  }
});

test('all of a large set is popped at one moment, by one clear', async () => {
  const node = filled(['s']);
  const added = (): void => {
    node.rig.connect().send('SADD', 's', 'new');
  };
  assert.equal((sliced(node, ['SPOP', 's', '3000'], added) as string[]).length, count + 1);
  assert.equal(node.run('EXISTS s'), 0);
  assert.equal((await replayed(node, 0)).runs, 0);
});

test('a set that grows beyond what is to be popped of it keeps the rest', () => {
  const node = filled(['s']);
  const added = (): void => {
    node.rig.connect().send('SADD', 's', 'new', 'newer');
  };
  assert.equal((sliced(node, ['SPOP', 's', String(count)], added) as string[]).length, count);
  assert.equal(node.run('SCARD s'), 2);
});

test('a pop in slices of a list that goes before it begins replies that there is none', () => {
  const node = filled(['l']);
  assert.equal(node.client.send('LPOP', 'l', '1700'), '');
  node.rig.connect().send('DEL', 'l');
  node.rig.timers.endTurn();
  assert.equal(node.client.lateNow(), '*-1\r\n');
});

test('what is removed in slices is told of before what comes behind it, also where it is hurried', () => {
  for (const [words, next, events] of [
    [
      ['LPOP', 'l', '2000'],
      ['RPUSH', 'l', 'x'],
      ['lpop', 'del', 'rpush'],
    ],
    [
      ['LTRIM', 'l', '5', '1'],
      ['RPUSH', 'l', 'x'],
      ['ltrim', 'del', 'rpush'],
    ],
    [
      ['ZPOPMIN', 'z', '2000'],
      ['ZADD', 'z', '1', 'x'],
      ['zpopmin', 'del', 'zadd'],
    ],
    [
      ['ZREMRANGEBYRANK', 'z', '0', '-1'],
      ['ZADD', 'z', '1', 'x'],
      ['zremrangebyrank', 'del', 'zadd'],
    ],
    [
      ['SPOP', 's', '1700'],
      ['SADD', 's', 'x'],
      ['spop', 'sadd'],
    ],
  ] as const) {
    const node = filled([words[1]]);
    const { rig } = node;
    const [listener, other] = [rig.connect(), rig.connect()];
    node.run('CONFIG SET notify-keyspace-events KA');
    listener.send('psubscribe', '__keyspace*');
    listener.pushed();
    sliced(node, [...words], () => {
      assert.equal(rig.store.atWork.isAny, true, words[0]);
      rig.store.atWork.hurry();
      other.send(...next);
    });
    const told = [...listener.pushed().matchAll(/\$\d+\r\n([a-z]+)\r\n(?=\*|$)/g)].map((match) => match[1]);
    assert.deepEqual(told, events, words[0]);
  }
});

test('of pops in slices the order is as at once', () => {
  for (const words of [
    ['ZPOPMIN', 'z', '1800'],
    ['ZPOPMAX', 'z', '2000'],
  ]) {
    assert.deepEqual(sliced(filled(['z']), words), whole(filled(['z']), words));
  }
});

/** A list of as many as there are of the others, most of them `x`. */
function mostlySame(size: number = count): CommandNode {
  const node = smallNode();
  const values = Array.from({ length: size }, (_, k) => (k % 10 === 0 ? `y${k}` : 'x'));
  whole(node, ['RPUSH', 'l', ...values]);
  return node;
}

test('what leaves a list in slices is what would leave it at once', async () => {
  for (const [words, fill] of [
    [['LTRIM', 'l', '1700', '-11'], () => filled(['l'])],
    [['LTRIM', 'l', '1', '0'], () => filled(['l'])],
    [['LPOP', 'l', '1700'], () => filled(['l'])],
    [['RPOP', 'l', '3000'], () => filled(['l'])],
    [['LREM', 'l', '-1700', 'x'], () => mostlySame()],
    [['LREM', 'l', '0', 'x'], () => mostlySame(12_000)],
    [['LREM', 'l', '-8000', 'x'], () => mostlySame(12_000)],
  ] as const) {
    const [inSlices, atOnce] = [fill(), fill()];
    const reply = sliced(inSlices, [...words], () => assert.equal(inSlices.rig.store.atWork.isAny, true));
    assert.deepEqual(reply, whole(atOnce, [...words]), words.join(' '));
    const left = whole(inSlices, ['LRANGE', 'l', '0', '-1']);
    assert.deepEqual(left, whole(atOnce, ['LRANGE', 'l', '0', '-1']), words.join(' '));
    const copy = await replayed(inSlices, 0);
    assert.deepEqual(whole(copy.node, ['LRANGE', 'l', '0', '-1']), left);
    assert.equal(copy.runs, 1);
  }
});

/** What changes a large key in place, with the key; the counts are what clients give who want all there is, or half. */
const inPlace: readonly (readonly [words: string[], key: string])[] = [
  [['LTRIM', 'l', '1700', '-1'], 'l'],
  [['LPOP', 'l', '1700'], 'l'],
  [['RPOP', 'l', '9007199254740991'], 'l'],
  [['ZPOPMIN', 'z', '2147483647'], 'z'],
  [['ZPOPMAX', 'z', '1700'], 'z'],
  [['ZREMRANGEBYRANK', 'z', '0', '1700'], 'z'],
  [['SPOP', 's', '1700'], 's'],
];

test('however much is asked for, the clock goes no more than seconds ahead', () => {
  for (const [words, key] of inPlace) {
    const node = filled([key]);
    const { store } = node.rig;
    const before = store.clock.last();
    sliced(node, [...words]);
    assert.ok(store.clock.last() - before <= 21_000 * stampCountersPerMs, words.join(' '));
    assert.ok(store.clock.last() > before);
  }
});

test('what puts other keys in the place of all waits for work in place, also where that is hurried', () => {
  const others = [['FLUSHDB'], ['FLUSHALL'], ['SWAPDB', '0', '1']];
  for (const [i, [words, key]] of inPlace.entries()) {
    const [node, atOnce, other] = [filled([key]), filled([key]), others[i % others.length]!];
    const { rig } = node;
    const client = rig.connect();
    const reply = sliced(node, [...words], () => {
      assert.equal(rig.store.atWork.isAny, true);
      assert.equal(client.send(...other), '');
      if (i >= others.length) rig.store.atWork.hurry();
    });
    const label = `${words.join(' ')}, ${other.join(' ')}`;
    if (words[0] !== 'SPOP') assert.deepEqual(reply, whole(atOnce, [...words]), label);
    rig.timers.endTurn();
    rig.timers.endTurn();
    assert.equal(client.lateNow(), '+OK\r\n', label);
    assert.equal(whole(node, ['EXISTS', key]), 0, label);
    assert.equal(rig.store.dotsAhead, undefined);
    assert.equal(rig.store.clock.ceiling, Number.POSITIVE_INFINITY);
    assert.equal(whole(node, ['RPUSH', 'other', 'x']), 1);
  }
});

test('a key whose time comes in the midst of its own work is purged behind that', () => {
  for (const [words, key] of inPlace) {
    const [node, atOnce] = [filled([key]), filled([key])];
    const { rig } = node;
    whole(node, ['PEXPIRE', key, '100']);
    const reply = sliced(node, [...words], () => {
      rig.nowMs += 200;
      rig.dispatch.beginTurn();
      rig.connect().send('PING');
      assert.equal(rig.store.atWork.isAny, true);
    });
    if (words[0] !== 'SPOP') assert.deepEqual(reply, whole(atOnce, [...words]), words.join(' '));
    assert.equal(whole(node, ['EXISTS', key]), 0, words.join(' '));
  }
});

test('what is popped in slices is replied even where writes are refused meanwhile', () => {
  for (const [words, key] of inPlace) {
    const node = filled([key]);
    const reply = sliced(node, [...words], () => {
      node.rig.refusal = 'MISCONF no';
    });
    assert.ok(!(reply instanceof ReplyError), words.join(' '));
    assert.match(node.client.send('SET', 'k', 'v'), /^-MISCONF/);
  }
});

test('with the usual sizes some thousands are done at once, and what is large in slices', async () => {
  const node = new CommandNode({ memoryBytes: 16 * 1024 * 1024 });
  const most = usualSliceSizes.largeElementsMin - 1;
  for (const key of ['l', 's', 'z']) {
    const numbers = Array.from({ length: most }, (_, i) => i);
    node.call(...fills[key]!(numbers));
  }
  assert.equal((node.call('SMEMBERS', 's') as string[]).length, most);
  assert.equal(node.call('SUNIONSTORE', 'd', 's'), most);
  for (const key of ['l', 's', 'z']) node.call(...fills[key]!([most]));
  for (const words of [
    ['SMEMBERS', 's'],
    ['LRANGE', 'l', '0', '-1'],
    ['ZRANGE', 'z', '0', '-1', 'WITHSCORES'],
  ]) {
    assert.deepEqual(sliced(node, words), whole(node, words));
  }
  assert.equal(sliced(node, ['ZREMRANGEBYRANK', 'z', '0', '-1']), most + 1);
  node.rig.journal.commit(() => {});
  const from = node.rig.journal.seq;
  assert.equal(sliced(node, ['SUNIONSTORE', 'd', 's']), most + 1);
  const copy = await replayed(node, from);
  assert.equal(copy.runs, 1);
  assert.deepEqual(shown(copy.node, 'd'), shown(node, 's'));
});

test('what a database shows when others are swapped in is what work in slices writes to', () => {
  const many = Array.from({ length: 3000 }, (_, n) => `element${n}`);
  const { store, rig } = smallNode();
  rig.connect().send('SADD', 'k', ...many.slice(0, 1500));
  const key = Buffer.from('k');
  const at = store.find(store.keyspace(0), store.hash.of(key, 0, 1), key, 0, 1);
  const value = dumpPayload(store, store.keyspace(0), at)!;
  const cases: Argument[][] = [
    ['PFADD', 'k', ...many],
    ['RESTORE', 'k', '0', value],
    ['MSET', ...many.flatMap((key) => [key, 'v']), 'k', 'v'],
  ];
  for (const words of cases) {
    const node = smallNode(16 * 1024 * 1024);
    const other = node.rig.connect();
    other.send('SELECT', '1');
    let isSwapped = false;
    const reply = sliced(node, words, () => {
      isSwapped = other.send('SWAPDB', '0', '1') === '+OK\r\n';
    });
    assert.ok(isSwapped, String(words[0]));
    assert.equal(errorOf(reply), '');
    assert.deepEqual([node.run('EXISTS k'), other.send('DBSIZE')], [1, ':0\r\n'], String(words[0]));
  }
});

test('others get their replies before each slice', () => {
  const node = filled(['s']);
  const { rig } = node;
  const client = rig.connect();
  let sent = 0;
  rig.dispatch.sendReplies = () => {
    sent += 1;
  };
  assert.equal(client.send('SMEMBERS', 's'), '');
  for (let slices = 1, reply = ''; reply === ''; slices++) {
    rig.timers.endTurn();
    assert.equal(sent, slices);
    reply = client.lateNow();
  }
  assert.ok(sent > 1);
});
