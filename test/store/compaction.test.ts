import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandError } from '../../src/base/errors.ts';
import type { Store } from '../../src/store/store.ts';
import { Table } from '../../src/store/table.ts';
import { CommandNode } from '../commands/harness.ts';
import { pseudoRandom } from '../pseudo-random.ts';

/** Compacts until nothing is worth it; returns how often a table was asked for an entry in the step that asked most. */
function compact(store: Store): { steps: number; askedMost: number } {
  const { slotOf } = Table.prototype;
  let asked = 0;
  Table.prototype.slotOf = function (this: Table, hash: number, entry: number): number {
    asked += 1;
    return slotOf.call(this, hash, entry);
  };
  try {
    while (store.freeSlice(1024));
    store.ground.starved = true;
    let askedMost = 0;
    for (let steps = 0; ; steps++) {
      asked = 0;
      if (!store.compactSlice()) return { steps, askedMost };
      askedMost = Math.max(askedMost, asked);
    }
  } finally {
    Table.prototype.slotOf = slotOf;
  }
}

function hashesWithGaps(count: number): CommandNode {
  const node = new CommandNode({ memoryBytes: 16 * 1024 * 1024 });
  const names = Array.from({ length: 300 }, (_, i) => `field:${i}`);
  for (let n = 0; n < count; n++) node.run(`HSET hash:${n} ${names.map((f) => `${f} value`).join(' ')}`);
  for (let n = 0; n < count; n++)
    node.run(`HDEL hash:${n} ${names.filter((_, i) => (i * 7 + n) % 3 > 0).join(' ')}`);
  return node;
}

test('what a step of compaction asks of tables does not grow with the number of collections', () => {
  const [few, many] = [hashesWithGaps(10), hashesWithGaps(80)];
  const [withFew, withMany] = [compact(few.store), compact(many.store)];
  assert.ok(withFew.steps > 2 && withMany.steps > 20, `${withFew.steps} ${withMany.steps}`);
  assert.ok(withMany.askedMost <= withFew.askedMost * 1.5, `${withFew.askedMost} ${withMany.askedMost}`);
});

test('elements of large collections, counters among them, stay reachable however often their blocks move', () => {
  const random = pseudoRandom(7);
  const node = new CommandNode({ memoryBytes: 8 * 1024 * 1024 });
  node.store.keepDead();
  const models = Array.from({ length: 6 }, () => new Map<string, number>());
  for (let round = 0; round < 3; round++) {
    for (const [n, model] of models.entries()) {
      for (let i = 0; i < 400; i++) {
        const member = `member:${Math.floor(random() * 900)}`;
        const score = Math.floor(random() * 100);
        const isCount = random() < 0.3;
        node.run(isCount ? `ZINCRBY z${n} ${score} ${member}` : `ZADD z${n} ${score} ${member}`);
        node.run(`HINCRBY h${n} ${member} 1`);
        model.set(member, isCount ? (model.get(member) ?? 0) + score : score);
      }
    }
    for (const [n, model] of models.entries()) {
      for (const member of [...model.keys()].filter(() => random() < 0.7)) {
        node.run(`ZREM z${n} ${member}`);
        node.run(`HDEL h${n} ${member}`);
        model.delete(member);
      }
    }
    const { steps } = compact(node.store);
    assert.ok(round > 0 || steps > 0);
    for (const [n, model] of models.entries()) {
      assert.equal(node.run(`ZCARD z${n}`), model.size);
      assert.equal(node.run(`HLEN h${n}`), model.size);
      const scores = node.run(`ZRANGE z${n} 0 -1 WITHSCORES`) as string[];
      for (let i = 0; i < scores.length; i += 2)
        assert.equal(Number(scores[i + 1]), model.get(String(scores[i])));
    }
  }
});

test('a segment that an insert found no memory for moves though it holds nothing', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  const { store } = node;
  const [a, b, c] = [node.store.keyspace(1), node.store.keyspace(2), node.store.keyspace(3)];
  for (const ks of [a, b, c]) assert.ok(ks.table.reserve(0, 0));
  // Blocks of the same size beside it, most of which go again.
  for (let i = 0; i < 4000; i++) node.run(`SET k${i} ${'v'.repeat(40)}`);
  for (let i = 0; i < 4000; i++) if (i % 16 !== 0) node.run(`DEL k${i}`);
  compact(store);
  for (const ks of [a, b, c]) {
    const key = Buffer.from('key');
    store.strings.set(ks, key, 0, 3, key, 0, 3, 0);
    assert.notEqual(ks.entryOf(store.hash.of(key, 0, 3), key, 0, 3), 0);
  }
});

test('values that look like segments and entries of others are told from them', () => {
  const node = new CommandNode({ memoryBytes: 4 * 1024 * 1024 });
  const { store } = node;
  const random = pseudoRandom(3);
  const fake = Buffer.alloc(256 - 8);
  let written = 0;
  try {
    for (; ; written++) {
      const words = new Int32Array(fake.buffer, fake.byteOffset, fake.length >> 2);
      for (let w = 0; w < words.length; w++) words[w] = Math.floor(random() * 2 ** 19);
      words[written % 8] = 3;
      words[(written % 8) + 1] = 2 | (62 << 8);
      node.call('XADD', `s${written % 50}`, '*', 'f', fake);
      if (written % 2 === 0) node.call('RPUSH', `l${written % 20}`, fake);
      if (node.store.ground.starved) break;
    }
  } catch (error) {
    assert.ok(error instanceof CommandError);
  }
  for (let n = 0; n < 50; n += 2) node.run(`XTRIM s${n} MAXLEN 1`);
  for (let n = 0; n < 20; n += 3) node.run(`LTRIM l${n} 0 1`);
  const picture = (): unknown => [
    ...Array.from({ length: 50 }, (_, n) => node.bytes('XRANGE', `s${n}`, '-', '+').toString('latin1')),
    ...Array.from({ length: 20 }, (_, n) => node.bytes('LRANGE', `l${n}`, 0, -1).toString('latin1')),
  ];
  const before = picture();
  compact(store);
  assert.deepEqual(picture(), before);
});

test('a large value finds room in one piece where small ones lie all over, and they stay what they were', () => {
  const node = new CommandNode({ memoryBytes: 4 * 1024 * 1024 });
  const count = 56;
  const filler = 'f'.repeat(60_000);
  const small = (n: number): string => `${n % 10}`.repeat(130 + 40 * n);
  for (let n = 0; n < count; n++) {
    node.run(`SET filler:${n} ${filler}`);
    node.run(`SET small:${n} ${small(n)}`);
    node.run(`RPUSH list:${n % 7} ${small(n)}`);
    node.run(`ZADD set:${n % 5} ${n} ${small(n)}`);
  }
  for (let n = 0; n < count; n++) if (n % 20 !== 19) node.run(`DEL filler:${n}`);
  const large = 'l'.repeat(1_000_000);
  assert.match(String(node.run(`SET large ${large}`)), /OOM/, 'not in one piece yet');
  while (node.store.compactSlice());
  assert.equal(node.run(`SET large ${large}`), 'OK');
  for (let n = 0; n < count; n++) {
    assert.equal(node.run(`GET small:${n}`), small(n));
    assert.equal(node.run(`ZSCORE set:${n % 5} ${small(n)}`), String(n));
    assert.equal(node.run(`LINDEX list:${n % 7} ${Math.floor(n / 7)}`), node.run(`GET small:${n}`));
  }
  node.run('DEL large');
  for (let n = 0; n < count; n++) node.run(`SET small:${n} ${small(n)}`);
  assert.equal(node.run(`GET small:${count - 1}`), small(count - 1));
});
