import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { type Argument, CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';

test('writes over, and pads with zero bytes', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETRANGE k 2 ab'), 4);
  assert.equal(node.run('GET k'), '\0\0ab');
  assert.equal(node.run('SETRANGE k 0 xy'), 4);
  assert.equal(node.run('GET k'), 'xyab');
  assert.equal(node.run('SETRANGE k 6 z'), 7);
  assert.equal(node.run('GET k'), 'xyab\0\0z');
  assert.equal(node.run('SETRANGE missing 5 ""'), 0);
  assert.equal(node.run('EXISTS missing'), 0);
  assert.equal(node.run('SETRANGE k 0 ""'), 7);
  assert.equal(node.run('INCRBY n 1234'), 1234);
  assert.equal(node.run('SETRANGE n 1 9'), 4);
  assert.equal(node.run('GET n'), '1934');
});

test('patches a long value in place', () => {
  const node = new CommandNode();
  const expected = Buffer.alloc(5000, 'a');
  node.call('SET', 'k', expected);
  for (const at of [0, 4999, 2500, 6000]) node.call('SETRANGE', 'k', at, 'BCD');
  const grown = Buffer.concat([expected, Buffer.alloc(1003)]);
  for (const at of [0, 4999, 2500, 6000]) grown.write('BCD', at);
  assert.equal(node.call('GET', 'k'), grown.toString('latin1'));
});

test('refuses offsets below zero, no integers, and results beyond the limit', () => {
  const node = new CommandNode();
  assert.equal(node.run('SETRANGE k -1 x'), '-ERR offset is out of range');
  assert.equal(node.run('SETRANGE k x x'), '-ERR value is not an integer or out of range');
  assert.equal(
    node.run('SETRANGE k 536870912 x'),
    '-ERR string exceeds maximum allowed size (proto-max-bulk-len)',
  );
  assert.equal(
    node.run('SETRANGE k 9223372036854775807 x'),
    '-ERR string exceeds maximum allowed size (proto-max-bulk-len)',
  );
  assert.equal(
    node.run('SETRANGE k 500000000 x'),
    "-OOM command not allowed when used memory > 'maxmemory'.",
  );
  assert.equal(node.run('EXISTS k'), 0);
});

for (const keepsDead of [false, true]) {
  test(`zeros before a new value are implied in the log (${keepsDead ? 'with' : 'without'} peers)`, async () => {
    const node = new CommandNode({ memoryBytes: 16 * 1024 * 1024 });
    if (keepsDead) node.store.keepDead();
    const { journal } = node.rig;
    node.run('SET before x');
    journal.commit(() => {});
    const from = journal.seq;
    assert.equal(node.run('SETRANGE k 1000000 end'), 1_000_003);
    assert.equal(node.run('SETBIT bits 8000000 1'), 0);
    assert.equal(node.run('SETRANGE k 2 start'), 1_000_003);
    const copy = await replayed(node, from);
    assert.ok((await journal.read(from, 1e6))!.every(({ start, end }) => end - start < 1000));
    for (const key of ['k', 'bits']) {
      assert.ok(node.bytes('GET', key).equals(copy.node.bytes('GET', key)));
      assert.equal(node.run(`TTL ${key}`), -1);
    }
    assert.equal(node.run('STRLEN bits'), 1_000_001);
    assert.equal(node.call('GETRANGE', 'k', 999_998, -1), '\0\0end');
    assert.equal(
      node.run('SETRANGE huge 17000000 x'),
      "-OOM command not allowed when used memory > 'maxmemory'.",
    );
    assert.equal(node.run('EXISTS huge'), 0);
  });
}

interface Far {
  readonly before: Argument[][];
  readonly words: Argument[];
  /** What is replied, and asked then. */
  readonly reply: number;
}

const large = 500_000;
const fars: Record<string, Far> = {
  'a new string': { before: [], words: ['SETRANGE', 'k', large, 'end'], reply: large + 3 },
  'a new bitmap': { before: [], words: ['SETBIT', 'k', large * 8, 1], reply: 0 },
  'a short text': { before: [['SET', 'k', 'x']], words: ['SETBIT', 'k', large * 8 + 5, 1], reply: 0 },
  'a number': { before: [['SET', 'k', '12345']], words: ['SETRANGE', 'k', large, 'e'], reply: large + 1 },
  'a counter': { before: [['INCR', 'k']], words: ['SETRANGE', 'k', large, 'e'], reply: large + 1 },
  'a packed text': {
    before: [['SET', 'k', 'ab'.repeat(1000)]],
    words: ['SETRANGE', 'k', large, 'e'],
    reply: large + 1,
  },
  'a text with a deadline': {
    before: [['SET', 'k', 'text', 'EX', '100']],
    words: ['SETRANGE', 'k', large, 'e'],
    reply: large + 1,
  },
  'a bitmap': {
    before: [
      ['SETBIT', 'k', 2_000_000, 1],
      ['SETBIT', 'k', 5_000_000, 1],
    ],
    words: ['SETBIT', 'k', 9_000_000, 1],
    reply: 0,
  },
};

