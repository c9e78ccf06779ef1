import assert from 'node:assert/strict';
import { test } from 'node:test';
import { notesSource } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';
import { BlockTail } from '../../src/journal/tail.ts';
import { putRecord } from './toy.ts';

function tail(bytesMax: number): { tail: BlockTail; set: (n: number) => void } {
  const origins = new Origins();
  const own = origins.intern('edge/00000001');
  const t = new BlockTail(origins, 0, 0, bytesMax, 4096);
  return { tail: t, set: (n) => putRecord(t.writer, own, `key${n}`, n + 1, 'x'.repeat(50)) };
}

test('a steady log uses its chunks again and stays within its budget', () => {
  const { tail: t, set } = tail(8192);
  const buffers = new Set<Buffer>();
  for (let n = 0; n < 5000; n++) {
    set(n);
    t.closeBlock(0);
    t.turn(t.seq);
    buffers.add(t.writer.buf);
  }
  assert.ok(buffers.size <= 5, `${buffers.size} buffers`);
  assert.ok(t.bytes <= 8192 + 4096);
});

test('what was handed out, and what is still to be written, is kept', () => {
  const { tail: t, set } = tail(8192);
  const handed = new Set<Buffer>();
  for (let n = 0; n < 1000; n++) {
    set(n);
    t.closeBlock(0);
    t.turn(t.seq);
    for (const block of t.read(n, t.seq, 1) ?? []) handed.add(block.buf);
  }
  assert.ok(handed.size > 10);
  for (let n = 1000; n < 2000; n++) {
    set(n);
    t.closeBlock(0);
    t.turn(1000);
  }
  assert.ok(t.oldestSeq <= 1000);
  assert.equal(t.read(1000, 2000, 1e9)?.at(-1)?.firstSeq, 1999);
});

test('a chunk of which a write is in flight is not used again', () => {
  const { tail: t, set } = tail(8192);
  const inFlight = t.current;
  inFlight.writes += 1;
  const buffers = new Set<Buffer>();
  for (let n = 0; n < 1000; n++) {
    set(n);
    t.closeBlock(0);
    t.turn(t.seq);
    if (t.current !== inFlight) buffers.add(t.writer.buf);
  }
  assert.ok(!buffers.has(inFlight.buf));
  assert.ok(buffers.size <= 6);
});

test('only durable blocks are read, whole', () => {
  const { tail: t, set } = tail(1 << 20);
  for (let n = 0; n < 10; n++) {
    set(n);
    if (n % 5 === 4) t.closeBlock(0);
  }
  assert.deepEqual(
    t.read(0, 5, 1e9)?.map((b) => b.firstSeq),
    [0],
  );
  assert.deepEqual(t.read(0, 4, 1e9), [], 'half a block is not given');
  assert.deepEqual(
    t.read(7, 10, 1)?.map((b) => b.firstSeq),
    [5],
  );
});

test('readers at many places find what they ask for, in whatever order they ask', () => {
  const { tail: t, set } = tail(64 * 1024);
  for (let n = 0; n < 300; n++) {
    set(n);
    t.closeBlock(0);
    t.turn(t.seq);
  }
  for (let n = 0; n < 300; n++) {
    const from = (n * 7919) % 300;
    const blocks = t.read(from, t.seq, 1000)!;
    assert.equal(blocks[0]!.firstSeq, from);
    assert.ok(blocks.length >= Math.min(2, 300 - from));
  }
  assert.deepEqual(t.read(300, t.seq, 200), []);
});

test('what this node notes for itself is no news', () => {
  const { tail: t, set } = tail(8192);
  set(0);
  t.setSource(notesSource, 0);
  assert.equal(t.newsSeq, 1);
  set(1);
  t.closeBlock(0);
  assert.deepEqual([t.newsSeq, t.seq], [1, 2]);
  t.setSource('edge', 0);
  set(2);
  t.closeBlock(0);
  assert.deepEqual([t.newsSeq, t.seq], [3, 3]);
});
