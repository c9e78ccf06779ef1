import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shipSlice } from '../../../src/store/stream/ship-stream.ts';
import { StreamCursor } from '../../../src/store/stream/stream-deltas.ts';
import { CommandNode } from '../../commands/harness.ts';
import { TestNode } from '../fleet.ts';

const [from, to] = [Buffer.from('a'), Buffer.from('b')];

function filled(): TestNode {
  const node = new TestNode('n1');
  const client = new CommandNode({ store: node.store });
  for (let i = 1; i <= 40; i++) client.run(`XADD a ${i}-0 f v${i} g w`);
  client.run('XDEL a 40 3');
  client.run('XTRIM a MINID 3');
  for (const group of ['g', 'h']) {
    client.run(`XGROUP CREATE a ${group} 0`);
    for (const consumer of ['c', 'd'])
      client.run(`XREADGROUP GROUP ${group} ${consumer} COUNT 9 STREAMS a >`);
  }
  client.run('XGROUP CREATE a empty 5');
  return node;
}

function shown(node: TestNode, key: string): unknown {
  const client = new CommandNode({ store: node.store });
  return [`XRANGE ${key} - +`, `XINFO STREAM ${key}`, `XINFO GROUPS ${key}`, `XPENDING ${key} g - + 99`].map(
    (command) => client.run(command),
  );
}

test('a copy in slices of any size is what a copy at once is, also once it is replayed', () => {
  for (const count of [1, 7, 19, 1000]) {
    const node = filled();
    const before = shown(node, 'a');
    node.run(({ otherStreams: source, streams }) => {
      const ks = node.store.keyspace(0);
      const cursor = new StreamCursor();
      for (let isDone = false; !isDone; ) {
        source.open(ks, from, 0, 1);
        streams.open(ks, to, 0, 1);
        isDone = shipSlice(source, streams, count, cursor);
      }
    });
    assert.deepEqual(shown(node, 'b'), before);
    const peer = filled();
    for (const batch of node.history.slice(-1)) peer.join(batch, node);
    assert.deepEqual(shown(peer, 'b'), before);
  }
});

test('a stream without entries is copied with what is known of it', () => {
  const node = filled();
  const client = new CommandNode({ store: node.store });
  client.run('XTRIM a MAXLEN 0');
  client.run('COPY a b');
  assert.deepEqual(shown(node, 'b'), shown(node, 'a'));
});