for (const [name, { before, words, reply }] of Object.entries(fars)) {
  for (const keepsDead of [false, true]) {
    test(`zeros far behind ${name} are written in slices (${keepsDead ? 'with' : 'without'} peers)`, async () => {
      const [node, other] = [smallNode(16 * 1024 * 1024), smallNode(16 * 1024 * 1024)];
      for (const { store } of [node, other]) if (keepsDead) store.keepDead();
      for (const one of before) for (const each of [node, other]) each.call(...one);
      const { rig } = node;
      const seen: string[] = [];
      const got = sliced(node, words, () => {
        seen.push(rig.connect().send('GET', 'k'), rig.connect().send('SET', 'other', 'v'));
      });
      assert.equal(got, reply);
      // What cannot grow where it is is written at once.
      if (name !== 'a counter') assert.deepEqual(seen, ['', '+OK\r\n'], 'who names the key waits');
      assert.equal(whole(other, words), reply);
      assert.ok(node.bytes('GETRANGE', 'k', 0, 299_999).equals(other.bytes('GETRANGE', 'k', 0, 299_999)));
      assert.ok(node.bytes('GETRANGE', 'k', 300_000, -1).equals(other.bytes('GETRANGE', 'k', 300_000, -1)));
      assert.equal(node.run('STRLEN k'), other.run('STRLEN k'));
      assert.equal(node.run('TTL k'), other.run('TTL k'));
      const copy = await replayed(node, 0);
      assert.equal(copy.runs, 1);
      assert.equal(copy.node.run('STRLEN k'), node.run('STRLEN k'));
      for (const range of [
        [0, 299_999],
        [300_000, -1],
      ]) {
        const ask = ['GETRANGE', 'k', ...range];
        assert.ok(copy.node.bytes(...ask).equals(node.bytes(...ask)));
      }
      assert.equal(copy.node.run('TTL k'), node.run('TTL k'));
    });
  }
}

test('zeros take the place of what was in memory before', () => {
  const node = smallNode(16 * 1024 * 1024);
  for (const key of ['a', 'b', 'c']) node.call('SET', key, randomBytes(2_000_000));
  node.run('DEL a b c');
  assert.equal(sliced(node, ['SETRANGE', 'k', 5_000_000, 'end']), 5_000_003);
  for (let at = 0; at < 5_000_000; at += 250_000) {
    const part = node.bytes('GETRANGE', 'k', at, at + 249_999);
    assert.ok(part.subarray(part.indexOf('\n') + 1, -2).every((byte) => byte === 0));
  }
});

test('a string of another type, or no room, is told of as ever, and a new key is told of', () => {
  const node = smallNode(4 * 1024 * 1024);
  const ears = node.rig.connect();
  node.run('CONFIG SET notify-keyspace-events KEAn');
  ears.send('SUBSCRIBE', '__keyspace@0__:k');
  assert.match(String(node.run('SETRANGE k 10000000 x')), /OOM/);
  node.run('SADD set a');
  assert.match(String(node.run('SETBIT set 8000000 1')), /WRONGTYPE/);
  assert.equal(node.client.send('SETRANGE', 'k', '500000', 'x'), '');
  node.rig.connect().send('SET', 'large', randomBytes(3_800_000));
  let late = '';
  for (let turn = 0; late === '' && turn < 100; turn++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  assert.match(late, /OOM/);
  node.run('DEL large');
  assert.equal(sliced(node, ['SETRANGE', 'k', '500000', 'x']), 500_001);
  node.rig.timers.endTurn();
  assert.match(ears.pushed(), /new.*setrange/s);
});

test('a string that has grown by the time that its turn comes keeps what stands behind', async () => {
  const node = smallNode(16 * 1024 * 1024);
  const value = randomBytes(450_000);
  assert.equal(node.client.send('SETRANGE', 'k', '420000', 'end'), '');
  node.rig.connect().send('SET', 'k', value);
  let late = '';
  for (let turn = 0; late === '' && turn < 1000; turn++) {
    node.rig.timers.endTurn();
    late = node.client.lateNow();
  }
  assert.equal(late, ':450000\r\n');
  value.write('end', 420_000);
  for (const each of [node, (await replayed(node, 0)).node]) {
    assert.equal(each.run('STRLEN k'), 450_000);
    assert.equal(each.run('BITCOUNT k'), bitCount(value));
  }
});

function bitCount(bytes: Buffer): number {
  let count = 0;
  for (let rest of bytes) for (; rest > 0; rest &= rest - 1) count += 1;
  return count;
}
