import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  copyBytes,
  copyRun,
  copyRunOver,
  forgetViews,
  overrunBytesMax,
  sameBytes,
  sameRun,
  viewOf,
} from '../../src/base/runs.ts';

const run = fc.record({
  bytes: fc.uint8Array({ minLength: 200, maxLength: 200 }),
  offset: fc.nat(40),
  at: fc.nat(40),
  length: fc.nat(150),
});

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

test('copyRun copies a run and touches nothing else', () => {
  fc.assert(
    fc.property(run, ({ bytes, offset, at, length }) => {
      const to = new Uint8Array(200).fill(7);
      const expected = to.slice();
      expected.set(bytes.subarray(offset, offset + length), at);
      copyRun(view(bytes), offset, view(to), at, length);
      assert.deepEqual(to, expected);
    }),
  );
});

test('copyRunOver copies a run and at most so many bytes behind it', () => {
  fc.assert(
    fc.property(run, ({ bytes, offset, at, length }) => {
      const to = new Uint8Array(200).fill(7);
      copyRunOver(view(bytes), offset, view(to), at, length);
      assert.deepEqual(to.subarray(at, at + length), bytes.subarray(offset, offset + length));
      assert.ok(to.subarray(0, at).every((b) => b === 7));
      assert.ok(to.subarray(at + length + overrunBytesMax).every((b) => b === 7));
    }),
  );
});

test('sameRun compares every byte', () => {
  fc.assert(
    fc.property(run, fc.nat(149), ({ bytes, offset, at, length }, other) => {
      const to = new Uint8Array(200);
      to.set(bytes.subarray(offset, offset + length), at);
      assert.equal(sameRun(view(bytes), offset, view(to), at, length), true);
      const differs = other < length;
      if (differs) to[at + other]! ^= 16;
      assert.equal(sameRun(view(bytes), offset, view(to), at, length), !differs);
    }),
  );
});

test('copyBytes and sameBytes are those of the bytes, in small buffers and large ones', () => {
  const sizes = fc.constantFrom(400, 5000);
  fc.assert(
    fc.property(run, sizes, sizes, fc.nat(399), ({ bytes, offset, at, length }, fromSize, toSize, other) => {
      // More large buffers than views are kept, and one that is a part of another.
      const from = new Uint8Array(fromSize + 8).subarray(8);
      from.set(bytes);
      const to = new Uint8Array(toSize).fill(7);
      const expected = to.slice();
      expected.set(from.subarray(offset, offset + length), at);
      copyBytes(to, at, from, offset, length);
      assert.deepEqual(to, expected);
      assert.ok(sameBytes(to, at, from, offset, length));
      to[other]! ^= 1;
      const isInside = other >= at && other < at + length;
      assert.equal(sameBytes(to, at, from, offset, length), !isInside);
    }),
  );
  const large = new Uint8Array(4096);
  assert.equal(viewOf(large), viewOf(large));
  assert.equal(viewOf(new Uint8Array(4095)), undefined);
  forgetViews();
  assert.notEqual(viewOf(large), undefined);
});
