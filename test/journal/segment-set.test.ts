import assert from 'node:assert/strict';
import { test } from 'node:test';
import { silentLog as log } from '../../src/base/log.ts';
import { blockHeaderBytes } from '../../src/journal/block.ts';
import { headerBytes } from '../../src/journal/file-header.ts';
import { SegmentSet } from '../../src/journal/segment-set.ts';
import { failure, settle, ToyFiles } from './toy.ts';

const dir = '/log';
const id = '0123456789abcdef';

/** A set of segments that begin at these records, of so many bytes each. */
function setOf(files: ToyFiles, firstSeqs: readonly number[], bytes: number): SegmentSet {
  const set = new SegmentSet({ dir, files, log, id }, []);
  for (const seq of firstSeqs) {
    const open = set.begin(seq, seq, 0);
    open.segment.bytes = bytes;
    set.abandon(open);
  }
  return set;
}

test('a segment that cannot be begun is none, and leaves no descriptor open', () => {
  const files = new ToyFiles();
  const set = setOf(files, [], 0);
  files.intercept = (op) => {
    if (op === 'write') throw failure('ENOSPC');
  };
  assert.throws(() => set.begin(5, 5, 0), /ENOSPC/);
  assert.equal(set.firstSeq, undefined);
  assert.equal(files.openCount, 0);
});

test('a segment closes when nothing is in flight on it any more, with a seal where it has blocks', () => {
  const files = new ToyFiles();
  const set = setOf(files, [], 0);
  const open = set.openLast(0, 0);
  open.ops = 1;
  set.write(open, Buffer.alloc(100), 0, 100, headerBytes);
  open.segment.bytes += 100;
  set.seal(open, 3, headerBytes + 100);
  assert.equal(files.bytesOf(open.fd), headerBytes + 100 + blockHeaderBytes);
  set.abandon(open);
  assert.equal(files.openCount, 1);
  open.ops = 0;
  set.release(open);
  assert.equal(files.openCount, 0);
});

test('segments go once a snapshot has them, unless a link needs them and there is room', async () => {
  for (const [keptBytesMax, stays] of [
    [10_000, [200, 300]],
    [1500, [200, 300]],
    [500, [300]],
  ] as const) {
    const files = new ToyFiles();
    const set = setOf(files, [0, 100, 200, 300], 1000);
    set.retain('edge', 250);
    set.prune(300, keptBytesMax);
    await settle();
    assert.equal(set.firstSeq, stays[0], `${keptBytesMax}`);
    assert.equal(files.names.size, stays.length);
    set.retain('edge', undefined);
    set.prune(300, keptBytesMax);
    assert.equal(set.firstSeq, 300, 'the last one stays');
  }
});

test('after a failure segments go from either end', async () => {
  const files = new ToyFiles();
  const set = setOf(files, [0, 100, 200, 300], 1000);
  assert.equal(set.bytesFrom(200), 2000);
  set.removeFrom(300);
  assert.equal(files.names.size, 3, 'at once: one of the same name may follow');
  set.removeBelow(200);
  await settle();
  assert.deepEqual([set.firstSeq, set.bytesFrom(0), files.names.size], [200, 1000, 1]);
});

test('segments go one after the other, the oldest first; one that does not go keeps those behind it', async () => {
  const files = new ToyFiles();
  const set = setOf(files, [0, 100, 200, 300], 1000);
  files.held = [];
  set.prune(300, 0);
  const { held } = files;
  assert.equal(held.length, 1);
  let stuck = true;
  files.intercept = (op, path) => {
    if (op === 'remove' && stuck && path.includes('100')) throw failure('EIO');
  };
  held.shift()!();
  await settle();
  held.shift()!();
  await settle();
  assert.equal(held.length, 0);
  assert.equal(files.names.size, 3);
  stuck = false;
  set.removeFile('of old');
  for (let n = 3; n > 0; n--) {
    assert.equal(held.length, 1);
    held.shift()!();
    await settle();
  }
  assert.equal(held.length, 0);
  assert.equal(files.names.size, 1);
});
