import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Encoding } from '../../../src/store/entry.ts';
import { CommandNode } from '../harness.ts';
import { errorOf, replayed, sliced, smallNode, whole } from '../in-slices.ts';

test('says whether the estimate may have changed', () => {
  const node = new CommandNode();
  assert.equal(node.run('PFADD h'), 1);
  assert.equal(node.run('PFADD h'), 0);
  assert.equal(node.run('PFADD h a b c'), 1);
  assert.equal(node.run('PFADD h a b c'), 0);
  assert.equal(node.run('PFCOUNT h'), 3);
  assert.equal(node.run('TYPE h'), 'string');
});

test('refuses what is no HyperLogLog, and a corrupt one', () => {
  const node = new CommandNode();
  node.run('SET s abc');
  const error = '-WRONGTYPE Key is not a valid HyperLogLog string value.';
  assert.equal(node.run('PFADD s a'), error);
  node.run('PFADD h a b c');
  node.call('APPEND', 'h', 'hello');
  assert.equal(node.run('PFADD h z'), '-INVALIDOBJ Corrupted HLL object detected');
});

test('a large set of this node alone changes in place, with a short delta', () => {
  const node = new CommandNode();
  for (let i = 0; i < 20_000; i += 10) {
    node.call('PFADD', 'h', ...Array.from({ length: 10 }, (_, k) => `element:${i + k}`));
  }
  const count = Number(node.run('PFCOUNT h'));
  assert.ok(Math.abs(count - 20_000) < 600, String(count));
  assert.equal(node.run('STRLEN h'), 12_304);
  const { store } = node;
  const key = Buffer.from('h');
  const at = store.find(store.keyspace(0), store.hash.of(key, 0, 1), key, 0, 1);
  assert.equal(store.entries.encoding(at), Encoding.registers);
  const before = store.recorder?.pos ?? 0;
  let i = 0;
  while (node.run(`PFADD h more:${i}`) === 0) i += 1;
  assert.ok((store.recorder?.pos ?? 0) - before < 40);
});

test('adds to a set that was put as bytes', () => {
  const node = new CommandNode();
  node.run('PFADD h a b c');
  node.run('COPY h copy');
  assert.equal(node.run('PFADD copy a b c'), 0);
  assert.equal(node.run('PFADD copy d'), 1);
  assert.equal(node.run('PFCOUNT copy'), 4);
  assert.equal(node.run('PFCOUNT h'), 3);
});

test('begins anew over an expired one', () => {
  const node = new CommandNode();
  node.run('PFADD h a b c');
  node.run('PEXPIRE h 10');
  node.advance(20);
  assert.equal(node.run('PFADD h x'), 1);
  assert.equal(node.run('PFCOUNT h'), 1);
  assert.equal(node.run('TTL h'), -1);
});

test('very many that a large set has counted change nothing, and are told of to nobody', () => {
  const names = Array.from({ length: 20_000 }, (_, n) => `e${n}`);
  const node = smallNode();
  assert.equal(sliced(node, ['PFADD', 'h', ...names]), 1);
  const { journal } = node.rig;
  journal.commit(() => {});
  const { seq } = journal;
  assert.equal(sliced(node, ['PFADD', 'h', ...names]), 0);
  assert.equal(node.run('PFMERGE h h'), 'OK');
  journal.commit(() => {});
  assert.equal(journal.seq, seq);
  assert.equal(sliced(node, ['PFADD', 'h', ...names, 'one', 'more', 'and', 'others']), 1);
});

test('very many elements are counted in slices, as at once', async () => {
  const names = Array.from({ length: 2000 }, (_, n) => `e${n}`);
  for (const before of [[], ['PFADD h e5 x'], names.map((name) => `PFADD h ${name}`)]) {
    for (const keepsDead of [false, true]) {
      const [node, other] = [smallNode(), smallNode()];
      if (keepsDead) for (const { store } of [node, other]) store.keepDead();
      for (const line of before) for (const each of [node, other]) each.run(line);
      const added = (): void => void node.rig.connect().send('PFADD', 'h', 'meanwhile');
      other.run('PFADD h meanwhile');
      assert.equal(sliced(node, ['PFADD', 'h', ...names], added), whole(other, ['PFADD', 'h', ...names]));
      assert.deepEqual(node.bytes('GET', 'h'), other.bytes('GET', 'h'));
      const copy = await replayed(node, 0);
      assert.equal(copy.node.run('PFCOUNT h'), other.run('PFCOUNT h'));
    }
  }
  const node = smallNode();
  node.run('SET s abc');
  assert.match(node.bytes('PFADD', 's', ...names).toString(), /WRONGTYPE/);
  const retyped = (): void => void node.rig.connect().send('SADD', 'h', 'x');
  assert.match(errorOf(sliced(node, ['PFADD', 'h', ...names], retyped)), /WRONGTYPE/);
});
