import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Log, silentLog } from '../../src/base/log.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { check } from '../../src/journal/check.ts';
import type { Block } from '../../src/journal/delta-log.ts';
import type { FsyncPolicy } from '../../src/journal/file-journal.ts';
import { runs } from '../runs.ts';
import { until } from '../until.ts';
import { failure, openRig, putRecord, setOne, settle, ToyFiles } from './toy.ts';

function stamps(
  rig: { origins: ConstructorParameters<typeof BatchReader>[0] },
  blocks: readonly Block[],
): number[] {
  const reader = new BatchReader(rig.origins);
  const out: number[] = [];
  for (const block of blocks) {
    reader.open(block.buf, block.start, block.end);
    while (reader.next()) out.push(reader.stamp);
  }
  return out;
}

test('everysec: done before commit returns, durable once a second, by request earlier', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  const { journal, timers } = rig;
  let done = 0;
  rig.store.set(journal.writer, 'a', 1, 'x');
  journal.commit(() => done++);
  assert.equal(done, 1);
  journal.commit(() => done++);
  assert.equal(done, 2, 'nothing appended, nothing under way: at once');
  assert.deepEqual([journal.seq, journal.durableSeq], [1, 0]);
  const seen: number[] = [];
  journal.onDurable(() => seen.push(journal.durableSeq));
  timers.pass(1000);
  await settle();
  assert.deepEqual(seen, [1]);
  timers.pass(500);
  await setOne(rig, 'b', 2, 'y');
  journal.requestSync();
  await settle();
  assert.deepEqual(seen, [1, 2]);
  await setOne(rig, 'c', 3, 'z');
  journal.requestSync();
  await settle();
  assert.deepEqual(seen, [1, 2], 'not within 10 ms of the last');
  timers.pass(10);
  await settle();
  assert.deepEqual(seen, [1, 2, 3]);
  await journal.close();
  assert.equal(files.openCount, 0);
});

test('while a sync is in flight commits hold their dones, in order', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  const { journal } = rig;
  await setOne(rig, 'a', 1, 'x');
  files.held = [];
  journal.requestSync();
  const order: number[] = [];
  for (let i = 2; i <= 4; i++) {
    rig.store.set(journal.writer, `k${i}`, i, 'v');
    journal.commit(() => order.push(i));
    journal.commit(() => order.push(i + 100));
  }
  assert.deepEqual(order, []);
  const { held } = files;
  files.held = undefined;
  for (const run of held.splice(0)) run();
  await settle();
  assert.deepEqual(order, [2, 102, 3, 103, 4, 104]);
  await journal.close();
  assert.deepEqual(openRig(files.powerLoss()).store.dump(), rig.store.dump());
});

test('beyond its bound the queue behind a sync is written at once, and still answered in order', async () => {
  for (const failing of [false, true]) {
    const files = new ToyFiles();
    const rig = openRig(files, { queuedBytesMax: 500 });
    const { journal } = rig;
    await setOne(rig, 'a', 1, 'x');
    files.held = [];
    journal.requestSync();
    const order: number[] = [];
    const errors: (Error | undefined)[] = [];
    let mostBytes = 0;
    for (let i = 2; i <= 60; i++) {
      if (failing && i === 50) files.shortBytes = 5;
      rig.store.set(journal.writer, `k${i}`, i, 'v'.repeat(60));
      journal.commit((error) => {
        order.push(i);
        errors.push(error);
      });
      mostBytes = Math.max(mostBytes, files.names.get('/data/journal-0000000000000000.log')!.data.length);
    }
    assert.ok(mostBytes > 3000, 'written while the sync and a write are held');
    const { held } = files;
    files.held = undefined;
    files.shortBytes = undefined;
    for (const run of held.splice(0)) run();
    await settle();
    if (!failing) {
      assert.deepEqual(
        order,
        Array.from({ length: 59 }, (_, i) => i + 2),
      );
      assert.ok(errors.every((e) => e === undefined));
      await journal.close();
      assert.deepEqual(openRig(files.powerLoss()).store.dump(), rig.store.dump());
    } else {
      assert.equal(order.length, 59);
      assert.ok(errors.every((e) => e !== undefined));
      rig.timers.pass(1000);
      await until(() => journal.failure === undefined);
      assert.deepEqual(openRig(files.killed()).store.dump(), rig.store.dump());
    }
  }
});

