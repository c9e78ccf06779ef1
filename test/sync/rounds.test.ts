import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Rounds } from '../../src/sync/rounds.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { until } from '../until.ts';
import { LiveNode, liveHub } from './live-node.ts';

class Rig {
  readonly scheduler = new Scheduler(1, 0);
  readonly timers = this.scheduler.timersFor(() => false);
  readonly told: number[] = [];
  readonly rounds: Rounds;
  news = (): void => {};

  constructor(linksPerMs: number) {
    const onDurable = (listener: () => void): (() => void) => {
      this.news = listener;
      return () => {};
    };
    this.rounds = new Rounds({ log: { onDurable }, timers: this.timers, limits: { linksPerMs } });
  }

  join(): () => void {
    return this.rounds.join(() => this.told.push(this.scheduler.nowMs));
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }
}

test('few links are told at once, once a turn', async () => {
  const rig = new Rig(20);
  rig.news();
  for (let i = 0; i < 3; i++) rig.join();
  for (let i = 0; i < 5; i++) rig.news();
  assert.deepEqual(rig.told, []);
  await rig.pass(0);
  assert.deepEqual(rig.told, [0, 0, 0]);
  rig.news();
  await rig.pass(0);
  assert.equal(rig.told.length, 6);
});

test('many links are told at once what comes after silence, and then in rounds with a pause for each', async () => {
  const rig = new Rig(0.2);
  for (let i = 0; i < 4; i++) rig.join();
  await rig.pass(100);
  for (let ms = 0; ms < 50; ms++) {
    rig.news();
    await rig.pass(1);
  }
  const rounds = [100, 120, 140];
  assert.deepEqual(
    rig.told,
    rounds.flatMap((atMs) => [atMs, atMs, atMs, atMs]),
  );
  await rig.pass(100);
  assert.equal(rig.told.at(-1), 160, 'what came in a pause is told at its end');
});

test('who has left is told nothing', async () => {
  const rig = new Rig(20);
  const leave = rig.join();
  rig.news();
  leave();
  await rig.pass(10);
  rig.news();
  await rig.pass(10);
  assert.deepEqual(rig.told, []);
});

test('the last one that leaves takes the time to come along, and who joins is told as ever', async () => {
  const rig = new Rig(0.1);
  let waiting = 0;
  const { after } = rig.timers;
  Object.assign(rig.timers, {
    after: (ms: number, run: () => void) => {
      waiting += 1;
      const cancel = after(ms, run);
      return () => {
        waiting -= 1;
        cancel();
      };
    },
  });
  const [leave, leaveToo] = [rig.join(), rig.join()];
  rig.news();
  await rig.pass(0);
  assert.deepEqual([rig.told, waiting], [[0, 0], 0]);
  rig.news();
  leave();
  assert.equal(waiting, 1);
  leaveToo();
  assert.equal(waiting, 0);
  rig.join();
  rig.news();
  await rig.pass(100);
  assert.deepEqual(rig.told, [0, 0, 20]);
});

test('what is news because links are told waits for the end of the pause', async () => {
  const rig = new Rig(0.1);
  const told: number[] = [];
  rig.rounds.join(() => {
    told.push(rig.scheduler.nowMs);
    if (told.length < 4) rig.news();
  });
  rig.news();
  await rig.pass(100);
  assert.deepEqual(told, [0, 10, 20, 30]);
});

test('what many edges write at once reaches each in a few batches, not one for each write', async () => {
  const count = 24;
  const node = new LiveNode({ nodeId: 'hub', limits: { linksPerMs: 0.1 }, connectionsMax: count });
  const hub = await liveHub([], 0, node);
  const edges = Array.from({ length: count }, (_, n) => new LiveNode({ nodeId: `e${n}`, hubUrl: hub.url }));
  await until(() => edges.every((edge) => edge.engine.status().syncStatus === 'synced'), 'all are linked');
  const before = node.engine.status().figures;
  for (const edge of edges) edge.incr('n');
  await until(() => edges.every((edge) => edge.get('n') === String(count)), 'all have all');
  const { batchesSent, deltasSent } = node.engine.status().figures;
  assert.ok(deltasSent - before.deltasSent >= count * (count - 1));
  const each = (batchesSent - before.batchesSent) / count;
  assert.ok(each <= 8, `${each} batches for an edge`);
  await Promise.all(edges.map((edge) => edge.stop()));
  await hub.stop();
});
