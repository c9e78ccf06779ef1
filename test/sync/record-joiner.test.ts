import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../src/base/at-once.ts';
import { HybridClock } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { VersionVector } from '../../src/delta/vector.ts';
import { MemoryRun } from '../../src/journal/memory-run.ts';
import { BatchKeys } from '../../src/sync/batch-keys.ts';
import { FrameFlag, type WholeBatch } from '../../src/sync/frame.ts';
import { Joined } from '../../src/sync/ports.ts';
import { type Manner, type Outcome, RecordJoiner } from '../../src/sync/record-joiner.ts';
import { SlicePace } from '../../src/sync/slice-pace.ts';

/** A node whose store says of a key by its name what became of the join. */
class Rig {
  readonly origins = new Origins();
  readonly peer = this.origins.intern('peer/00000001');
  readonly batch = new BatchWriter(this.origins);
  readonly log = new BatchWriter(this.origins);
  readonly figures = { deltasReceived: 0, deltasJoined: 0, deltasLeftOut: 0 };
  readonly clock = new HybridClock(0);
  /** What was joined, with what it was joined as. */
  readonly seen: string[] = [];
  readonly marked: string[] = [];
  readonly joiner: RecordJoiner;
  private stamp = 1000;

  constructor(isKeeper = false) {
    this.joiner = new RecordJoiner({
      store: {
        clock: this.clock,
        join: (d, _context, isAnswer, isKept) => {
          const key = d.buf.toString('latin1', d.keyOffset, d.keyOffset + d.keyLength);
          this.seen.push(`${key}${isAnswer ? ' answer' : ''}${isKept ? ' kept' : ''}`);
          return Joined[key.replace(/\d/, '') as keyof typeof Joined];
        },
        recordLeftOut: (_db, key) => this.marked.push(Buffer.from(key).toString()),
      },
      log: { writer: this.log },
      peer: { origin: this.peer, vector: new VersionVector() },
      figures: this.figures,
      judgesSkew: true,
      isKeeper,
      wants: { count: 1, awaits: (_db, key) => key.toString() === 'joined9', need: () => 5 },
    });
  }

  put(name: string): void {
    const key = Buffer.from(name);
    this.batch.expire(0, key, 0, key.length, this.peer, 0, this.stamp++, 0);
  }

  remove(name: string): void {
    const key = Buffer.from(name);
    const lo = this.stamp++;
    this.batch.clear(0, key, 0, key.length, this.peer, 0, lo, this.peer, 0, lo, 0);
  }

  whole(flags = 0): WholeBatch {
    const head = { flags, batch: 1, cursorSeq: 0, rawBytes: 0 };
    return { head, buf: this.batch.buf.subarray(0, this.batch.pos), start: 0 };
  }

  join(manner?: Manner, flags = 0): Outcome {
    return atOnce(this.joiner.join(this.whole(flags), new BatchReader(this.origins), manner));
  }
}

test('what is joined or left out goes into the log, what is stale does not, and what is missing is asked for', () => {
  const rig = new Rig();
  for (const name of ['joined1', 'stale1', 'want1', 'leftOut1', 'leftOut1']) rig.put(name);
  rig.batch.frontier(rig.peer, 1004, 7);
  const { isWhole, frontiers, wants, leftOut, fullBytes } = rig.join();
  assert.deepEqual([isWhole, [...wants], fullBytes], [true, [5], 0]);
  assert.deepEqual([...leftOut], [[rig.peer, 1004]]);
  assert.deepEqual(frontiers, [{ origin: rig.peer, stamp: 1004, tag: 7 }]);
  assert.deepEqual(rig.figures, { deltasReceived: 5, deltasJoined: 1, deltasLeftOut: 2 });
  assert.deepEqual([rig.log.count, rig.marked], [3, ['leftOut1']], 'a key is marked once');
  assert.deepEqual([rig.joiner.takePeerStamp(), rig.joiner.takePeerStamp()], [1004, 0]);
});

test('what finds no room ends the join; of a scan, removals are joined all the same', () => {
  for (const flags of [0, FrameFlag.scan]) {
    const rig = new Rig();
    rig.put('joined1');
    rig.put('full1');
    rig.put('joined2');
    rig.remove('joined3');
    rig.batch.frontier(rig.peer, 1004, 7);
    const { isWhole, frontiers, fullBytes } = rig.join({}, flags);
    assert.deepEqual([isWhole, frontiers.length, fullBytes > 0], [false, 0, true]);
    assert.deepEqual(rig.seen, ['joined1', 'full1', ...(flags === 0 ? [] : ['joined3'])]);
  }
  const full = new Rig();
  full.put('joined1');
  full.remove('joined2');
  assert.deepEqual([full.join({ isFull: true }, FrameFlag.scan).isWhole, full.seen], [false, ['joined2']]);
});

test('what a keeper keeps may be left out, but for answers, what was asked for, and a full copy', () => {
  const rig = new Rig(true);
  rig.put('joined1');
  rig.put('joined9');
  rig.join();
  rig.join({ isAnswer: true });
  rig.joiner.takesAll = true;
  rig.join();
  const expected = ['joined1 kept', 'joined9', 'joined1 answer', 'joined9 answer', 'joined1', 'joined9'];
  assert.deepEqual(rig.seen, expected);
});

test('a large batch goes into a run, with a word between its slices', () => {
  const rig = new Rig();
  for (let i = 0; i < 9; i++) rig.put(`joined${i}`);
  const pace = new SlicePace({ sliceRecords: 3 }, { steadyMs: () => 0 });
  const run = new MemoryRun(1, rig.origins, () => {});
  const keys = new BatchKeys();
  let yields = 0;
  const reader = new BatchReader(rig.origins);
  pace.begin();
  for (const _ of rig.joiner.join(rig.whole(), reader, { large: { slices: { keys, pace }, run } })) {
    pace.begin();
    yields += 1;
  }
  assert.deepEqual([yields, run.count, rig.log.count], [3, 9, 0]);
});
