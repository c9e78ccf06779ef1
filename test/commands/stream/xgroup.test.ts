import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TestNode } from '../../store/fleet.ts';
import { CommandNode } from '../harness.ts';

test('makes and removes groups and consumers', () => {
  const node = new CommandNode();
  assert.match(String(node.run('XGROUP CREATE s g $')), /requires the key to exist/);
  assert.equal(node.run('XGROUP CREATE s g $ MKSTREAM'), 'OK');
  assert.equal(node.run('TYPE s'), 'stream');
  assert.match(String(node.run('XGROUP CREATE s g $')), /^-BUSYGROUP/);
  assert.equal(node.run('XGROUP CREATECONSUMER s g a'), 1);
  assert.equal(node.run('XGROUP CREATECONSUMER s g a'), 0);
  node.run('XADD s 1 f v');
  node.run('XREADGROUP GROUP g a STREAMS s >');
  assert.equal(node.run('XGROUP DELCONSUMER s g a'), 1);
  assert.deepEqual(node.run('XPENDING s g'), [0, null, null, null]);
  assert.equal(node.run('XGROUP SETID s g 0'), 'OK');
  assert.deepEqual(node.run('XREADGROUP GROUP g b STREAMS s >'), [['s', [['1-0', ['f', 'v']]]]]);
  assert.match(String(node.run('XGROUP SETID s none 0')), /^-NOGROUP/);
  assert.equal(node.run('XGROUP DESTROY s g'), 1);
  assert.equal(node.run('XGROUP DESTROY s g'), 0);
  assert.match(String(node.run('XGROUP HELP')), /CREATECONSUMER/);
});

/** A stream with two groups, in which things were read, acknowledged, claimed and removed. */
function played(): { readonly node: TestNode; readonly client: CommandNode } {
  const node = new TestNode('a', { memoryBytes: 1024 * 1024 });
  const client = new CommandNode({ store: node.store });
  const lines = [
    'XGROUP CREATE s g 0 MKSTREAM',
    'XGROUP CREATE s other $ ENTRIESREAD 4',
    ...Array.from({ length: 700 }, (_, i) => `XADD s ${i + 1} f ${i}`),
    'XREADGROUP GROUP g a COUNT 600 STREAMS s >',
    'XREADGROUP GROUP g b COUNT 50 STREAMS s >',
    'XACK s g 3 4 620',
    'XCLAIM s g b 0 10 11 12 RETRYCOUNT 9',
    'XGROUP CREATECONSUMER s other idle',
    'XGROUP CREATECONSUMER s other gone',
    'XGROUP DELCONSUMER s other gone',
    'XGROUP CREATE s third 0',
    'XGROUP DESTROY s third',
    'XGROUP SETID s other 5',
    'XDEL s 20',
  ];
  for (const line of lines) node.run(() => assert.doesNotMatch(String(client.run(line)), /^-/, line));
  return { node, client };
}

function fullOf(node: TestNode): unknown {
  return new CommandNode({ store: node.store }).run('XINFO STREAM s FULL COUNT 0');
}

test('groups come back from the journal, and from a snapshot, and go to no peer', () => {
  const { node } = played();
  const full = fullOf(node);
  const replayed = new TestNode('b');
  for (const batch of node.history) replayed.join(batch, node);
  assert.deepEqual(fullOf(replayed), full);

  const restored = new TestNode('c');
  for (const batch of node.scanned(true)) restored.join(batch, node);
  assert.deepEqual(fullOf(restored), full);
  // What was journaled while the snapshot was made is replayed over it.
  for (const batch of node.history) restored.join(batch, node);
  assert.deepEqual(fullOf(restored), full);

  const peer = new TestNode('d');
  for (const batch of node.scanned(false)) peer.join(batch, node);
  assert.deepEqual(new CommandNode({ store: peer.store }).run('XINFO GROUPS s'), []);
});

test('a copy of a stream has copies of its groups; all memory of groups comes back', () => {
  const node = new TestNode('a', { keepsDead: false });
  const client = new CommandNode({ store: node.store });
  client.run('SET warm up');
  const before = node.store.arena.liveBytes;
  client.run('XGROUP CREATE s g 0 MKSTREAM');
  for (let i = 1; i <= 500; i++) client.run(`XADD s ${i} f ${i}`);
  client.run('XREADGROUP GROUP g a COUNT 300 STREAMS s >');
  client.run('XREADGROUP GROUP g b STREAMS s >');
  client.run('COPY s t');
  assert.deepEqual(client.run('XPENDING t g'), client.run('XPENDING s g'));
  assert.deepEqual(client.run('XINFO GROUPS t'), client.run('XINFO GROUPS s'));
  client.run('RENAME t u');
  assert.deepEqual(client.run('XPENDING u g'), client.run('XPENDING s g'));
  client.run('DEL s u');
  assert.equal(node.store.arena.liveBytes, before);
});

test('groups survive compaction of the arena', () => {
  const { node, client } = played();
  const full = fullOf(node);
  for (let i = 0; i < 3000; i++) client.call('SET', `k${i}`, 'x'.repeat(i % 3000));
  for (let i = 0; i < 3000; i++) if (i % 8 !== 0) client.call('DEL', `k${i}`);
  node.store.ground.starved = true;
  while (node.store.compactSlice());
  assert.deepEqual(fullOf(node), full);
});
