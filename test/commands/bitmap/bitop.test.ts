import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';

function get(node: CommandNode, key: string): string {
  // All at once, as bytes.
  node.run('MULTI');
  node.call('GET', key);
  const reply = node.bytes('EXEC').subarray('*1\r\n'.length);
  return reply.subarray(reply.indexOf('\n') + 1, -2).toString('hex');
}

test('combines strings of different lengths', () => {
  const node = new CommandNode();
  node.call('SET', 'a', '\xff\x0f\xaa');
  node.call('SET', 'b', '\x0f\xff');
  assert.equal(node.run('BITOP AND d a b'), 3);
  assert.equal(get(node, 'd'), '0f0f00');
  node.run('BITOP or d a b missing');
  assert.equal(get(node, 'd'), 'ffffaa');
  node.run('BITOP XOR d a b');
  assert.equal(get(node, 'd'), 'f0f0aa');
  node.run('BITOP NOT d a');
  assert.equal(get(node, 'd'), '00f055');
  node.run('BITOP AND d missing a');
  assert.equal(get(node, 'd'), '000000');
});

test('removes the destination where the result is empty, and drops its deadline else', () => {
  const node = new CommandNode();
  node.run('SET d x EX 100');
  assert.equal(node.run('BITOP OR d missing'), 0);
  assert.equal(node.run('EXISTS d'), 0);
  node.run('SET d x EX 100');
  assert.equal(node.run('BITOP OR d d'), 1);
  assert.equal(node.run('TTL d'), -1);
  assert.equal(node.run('BITOP NOT d a b'), '-ERR BITOP NOT must be called with a single source key.');
  assert.equal(node.run('BITOP NAND d a b'), '-ERR syntax error');
});

const largeBytes = 500_000;

/** A node with strings of some megabytes: `a` and `b` have bits here and there, `z` is zeros, `short` is shorter. */
function largeNode(keepsDead = false): CommandNode {
  const node = smallNode(8 * 1024 * 1024);
  if (keepsDead) node.store.keepDead();
  for (const [key, bytes] of [
    ['a', largeBytes],
    ['b', largeBytes - 7],
    ['z', largeBytes + 3],
    ['short', 30_001],
  ] as const) {
    whole(node, ['SETRANGE', key, bytes - 1, '\0']);
    if (key === 'z') continue;
    for (let n = 1; n < bytes; n = n * 2 + 3) node.call('SETRANGE', key, n, `${key}${n}`);
  }
  return node;
}

for (const words of [
  ['AND', 'd', 'a', 'b'],
  ['OR', 'd', 'a', 'short', 'b', 'missing'],
  ['XOR', 'a', 'a', 'b'],
  ['NOT', 'd', 'a'],
  ['AND', 'd', 'a', 'z'],
]) {
  test(`BITOP ${words.join(' ')} of large strings in slices stores what it does as a whole`, async () => {
    const node = largeNode();
    const [, destination] = words;
    const from = node.rig.journal.seq;
    assert.equal(sliced(node, ['BITOP', ...words]), node.run(`STRLEN ${destination}`));
    const stored = get(node, destination!);
    const { node: copy, runs } = await replayed(node, 0);
    assert.equal(runs, 1);
    assert.ok(node.rig.journal.seq > from);
    assert.equal(get(copy, destination!), stored);
    const again = largeNode();
    whole(again, ['BITOP', ...words]);
    assert.equal(get(again, destination!), stored);
  });
}

test('a string that changes while large ones are combined is in the result as it is then', () => {
  const node = largeNode();
  const other = node.rig.connect();
  sliced(node, ['BITOP', 'OR', 'd', 'a', 'b'], () => void other.send('SETRANGE', 'a', '490000', 'changed'));
  const stored = get(node, 'd');
  whole(node, ['BITOP', 'OR', 'e', 'a', 'b']);
  assert.equal(stored, get(node, 'e'));
  assert.ok(Buffer.from(stored, 'hex').includes('changed'));
  const reply = sliced(node, ['BITOP', 'NOT', 'd', 'a'], () => void other.send('DEL', 'a'));
  assert.equal(reply, 0);
  assert.equal(node.run('EXISTS d'), 0);
});

test('with peers a large result takes the place of a string, and of what is no string at once', async () => {
  for (const [line, runs] of [
    ['SET d x', 1],
    ['LPUSH d x', 0],
    ['INCR d', 0],
  ] as const) {
    const clean = largeNode(true);
    clean.run(line);
    sliced(clean, ['BITOP', 'NOT', 'd', 'a']);
    const found = await replayed(clean, 0);
    assert.equal(found.runs, runs, line);
    assert.equal(get(found.node, 'd'), get(clean, 'd'), line);
    assert.equal(clean.run('TTL d'), -1);
  }
});

test('where there is no room beside the destination it is done at once', () => {
  const node = smallNode(1536 * 1024);
  node.call('SETRANGE', 'a', largeBytes, 'x');
  node.call('SETRANGE', 'd', largeBytes, 'y');
  assert.equal(sliced(node, ['BITOP', 'NOT', 'd', 'a']), largeBytes + 1);
  assert.equal(sliced(node, ['BITCOUNT', 'd', '1', '100']), 800);
});
