import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { ListValue, valueBytesAt, valueHeadEnd, writeValueHead } from '../../../src/store/list/list-value.ts';
import { runs } from '../../runs.ts';

/** Writes a value as a chunk does, and reads it back. */
function roundTrip(value: Buffer): { text: string; bytes: number } {
  const out = new Uint8Array(value.length + 32);
  const source = Buffer.concat([Buffer.from('xx'), value]);
  let end = writeValueHead(source, 2, value.length, out, 3);
  assert.ok(out[3]! < valueHeadEnd);
  if (out[3]! >= 0x80 && out[3]! < 0xd0) {
    out.set(value, end);
    end += value.length;
  }
  assert.equal(valueBytesAt(out, 3), end - 3);
  const read = new ListValue();
  read.read(out, 3);
  const text = Buffer.from(read.bytes.subarray(read.offset, read.offset + read.length)).toString('latin1');
  return { text, bytes: end - 3 };
}

test('values come back as they were', () => {
  const text = fc.oneof(
    fc.string({ maxLength: 80 }),
    fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }).map(String),
    fc.integer().map(String),
    fc.integer({ min: -300, max: 300 }).map(String),
    fc.stringMatching(/^-?[0-9]{1,20}$/),
    fc.nat(70_000).map((n) => 'x'.repeat(n)),
  );
  fc.assert(
    fc.property(text, (value) => {
      const bytes = Buffer.from(value, 'latin1');
      assert.equal(roundTrip(bytes).text, bytes.toString('latin1'));
    }),
    { numRuns: runs(3000) },
  );
});

test('edges of integers', () => {
  const edges = [
    0n,
    127n,
    128n,
    2n ** 15n,
    2n ** 23n,
    2n ** 31n,
    2n ** 47n,
    10n ** 15n,
    10n ** 18n,
    2n ** 63n,
  ];
  for (const edge of edges) {
    for (const n of [edge - 1n, edge, edge + 1n, -edge, -edge - 1n, -edge + 1n]) {
      assert.equal(roundTrip(Buffer.from(String(n))).text, String(n));
    }
  }
  for (const text of ['', '-', '-0', '007', '+1', '1 ', '9223372036854775808', '99999999999999999999']) {
    assert.equal(roundTrip(Buffer.from(text)).text, text);
  }
});

test('integers take as few bytes as Redis gives them, or fewer', () => {
  const sizes: [string, number][] = [
    ['0', 1],
    ['127', 1],
    ['-1', 2],
    ['1000', 3],
    ['100000', 4],
    ['2147483647', 5],
    ['100000000000', 7],
    ['9223372036854775807', 10],
    ['abc', 4],
  ];
  for (const [text, bytes] of sizes) assert.equal(roundTrip(Buffer.from(text)).bytes, bytes, text);
});
