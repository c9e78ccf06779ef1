import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { replayed } from '../in-slices.ts';

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