test('a change of policy while commits wait leaves none of them waiting', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { appendfsync: 'always' });
  const first = setOne(rig, 'a', 1, 'x');
  const second = setOne(rig, 'b', 2, 'x');
  rig.journal.appendfsync = 'everysec';
  assert.deepEqual(await Promise.all([first, second, setOne(rig, 'c', 3, 'x')]), [
    undefined,
    undefined,
    undefined,
  ]);
  await rig.journal.close();
});

test('always: done after the sync, and commits that arrive meanwhile share the next', async () => {
  const files = new ToyFiles();
  let syncs = 0;
  files.intercept = (op) => {
    if (op === 'sync') syncs += 1;
  };
  const rig = openRig(files, { appendfsync: 'always' });
  const all: Promise<Error | undefined>[] = [];
  for (let i = 1; i <= 50; i++) all.push(setOne(rig, `k${i}`, i, 'v'));
  assert.deepEqual(await Promise.all(all), new Array(50).fill(undefined));
  assert.equal(rig.journal.durableSeq, 50);
  assert.ok(syncs <= 3, `${syncs} syncs`);
  assert.deepEqual(openRig(files.powerLoss()).store.dump(), rig.store.dump());
});

test('no: durable only by request', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { appendfsync: 'no' });
  await setOne(rig, 'a', 1, 'x');
  rig.timers.pass(60_000);
  await settle();
  assert.equal(rig.journal.durableSeq, 0);
  rig.journal.requestSync();
  await settle();
  assert.equal(rig.journal.durableSeq, 1);
});

test('segments rotate, survive recovery, and are read back for links from files as from memory', async () => {
  const files = new ToyFiles();
  const options = { segmentBytesMax: 4096, cacheBytesMax: 1, snapshotBytesMin: 1e12 } as const;
  const rig = openRig(files, { ...options, appendfsync: 'always' });
  for (let i = 1; i <= 3000; i++) {
    if (i % 7 === 0) rig.journal.setSource('hub');
    rig.store.set(rig.journal.writer, `key${i % 500}`, i, `value ${i}`);
    rig.journal.setSource('');
    if (i % 20 === 0) await new Promise((resolve) => rig.journal.commit(resolve));
  }
  assert.ok(files.list('/data').length > 10);
  for (let round = 0; round < 2; round++) {
    const now = round === 0 ? rig : openRig(files, options);
    assert.deepEqual(now.store.dump(), rig.store.dump());
    assert.deepEqual([now.journal.seq, now.journal.ownSeq], [3000, rig.journal.ownSeq]);
    const got: number[] = [];
    while (got.length < 3000) {
      const blocks = await now.journal.read(got.length, 2000);
      assert.ok(blocks !== undefined && blocks.length > 0);
      assert.equal(blocks[0]!.firstSeq, got.length);
      got.push(...stamps(now, blocks));
    }
    assert.deepEqual(
      got,
      Array.from({ length: 3000 }, (_, i) => i + 1),
    );
    const inside = await now.journal.read(1234, 1);
    assert.ok(inside![0]!.firstSeq <= 1234 && inside![0]!.firstSeq + inside![0]!.count > 1234);
    if (round === 0) await now.journal.close();
  }
});

