import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Encoding } from '../../../src/store/entry.ts';
import { replayed, sliced, smallNode, whole } from '../in-slices.ts';

const bytes = 500_000;

test('bits of a large string are counted and found in slices as they are at once', () => {
  const node = smallNode(16 * 1024 * 1024);
  node.call('SETRANGE', 'zeros', bytes - 1, '\0');
  node.call('SETRANGE', 'k', bytes - 1, '\0');
  sliced(node, ['BITOP', 'NOT', 'ones', 'zeros']);
  for (let n = 1; n < bytes; n = n * 2 + 3) node.call('SETBIT', 'k', n * 8 + 3, 1);
  const ranges = [[], [3, -5], [7000, 300_000], [-100_000, -1], [11, 3_000_001, 'BIT'], [bytes, -1]];
  for (const key of ['k', 'zeros', 'ones']) {
    for (const range of ranges) {
      const counted = ['BITCOUNT', key, ...range];
      assert.equal(sliced(node, counted), whole(node, counted), counted.join(' '));
      for (const bit of [0, 1]) {
        for (const asked of [range, range.slice(0, 1)]) {
          const found = ['BITPOS', key, bit, ...asked];
          assert.equal(sliced(node, found), whole(node, found), found.join(' '));
        }
      }
    }
  }
  assert.equal(node.call('BITCOUNT', 'k', -1, -5), 0);
  const more = 3 * bytes;
  node.call('SETRANGE', 'more', more - 1, '\0');
  const other = node.rig.connect();
  const change = (): void => void other.send('SETBIT', 'more', '5', '1');
  assert.equal(sliced(node, ['BITCOUNT', 'more'], change), 1);
  assert.equal(
    sliced(node, ['BITPOS', 'more', 1, 1], () => void other.send('DEL', 'more')),
    -1,
  );
});

test('bits looked at in slices are one read', () => {
  const node = smallNode(16 * 1024 * 1024);
  node.call('SETRANGE', 'k', 3 * bytes, '\x01');
  const { stats } = node.rig.services;
  for (const words of [
    ['BITCOUNT', 'k'],
    ['BITPOS', 'k', 1],
  ]) {
    const { hits } = stats;
    sliced(node, words);
    assert.equal(stats.hits, hits + 1, words.join(' '));
  }
});

test('a string whose time comes in a pause while its bits are counted is counted as gone', () => {
  const node = smallNode(16 * 1024 * 1024);
  const { rig } = node;
  const other = rig.connect();
  node.call('SETRANGE', 'zeros', 3 * bytes, '\0');
  sliced(node, ['BITOP', 'NOT', 'k', 'zeros']);
  node.call('PEXPIRE', 'k', 1000);
  const counted = sliced(node, ['BITCOUNT', 'k'], () => {
    other.send('CLIENT', 'PAUSE', '100000', 'WRITE');
    rig.nowMs += 2000;
    rig.dispatch.beginTurn();
  });
  assert.equal(counted, 0);
});

test('bits of a string that has to be put together to be read are counted at once', () => {
  const node = smallNode(16 * 1024 * 1024);
  const { rig } = node;
  node.call('INCR', 'k');
  rig.joinPut('k', '\x01'.repeat(bytes));
  const { store } = rig;
  const key = Buffer.from('k');
  const at = store.find(store.keyspace(0), store.hash.of(key, 0, 1), key, 0, 1);
  assert.equal(store.entries.encoding(at), Encoding.state);
  assert.equal(node.call('BITCOUNT', 'k'), bytes);
});

const farBit = 4_000_000;
for (const words of [
  ['SETBIT', 'k', farBit, 1],
  ['SETBIT', 'k', farBit, 0],
  ['BITFIELD', 'k', 'SET', 'u8', farBit, 7, 'INCRBY', 'u8', farBit, 1, 'GET', 'u16', farBit - 8],
  ['BITFIELD', 'k', 'GET', 'u8', 0, 'SET', 'i5', farBit + 3, 0],
  ['BITFIELD', 'k', 'OVERFLOW', 'FAIL', 'INCRBY', 'u2', farBit, 9],
  ['BITFIELD', 'k', 'OVERFLOW', 'FAIL', 'INCRBY', 'u2', farBit, 9, 'GET', 'u2', 5, 'INCRBY', 'u2', 0, 3],
]) {
  for (const before of ['', 'what was there']) {
    const name = `${words.join(' ')} behind ${before === '' ? 'nothing' : 'a string'}`;
    test(`${name} writes the zeros in slices, and says what it does as a whole`, async () => {
      const [node, other] = [smallNode(16 * 1024 * 1024), smallNode(16 * 1024 * 1024)];
      const events: string[][] = [];
      for (const each of [node, other]) {
        if (before !== '') each.call('SET', 'k', before);
        each.run('CONFIG SET notify-keyspace-events EAn');
        const listener = each.rig.connect();
        listener.send('PSUBSCRIBE', '__keyevent*');
        events.push([]);
        const reply = each === node ? sliced(node, words) : whole(other, words);
        each.rig.timers.endTurn();
        events.at(-1)!.push(JSON.stringify(reply), listener.pushed());
      }
      assert.deepEqual(events[0], events[1]);
      for (const each of [node, (await replayed(node, 0)).node]) {
        assert.equal(each.run('STRLEN k'), other.run('STRLEN k'));
        for (const range of [
          [0, 299_999],
          [300_000, -1],
        ]) {
          const ask = ['GETRANGE', 'k', ...range];
          assert.ok(each.bytes(...ask).equals(other.bytes(...ask)));
        }
      }
    });
  }
}
