import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StreamId } from '../../src/delta/stream-id.ts';

const u64Max = 2n ** 64n - 1n;
const part = fc.oneof(
  fc.bigInt(0n, u64Max),
  fc.bigInt(0n, 100n),
  fc.bigInt(u64Max - 5n, u64Max),
  fc.bigInt(0n, 2n ** 53n),
);

function idOf(ms: bigint, seq: bigint): StreamId {
  const id = new StreamId();
  const text = Buffer.from(`${ms}-${seq}`);
  assert.equal(id.parse(text, 0, text.length), true);
  return id;
}

test('ids are read and written exactly, compared by time, then by sequence', () => {
  fc.assert(
    fc.property(part, part, part, part, (a, b, c, d) => {
      const [left, right] = [idOf(a, b), idOf(c, d)];
      const out = new Uint8Array(41);
      assert.equal(Buffer.from(out.subarray(0, left.write(out, 0))).toString(), `${a}-${b}`);
      assert.equal(left.textBytes, `${a}-${b}`.length);
      assert.equal(left.text, `${a}-${b}`);
      const order = a !== c ? (a < c ? -1 : 1) : b === d ? 0 : b < d ? -1 : 1;
      assert.equal(left.compare(right), order);
    }),
  );
});

test('the next and the one before', () => {
  fc.assert(
    fc.property(part, part, (ms, seq) => {
      const id = idOf(ms, seq);
      const whole = (ms << 64n) | seq;
      assert.equal(id.increment(), whole < 2n ** 128n - 1n);
      if (whole === 2n ** 128n - 1n) return;
      const next = whole + 1n;
      assert.equal(id.text, `${next >> 64n}-${next & u64Max}`);
      assert.equal(id.decrement(), true);
      assert.equal(id.text, `${ms}-${seq}`);
    }),
  );
  assert.equal(new StreamId().decrement(), false);
  assert.equal(new StreamId().setMax().increment(), false);
});

test('what is no id is refused', () => {
  const id = new StreamId();
  for (const text of [
    '',
    '-',
    'x',
    '1-',
    '-1',
    '1-2-3',
    '1.5',
    '1 ',
    ' ',
    '+',
    '18446744073709551616',
    '1-18446744073709551616',
    '9'.repeat(200),
  ]) {
    assert.equal(id.parse(Buffer.from(text), 0, text.length), false, text);
  }
  assert.equal(id.parse(Buffer.from('7'), 0, 1, true), true);
  assert.equal(id.text, '7-18446744073709551615');
  assert.equal(id.parseWithAnySequence(Buffer.from('8-*'), 0, 3), true);
  assert.equal(id.parseWithAnySequence(Buffer.from('8-1'), 0, 3), false);
});
