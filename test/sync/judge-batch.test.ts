import assert from 'node:assert/strict';
import { test } from 'node:test';
import { atOnce } from '../../src/base/at-once.ts';
import { HybridClock, stampHi, stampLo, stampOfMs } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { BatchKeys } from '../../src/sync/batch-keys.ts';
import { judgeBatch, type Refusal } from '../../src/sync/judge-batch.ts';
import { SlicePace } from '../../src/sync/slice-pace.ts';

const nowMs = Date.UTC(2026, 10, 1);
const skewMs = 1000;
const key = Buffer.from('k');

/** A node with a clock, and the batches that a peer may send it. */
class Rig {
  readonly origins = new Origins();
  readonly self = this.origins.intern('self/00000001');
  readonly peer = this.origins.intern('peer/00000001');
  readonly clock = new HybridClock(nowMs);
  readonly writer = new BatchWriter(this.origins);

  /** A deadline of the key, said at a stamp. */
  say(origin: number, stamp: number): void {
    this.writer.expire(0, key, 0, 1, origin, stampHi(stamp), stampLo(stamp), 0);
  }

  *judge(judgesSkew: boolean, slices?: { keys: BatchKeys; pace: SlicePace }) {
    const { buf, pos } = this.writer;
    const parts = {
      store: { clock: this.clock, self: this.self },
      identity: { isOwnPast: ({ tag }: { tag: number }) => tag === 7 },
      timers: { nowMs: () => nowMs },
      limits: { maxClockSkewMs: skewMs },
      judgesSkew,
    };
    const head = { flags: 0, batch: 1, cursorSeq: 0, rawBytes: 0 };
    return yield* judgeBatch(
      parts,
      { head, buf: buf.subarray(0, pos), start: 0 },
      new BatchReader(this.origins),
      slices,
    );
  }

  verdict(judgesSkew = true): Refusal | undefined {
    return atOnce(this.judge(judgesSkew));
  }
}

test('what is sound is refused for nothing; what is ahead of the clock is, where the clock is judged', () => {
  const rig = new Rig();
  rig.say(rig.peer, stampOfMs(nowMs));
  assert.equal(rig.verdict(), undefined);
  rig.say(rig.peer, stampOfMs(nowMs + 10 * skewMs));
  const refusal = rig.verdict();
  assert.deepEqual([refusal?.reason, refusal?.deltas], ['skew', 2]);
  assert.equal(rig.verdict(false), undefined);
});

test('what does not travel, or what this node never said, is forged', () => {
  const own = new Rig();
  own.say(own.self, own.clock.last());
  assert.equal(own.verdict(), undefined);
  own.say(own.self, own.clock.last() + 1);
  assert.equal(own.verdict()?.reason, 'forged');
  const frontiers = new Rig();
  frontiers.writer.frontier(frontiers.self, 5, 7);
  assert.equal(frontiers.verdict(), undefined);
  frontiers.writer.frontier(frontiers.self, 6, 8);
  assert.deepEqual([frontiers.verdict()?.reason, frontiers.verdict()?.deltas], ['forged', 0]);
  const local = new Rig();
  local.writer.ledger(local.peer, 5, 'note', 'x');
  assert.equal(local.verdict()?.reason, 'forged');
});

test('what is malformed is told of by an error', () => {
  const rig = new Rig();
  rig.say(rig.peer, stampOfMs(nowMs));
  rig.writer.pos -= 1;
  assert.throws(() => rig.verdict(), { code: 'LINK_PROTOCOL' });
});

test('a large batch is judged in slices, and its keys are found', () => {
  const rig = new Rig();
  for (let i = 0; i < 10; i++) rig.say(rig.peer, stampOfMs(nowMs) + i);
  const slices = { keys: new BatchKeys(), pace: new SlicePace({ sliceRecords: 1 }, { steadyMs: () => 0 }) };
  let yields = 0;
  for (const _ of rig.judge(true, slices)) {
    slices.pace.begin();
    yields += 1;
  }
  assert.deepEqual([yields, slices.keys.lastStamp], [10, stampOfMs(nowMs) + 9]);
});