test('a snapshot taken during writes, with the log after it, is the state; segments go, pins hold them', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, {
    segmentBytesMax: 4096,
    cacheBytesMax: 1,
    sliceBytes: 1024,
    snapshotBytesMin: 1e12,
  });
  const { journal } = rig;
  rig.ledger.recorder = journal.writer;
  rig.ledger.addStart(rig.store.own, 1, 77);
  for (let i = 2; i <= 1000; i++) await setOne(rig, `key${i}`, i, 'first');
  journal.retain('hub', 900);
  const saving = journal.snapshot();
  assert.equal(journal.snapshot(), saving, 'a second call joins the first');
  for (let i = 1001; i <= 1400; i++) {
    await setOne(rig, `key${(i * 37) % 1200}`, i, 'second');
    if (i % 10 === 0) await settle(1);
  }
  rig.ledger.setNote('cursor', '5');
  const result = await saving;
  assert.ok(result.seq >= 1000 && result.records >= 999);
  assert.equal(journal.save.lastStatus, 'ok');
  assert.ok(journal.oldestSeq <= 900 && journal.oldestSeq > 0);
  await setOne(rig, 'last', 1500, 'x');
  const now = openRig(files.killed());
  assert.deepEqual(now.store.dump(), rig.store.dump());
  assert.equal(now.ledger.notes.get('cursor'), '5');
  assert.equal(now.ledger.lastStampOfTag(now.store.own, 77), 1500);
  assert.equal(now.recovered.snapshotSeq, result.seq);
  journal.retain('hub', undefined);
  assert.ok(journal.oldestSeq > 900);
  await journal.close();
});

test('while a snapshot is written no commit waits in the kernel for it, and each is answered in order', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  const { journal } = rig;
  await setOne(rig, 'a', 1, 'x');
  files.held = [];
  const snapshot = journal.snapshot();
  const order: number[] = [];
  for (let i = 2; i <= 4; i++) {
    rig.store.set(journal.writer, `k${i}`, i, 'v');
    journal.commit(() => order.push(i));
  }
  assert.equal(order.length, 0);
  const { held } = files;
  files.held = undefined;
  for (const run of held.splice(0)) run();
  await snapshot;
  assert.deepEqual(order, [2, 3, 4]);
  rig.store.set(journal.writer, 'k5', 5, 'v');
  journal.commit(() => order.push(5));
  assert.deepEqual(order, [2, 3, 4, 5], 'after it a commit is one write again');
  await journal.close();
  assert.deepEqual(openRig(files.killed()).store.dump(), rig.store.dump());
});

test('a pin gives way when what it holds exceeds the budget for links', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, {
    segmentBytesMax: 4096,
    cacheBytesMax: 1,
    tailBytesMax: 10_000,
    snapshotBytesMin: 1e12,
  });
  rig.journal.retain('hub', 0);
  for (let i = 1; i <= 2000; i++) await setOne(rig, `key${i}`, i, 'value');
  await settle(100);
  await rig.journal.snapshot();
  assert.ok(rig.journal.oldestSeq > 0);
  assert.equal(rig.journal.read(0, 100), undefined);
  await rig.journal.close();
});

test('snapshots come by themselves when the log has outgrown a segment and the last snapshot', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { segmentBytesMax: 8192 });
  for (let i = 1; i <= 2000; i++) {
    await setOne(rig, `key${i % 10}`, i, 'value');
    if (i % 50 === 0) await settle(3);
  }
  await settle(50);
  assert.ok(rig.journal.save.lastDurationMs >= 0 && rig.journal.changesSinceSave < 1000);
  assert.ok(rig.journal.storedBytes < 60_000, `${rig.journal.storedBytes}`);
  await rig.journal.close();
  assert.deepEqual(openRig(files).store.dump(), rig.store.dump());
});

for (const op of ['write', 'sync', 'syncDir', 'open', 'rename'] as const) {
  for (const policy of ['always', 'everysec'] as const) {
    test(`ENOSPC at each ${op} in turn under ${policy}: nothing acknowledged is lost`, async () => {
      for (let nth = 1; nth <= 12; nth++) await failAt(op, nth, policy);
    });
  }
}

