import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { FerriteError } from '../../src/base/errors.ts';
import {
  BatchAssembly,
  FrameFlag,
  frameBytesMax,
  frameHeaderBytes,
  framesOf,
  readFrame,
  seqMax,
} from '../../src/sync/frame.ts';

function batch(bytes: number): Buffer {
  const buf = Buffer.alloc(frameHeaderBytes + bytes);
  for (let i = frameHeaderBytes; i < buf.length; i++) buf[i] = i % 251;
  return buf;
}

test('a batch comes back from its frames, however long', () => {
  for (const bytes of [0, 1, 1000, frameBytesMax - frameHeaderBytes, frameBytesMax, 3 * frameBytesMax + 7]) {
    const buf = batch(bytes);
    const head = { flags: FrameFlag.cursor, batch: 77, cursorSeq: seqMax, rawBytes: 0 };
    const frames = framesOf(Buffer.from(buf), buf.length, head);
    const assembly = new BatchAssembly();
    const results = frames.map((frame) => assembly.add(frame));
    const whole = results.pop();
    assert.ok(results.every((r) => r === undefined) && whole !== undefined);
    assert.deepEqual([whole.head.batch, whole.head.cursorSeq], [77, seqMax]);
    assert.ok(whole.buf.subarray(whole.start).equals(buf.subarray(frameHeaderBytes)));
    assert.ok(frames.every((f) => f.length <= frameBytesMax));
  }
});

test('parts of two batches do not mix', () => {
  const a = framesOf(batch(2 * frameBytesMax), 2 * frameBytesMax, {
    flags: 0,
    batch: 1,
    cursorSeq: 0,
    rawBytes: 0,
  });
  const b = framesOf(batch(2 * frameBytesMax), 2 * frameBytesMax, {
    flags: 0,
    batch: 2,
    cursorSeq: 0,
    rawBytes: 0,
  });
  const assembly = new BatchAssembly();
  assembly.add(a[0]!);
  assert.throws(() => assembly.add(b[1]!), FerriteError);
});

test('of a batch longer than its receiver takes nothing is kept, and the next one is taken', () => {
  const head = { flags: 0, batch: 1, cursorSeq: 0, rawBytes: 0 };
  const frames = framesOf(batch(4 * frameBytesMax), 4 * frameBytesMax, head);
  const assembly = new BatchAssembly(2 * frameBytesMax);
  for (const frame of frames.slice(0, 2)) assert.equal(assembly.add(frame), undefined);
  const results = frames.slice(2).map((frame) => assembly.add(frame));
  const end = results.pop();
  assert.deepEqual([end?.isTooLong, end?.buf.length, end?.head.batch], [true, 0, 1]);
  assert.ok(results.every((r) => r === undefined));
  const [next] = framesOf(batch(10), 10 + frameHeaderBytes, { ...head, batch: 2 });
  assert.equal(assembly.add(next!)?.isTooLong, false);
});

test('a flipped bit anywhere is found', () => {
  const buf = batch(60);
  const [frame] = framesOf(buf, buf.length, { flags: 0, batch: 5, cursorSeq: 9, rawBytes: 0 });
  const bits = fc.integer({ min: 0, max: frame!.length * 8 - 1 });
  fc.assert(
    fc.property(bits, (bit) => {
      const bad = Buffer.from(frame!);
      bad[bit >> 3] = bad[bit >> 3]! ^ (1 << (bit & 7));
      assert.throws(() => readFrame(bad), FerriteError);
    }),
  );
});

test('hostile bytes are refused with an error of the protocol', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      assert.throws(() => readFrame(Buffer.from(bytes)), FerriteError);
    }),
  );
});

test('the form and the raw size say the same', () => {
  const buf = batch(60);
  const [frame] = framesOf(buf, buf.length, { flags: 0, batch: 5, cursorSeq: 9, rawBytes: 1000 });
  assert.equal(readFrame(frame!).rawBytes, 1000);
  for (const form of [0, 2]) {
    const bad = Buffer.from(frame!);
    bad[3] = form;
    assert.throws(() => readFrame(bad), /form/);
  }
});
