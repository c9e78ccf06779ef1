import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommandNode } from '../harness.ts';
import { smallNode } from '../in-slices.ts';
import { parseReply } from '../parse-reply.ts';

function ids(reply: unknown): string[] {
  assert.ok(Array.isArray(reply));
  return reply.map((entry: unknown) => String(Array.isArray(entry) ? entry[0] : entry));
}

test('returns intervals, forwards and backwards', () => {
  const node = new CommandNode();
  for (let i = 1; i <= 5; i++) node.run(`XADD s ${i}-${i} f ${i} g x`);
  assert.deepEqual(node.run('XRANGE s 2 3'), [
    ['2-2', ['f', '2', 'g', 'x']],
    ['3-3', ['f', '3', 'g', 'x']],
  ]);
  assert.deepEqual(ids(node.run('XRANGE s - +')), ['1-1', '2-2', '3-3', '4-4', '5-5']);
  assert.deepEqual(ids(node.run('XRANGE s (2-2 (5-5')), ['3-3', '4-4']);
  assert.deepEqual(ids(node.run('XRANGE s 2-3 + COUNT 2')), ['3-3', '4-4']);
  assert.deepEqual(ids(node.run('XREVRANGE s + -')), ['5-5', '4-4', '3-3', '2-2', '1-1']);
  assert.deepEqual(ids(node.run('XREVRANGE s 4 (2-2 COUNT 1')), ['4-4']);
  assert.deepEqual(node.run('XRANGE s 9 +'), []);
  assert.deepEqual(node.run('XRANGE none - +'), []);
  assert.match(String(node.run('XRANGE s (18446744073709551615-18446744073709551615 +')), /invalid start ID/);
  assert.match(String(node.run('XRANGE s - (0-0')), /invalid end ID/);
  assert.match(String(node.run('XRANGE s - + COUNT')), /syntax/);
});

test('goes through many chunks of entries with names of their own and values of all lengths', () => {
  const node = new CommandNode({ memoryBytes: 1024 * 1024 });
  const expected: string[] = [];
  for (let i = 1; i <= 1000; i++) {
    node.call('XADD', 's', `${i * 7}-${i % 3}`, i % 5 === 0 ? 'other' : 'f', 'x'.repeat((i * 13) % 300));
    expected.push(`${i * 7}-${i % 3}`);
  }
  assert.deepEqual(ids(node.run('XRANGE s - +')), expected);
  assert.deepEqual(ids(node.run('XREVRANGE s + -')), expected.toReversed());
  assert.deepEqual(ids(node.run('XRANGE s 3500 + COUNT 3')), expected.slice(499, 502));
  assert.deepEqual(node.run('XRANGE s 35 35'), [['35-2', ['other', 'x'.repeat(65)]]]);
});

test('large ranges come in slices, the same as at once', () => {
  const node = smallNode();
  const expected: string[] = [];
  for (let i = 1; i <= 2000; i++) {
    node.run(`XADD s ${i}-${i % 5} f ${i}`);
    expected.push(`${i}-${i % 5}`);
  }
  const late = (...words: string[]): unknown => {
    assert.equal(node.bytes(...words).length, 0);
    assert.deepEqual(ids(node.run('XRANGE s 5 6')), ['5-0', '6-1']);
    let text = '';
    while (text === '') {
      node.advance(1);
      text = node.client.lateNow();
    }
    return parseReply(Buffer.from(text, 'latin1'), 0)?.value;
  };
  assert.deepEqual(ids(late('XRANGE', 's', '-', '+')), expected);
  assert.deepEqual(
    ids(late('XREVRANGE', 's', '+', '-', 'COUNT', '1800')),
    expected.toReversed().slice(0, 1800),
  );
});