/** Fails the nth operation of a kind and all others until space is back; then crashes. */
async function failAt(op: string, nth: number, policy: FsyncPolicy): Promise<void> {
  const files = new ToyFiles();
  const options = { segmentBytesMax: 4096, appendfsync: policy, snapshotBytesMin: 1e12, sliceBytes: 512 };
  const rig = openRig(files, options);
  const { journal, timers } = rig;
  let count = 0;
  let full = false;
  files.intercept = (what) => {
    if (what === op && ++count >= nth && (nth > 6 || count < nth + 3)) full = true;
    if (full && what === op) throw failure('ENOSPC');
  };
  const acknowledged = new Map<string, number>();
  let stamp = 0;
  const write = async (n: number): Promise<void> => {
    for (let i = 0; i < n; i++) {
      if (journal.failure !== undefined) return;
      stamp += 1;
      const key = `key${stamp % 40}`;
      const error = await setOne(rig, key, stamp, `v${stamp}`.padEnd(100, '.'));
      if (error === undefined) acknowledged.set(key, stamp);
      if (i % 10 === 0) timers.pass(300);
    }
  };
  await write(80);
  await journal.snapshot().catch(() => {});
  await write(80);
  const during = openRig(policy === 'always' ? files.powerLoss() : files.killed(), options);
  for (const [key, at] of acknowledged) assert.ok(during.store.values.get(key)!.stamp >= at, `${op} ${nth}`);
  full = false;
  count = -1e9;
  await until(async () => {
    if (journal.failure !== undefined) timers.pass(40_000);
    await settle(200);
    return journal.failure === undefined;
  }, `${op} ${nth}: writable again`);
  await write(40);
  const after = openRig(policy === 'always' ? files.powerLoss() : files.killed(), options);
  for (const [key, at] of acknowledged) assert.ok(after.store.values.get(key)!.stamp >= at, `${op} ${nth}`);
  await journal.close();
  assert.equal(files.openCount, 0, `${op} ${nth}: descriptors left`);
}

test('a failed write is answered with an error, reads of nothing go on, a short write is a failure', async () => {
  const files = new ToyFiles();
  const rig = openRig(files);
  await setOne(rig, 'a', 1, 'kept');
  files.shortBytes = 10;
  const told: (string | undefined)[] = [];
  rig.journal.onDurable(() => told.push(rig.journal.failure));
  assert.match(String(await setOne(rig, 'b', 2, 'lost?')), /journal: short write/);
  assert.match(told.at(-1) ?? '', /short write/);
  assert.match(rig.journal.failure ?? '', /short write/);
  let done = false;
  rig.journal.commit((error) => {
    done = error === undefined;
  });
  assert.ok(done);
  assert.match(String(await setOne(rig, 'c', 3, 'x')), /short write/);
  await assert.rejects(rig.journal.snapshot(), /short write/);
  assert.equal(rig.journal.save.lastStatus, 'err', 'so INFO tells of a BGSAVE that nobody waits for');
  files.shortBytes = undefined;
  rig.timers.pass(1000);
  await until(() => rig.journal.failure === undefined);
  assert.equal(rig.journal.durableSeq, 3);
  assert.equal(await setOne(rig, 'd', 4, 'y'), undefined);
  assert.deepEqual(openRig(files.killed()).store.dump(), rig.store.dump());
});

test('the log tells of a snapshot that failed, once, and not of one that the end of the node cut off', async () => {
  const errors: string[] = [];
  const log: Log = { ...silentLog, error: (message) => errors.push(message) };
  const files = new ToyFiles();
  const { journal } = openRig(files, {}, '/data', log);
  const cutOff = assert.rejects(journal.snapshot(), /the journal is closed/);
  await Promise.all([journal.close(), cutOff]);
  assert.deepEqual(errors, []);

  const rig = openRig(files, {}, '/data', log);
  files.shortBytes = 10;
  await setOne(rig, 'a', 1, 'lost?');
  errors.length = 0;
  await assert.rejects(rig.journal.snapshot(), /short write/);
  assert.deepEqual(errors, ['snapshot failed']);
});

test('a failed fsync is never repeated on that file', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { appendfsync: 'always' });
  assert.equal(await setOne(rig, 'a', 1, 'x'), undefined);
  const synced: string[] = [];
  let failing = true;
  files.intercept = (op, path) => {
    if (op !== 'sync') return;
    synced.push(path);
    if (failing) throw failure('EIO');
  };
  const errors = await Promise.all([setOne(rig, 'b', 2, 'x'), setOne(rig, 'c', 3, 'x')]);
  assert.ok(errors.every((e) => /EIO/.test(String(e))));
  failing = false;
  rig.timers.pass(1000);
  await until(() => rig.journal.failure === undefined);
  assert.equal(await setOne(rig, 'd', 4, 'x'), undefined);
  const first = synced[0]!;
  assert.equal(synced.filter((p) => p === first).length, 1);
  assert.deepEqual(openRig(files.powerLoss()).store.dump(), rig.store.dump());
});

test('crashes at random: nothing acknowledged under always, nothing durable under any policy, is lost', async () => {
  const step = fc.oneof(
    { weight: 10, arbitrary: fc.record({ do: fc.constant('set' as const), key: fc.nat(30) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('commit' as const), key: fc.nat(3) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('turns' as const), key: fc.nat(6) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('sync' as const), key: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('second' as const), key: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('snapshot' as const), key: fc.nat(3) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('crash' as const), key: fc.nat(200) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('break' as const), key: fc.nat(4) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('mend' as const), key: fc.nat(3) }) },
  );
  const policies = fc.constantFrom<FsyncPolicy>('always', 'everysec', 'no');
  await fc.assert(
    fc.asyncProperty(
      policies,
      fc.boolean(),
      fc.array(step, { maxLength: 200, size: 'max' }),
      async (policy, kill, steps) => {
        const options = { appendfsync: policy, segmentBytesMax: 4096, sliceBytes: 200 } as const;
        let files = new ToyFiles();
        let rig = openRig(files, options);
        let stamp = 0;
        let acknowledged = 0;
        for (const s of steps) {
          const { journal } = rig;
          if (s.do === 'set') rig.store.set(journal.writer, `key${s.key}`, ++stamp, 'v'.repeat(s.key * 9));
          else if (s.do === 'commit') {
            const upTo = journal.writer.count > 0 ? stamp : 0;
            const world = rig;
            journal.commit((error) => {
              if (error === undefined && rig === world) acknowledged = Math.max(acknowledged, upTo);
            });
          } else if (s.do === 'turns') await settle(s.key);
          else if (s.do === 'sync') journal.requestSync();
          else if (s.do === 'second') rig.timers.pass(1000);
          else if (s.do === 'snapshot') journal.snapshot().catch(() => {});
          else if (s.do === 'break') files.intercept = failing(breakable[s.key]!);
          else if (s.do === 'mend') files.intercept = () => {};
          else {
            const before = rig;
            files = kill ? files.killed() : files.powerLoss((extra) => Math.min(extra, s.key));
            rig = openRig(files, options);
            const floor = kill || policy === 'always' ? acknowledged : before.journal.durableSeq;
            assertPrefix(before.store.dump(), rig.store.dump(), rig.journal.seq, stamp, floor);
            stamp = rig.journal.seq;
            acknowledged = stamp;
          }
        }
      },
    ),
    { numRuns: runs(250) },
  );
});

const breakable = ['write', 'sync', 'syncDir', 'open', 'rename'] as const;

function failing(op: (typeof breakable)[number]): (what: string) => void {
  return (what) => {
    if (what === op) throw failure('EIO');
  };
}

/** Stamps count records, so the state after record n is what each key's writes up to n left. */
function assertPrefix(
  before: Record<string, string>,
  after: Record<string, string>,
  seq: number,
  stamp: number,
  floor: number,
): void {
  assert.ok(seq >= floor, `recovered ${seq}, acknowledged ${floor}`);
  assert.ok(seq <= stamp);
  for (const [key, value] of Object.entries(before)) {
    if (Number.parseInt(value, 10) <= seq) assert.equal(after[key], value);
  }
  for (const value of Object.values(after)) assert.ok(Number.parseInt(value, 10) <= seq);
}

test('a block larger than the read window comes back whole', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { cacheBytesMax: 1 });
  for (let i = 1; i <= 40_000; i++)
    putRecord(rig.journal.writer, rig.store.own, `key${i}`, i, 'a value of some size');
  await new Promise((resolve) => rig.journal.commit(resolve));
  await setOne(rig, 'next', 50_000, 'x');
  rig.journal.requestSync();
  await settle();
  const blocks = await rig.journal.read(20_000, 1000);
  assert.equal(blocks?.length, 1);
  assert.equal(stamps(rig, blocks!).length, 40_000);
  await rig.journal.close();
});

for (const writes of [0, 3]) {
  test(`cut off at any step of the way back from a failure, with ${writes} writes meanwhile, the log goes on`, async () => {
    const files = new ToyFiles();
    const options = { appendfsync: 'no', segmentBytesMax: 4096, sliceBytes: 200 } as const;
    const rig = openRig(files, options);
    for (let i = 1; i <= 20; i++) {
      await setOne(rig, `key${i}`, i, 'v'.repeat(30));
      if (i === 10) rig.journal.requestSync();
      await settle(3);
    }
    files.intercept = failing('write');
    await setOne(rig, 'failed', 21, 'x');
    const images: { readonly disk: ToyFiles; readonly durable: number }[] = [];
    let stamp = 21;
    files.intercept = () => {
      const durable = rig.journal.failure === undefined ? rig.journal.durableSeq : 10;
      images.push({ disk: files.powerLoss(), durable }, { disk: files.killed(), durable });
      if (stamp < 21 + writes) setImmediate(() => setOne(rig, `more${++stamp}`, stamp, 'x'));
    };
    rig.timers.pass(1000);
    await until(() => rig.journal.failure === undefined);
    await rig.journal.close();
    assert.ok(images.length > 15, `${images.length}`);
    for (const [i, { disk, durable }] of images.entries()) {
      const again = openRig(disk, options);
      assert.ok(again.journal.seq >= durable, `image ${i}`);
      assert.equal(await setOne(again, 'next', 1000, 'x'), undefined);
      assert.deepEqual(openRig(disk.killed(), options).store.dump(), again.store.dump(), `image ${i}`);
    }
  });
}

test('a restart that fails after its snapshot was renamed leaves what that snapshot needs', async () => {
  const files = new ToyFiles();
  const options = { appendfsync: 'no', sliceBytes: 200 } as const;
  const rig = openRig(files, options);
  for (let i = 1; i <= 20; i++) await setOne(rig, `key${i}`, i, 'v'.repeat(30));
  files.intercept = failing('write');
  await setOne(rig, 'failed', 21, 'x');
  let isRenamed = false;
  let isBegun = false;
  files.intercept = (op, path) => {
    if (op === 'write' && path.endsWith('.tmp') && !isBegun) {
      isBegun = true;
      void setOne(rig, 'early', 22, 'x');
    }
    if (op === 'rename') {
      isRenamed = true;
      void setOne(rig, 'late', 23, 'x');
    }
    // What came behind the snapshot cannot be synced, nor can another snapshot be written.
    if (isRenamed && (op === 'sync' || (op === 'write' && path.endsWith('.tmp')))) throw failure('EIO');
  };
  rig.timers.pass(1000);
  await until(() => isRenamed);
  await settle(50);
  rig.timers.pass(40_000);
  await settle(50);
  assert.notEqual(rig.journal.failure, undefined);
  for (const disk of [files.powerLoss(), files.killed()]) {
    assert.ok(openRig(disk, options).store.values.has('early'));
  }
  files.intercept = () => {};
  rig.timers.pass(40_000);
  await until(() => rig.journal.failure === undefined);
  assert.deepEqual(openRig(files.powerLoss(), options).store.dump(), rig.store.dump());
  await rig.journal.close();
});

test('a block that was closed before a rotation says nothing of the segment that it goes into', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { segmentBytesMax: 4096, snapshotBytesMin: 1e12 });
  for (let i = 1; i <= 40; i++) {
    await setOne(rig, `key${i}`, i, 'v'.repeat(60));
    rig.journal.requestSync();
    rig.timers.pass(20);
    await settle(4);
  }
  // The segment is nearly full and synced: what comes now waits for its last sync, and goes into the next one.
  for (let i = 41; i <= 60; i++) void setOne(rig, `key${i}`, i, 'v'.repeat(60));
  await settle(60);
  const names = files.list('/data').sort();
  assert.ok(names.length > 1);
  for (const name of names) {
    const { data } = files.names.get(`/data/${name}`)!;
    for (let at = 64; at + 24 <= data.length; at += data.readUInt32LE(at + 4)) {
      assert.ok(data.readUInt32LE(at + 20) <= at, `${name} ${at}`);
    }
  }
});

test('a log that is closed while it has failed says so, and lets go of everything', async () => {
  const files = new ToyFiles();
  let closed = 0;
  const rig = openRig(files, { onClose: () => (closed += 1) });
  files.intercept = failing('write');
  await setOne(rig, 'a', 1, 'x');
  await assert.rejects(rig.journal.close(), /EIO/);
  assert.deepEqual([closed, files.openCount], [1, 0]);
  const other = openRig(new ToyFiles(), { appendfsync: 'no' });
  await setOne(other, 'a', 1, 'x');
  await other.journal.close();
});

test('a disk that fills up within a block is named as full, and nothing of the torn block stays when there is room', async () => {
  for (const policy of ['always', 'everysec'] as const) {
    const files = new ToyFiles();
    const rig = openRig(files, { appendfsync: policy, snapshotBytesMin: 1e12 });
    for (let i = 1; i <= 20; i++) assert.equal(await setOne(rig, `key${i}`, i, 'v'.repeat(50)), undefined);
    const [name] = files.list('/data');
    const sound = files.names.get(`/data/${name}`)!.data.length;
    files.diskBytes = sound + 40;
    assert.match(String(await setOne(rig, 'torn', 21, 'v'.repeat(50))), /ENOSPC/);
    assert.equal(files.names.get(`/data/${name}`)!.data.length, sound + 40);
    // Too little for a snapshot: each try leaves what was there, and nothing of its own.
    for (const more of [100, 200, 400]) {
      files.diskBytes = sound + 40 + more;
      rig.timers.pass(40_000);
      await settle(50);
      assert.match(rig.journal.failure ?? '', /ENOSPC/);
      assert.ok(files.list('/data').length <= 2, `${files.list('/data')}`);
      const again = openRig(files.killed());
      assert.equal(again.store.values.size, 20, 'what was acknowledged, and the torn block is cut');
    }
    files.diskBytes = Number.POSITIVE_INFINITY;
    rig.timers.pass(40_000);
    await until(() => rig.journal.failure === undefined);
    await settle(20);
    assert.ok(!files.list('/data').includes(name!), 'the file with the torn block is gone');
    assert.equal(await setOne(rig, 'after', 22, 'x'), undefined);
    const report = check('/data', { repair: false, files: files.killed() });
    assert.deepEqual([report.problems, report.files.filter((f) => f.isTorn)], [[], []]);
    assert.deepEqual(openRig(files.killed()).store.dump(), rig.store.dump());
    await rig.journal.close();
    assert.equal(files.openCount, 0);
  }
});
