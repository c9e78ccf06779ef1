import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { FerriteError } from '../../src/base/errors.ts';
import { createLog, silentLog } from '../../src/base/log.ts';
import { Origins } from '../../src/delta/origins.ts';
import { check } from '../../src/journal/check.ts';
import { headerBytes, segmentName } from '../../src/journal/file-header.ts';
import { openJournal, segmentBytesFor } from '../../src/journal/open-journal.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { until } from '../until.ts';
import { failure, openRig, setOne, settle, ToyFiles, ToyStore } from './toy.ts';

/** A disk with `n` records in one segment, one block each, and nothing synced but what `sync` says. */
async function logOf(n: number, sync: boolean, close = false): Promise<ToyFiles> {
  const files = new ToyFiles();
  const rig = openRig(files);
  for (let i = 1; i <= n; i++) {
    await setOne(rig, `key${i}`, i, 'v'.repeat(i % 20));
    if (!sync) continue;
    rig.timers.pass(1000);
    await settle(4);
  }
  if (close) await rig.journal.close();
  return files.killed();
}

function withBytes(files: ToyFiles, name: string, change: (data: Buffer) => Buffer): ToyFiles {
  const copy = files.killed();
  const file = copy.names.get(`/data/${name}`)!;
  file.data = change(file.data);
  return copy;
}

const first = segmentName(0);

test('cut at any byte, the log comes back as a prefix, and goes on from there', async () => {
  const files = await logOf(25, false);
  const whole = files.names.get(`/data/${first}`)!.data.length;
  let longest = 0;
  for (let bytes = 0; bytes <= whole; bytes++) {
    const cut = withBytes(files, first, (data) => data.subarray(0, bytes));
    const lines: string[] = [];
    const log = createLog(
      'info',
      (line) => lines.push(line),
      () => 0,
    );
    const rig = openRig(cut, {}, '/data', log);
    const n = rig.journal.seq;
    assert.ok(n >= longest);
    longest = n;
    assert.equal(Object.keys(rig.store.dump()).length, n);
    assert.equal(rig.store.values.has(`key${n}`), n > 0);
    if (rig.recovered.cutBytes > 0) {
      assert.ok(lines.some((l) => l.includes(`cut a torn tail of ${rig.recovered.cutBytes} bytes`)));
    }
    await setOne(rig, 'next', 1000, 'x');
    assert.equal(openRig(cut.killed()).journal.seq, n + 1);
  }
  assert.equal(longest, 25);
});

test('any byte flipped in the middle is refused with file and offset', async () => {
  for (const [sync, close] of [
    [true, false],
    [false, false],
    [false, true],
  ] as const) {
    const files = await logOf(12, sync, close);
    const bytes = files.names.get(`/data/${first}`)!.data.length;
    // The last block's end of an unclosed log cannot be told from a torn tail.
    const lastBlock = close ? 24 : 80;
    for (let at = headerBytes; at < bytes - lastBlock; at++) {
      const bad = withBytes(files, first, (data) => {
        const copy = Buffer.from(data);
        copy[at] = copy[at]! ^ (1 << (at % 8));
        return copy;
      });
      assert.throws(
        () => openRig(bad),
        (error: unknown) => {
          assert.ok(error instanceof FerriteError && error.code === 'JOURNAL_CORRUPT', String(error));
          const match = new RegExp(
            `^/data/${first} is damaged at offset (\\d+): .*; run: ferrite-ts check --repair /data$`,
          );
          const offset = Number(match.exec(error.message)?.[1]);
          assert.ok(offset <= at && at < offset + 100, error.message);
          return true;
        },
      );
    }
  }
});

test('a byte flipped in a header is refused too', async () => {
  const files = await logOf(3, true);
  for (let at = 0; at < headerBytes; at++) {
    const bad = withBytes(files, first, (data) => {
      const copy = Buffer.from(data);
      copy[at] = copy[at]! ^ 4;
      return copy;
    });
    assert.throws(() => openRig(bad), /JOURNAL_CORRUPT|is damaged at offset/);
  }
});

test('a page lost with the power is a torn tail; the same hole in what was durable is damage', async () => {
  for (const sync of [false, true]) {
    const files = await logOf(200, sync);
    const holed = withBytes(files, first, (data) => {
      const copy = Buffer.from(data);
      copy.fill(0, 4096, 8192);
      return copy;
    });
    if (sync) assert.throws(() => openRig(holed), /is damaged at offset 4/);
    else {
      const rig = openRig(holed);
      assert.ok(rig.journal.seq > 0 && rig.journal.seq < 200);
      assert.equal(Object.keys(rig.store.dump()).length, rig.journal.seq);
    }
  }
});

test('a missing segment, a short middle segment and a foreign one are refused', async () => {
  const files = new ToyFiles();
  const options = { segmentBytesMax: 4096, snapshotBytesMin: 1e12 };
  const rig = openRig(files, options);
  for (let i = 1; i <= 300; i++) await setOne(rig, `key${i}`, i, 'some value');
  await settle(50);
  await rig.journal.close();
  const names = files.list('/data').sort();
  assert.ok(names.length >= 4);
  const gone = files.killed();
  gone.names.delete(`/data/${names[1]}`);
  assert.throws(() => openRig(gone), new RegExp(`${names[2]} is damaged at offset 0: begins at record`));
  const headless = files.killed();
  headless.names.delete(`/data/${names[0]}`);
  assert.throws(() => openRig(headless), /records 0 to \d+ are missing/);
  const short = withBytes(files, names[1]!, (data) => data.subarray(0, data.length - 1));
  assert.throws(() => openRig(short), new RegExp(`${names[1]} is damaged at offset`));
  const other = files.killed();
  const stranger = new ToyFiles();
  openRig(stranger);
  other.names.set(`/data/${first}`, stranger.names.get(`/data/${first}`)!);
  assert.throws(() => openRig(other), /of journal/);
});

test('a damaged snapshot is refused when the log no longer reaches back, replaced by the log when it does', async () => {
  for (const pinned of [false, true]) {
    const files = new ToyFiles();
    const rig = openRig(files, { segmentBytesMax: 4096, sliceBytes: 500, snapshotBytesMin: 1e12 });
    if (pinned) rig.journal.retain('hub', 0);
    for (let i = 1; i <= 300; i++) await setOne(rig, `key${i}`, i, 'some value');
    await settle(50);
    await rig.journal.snapshot();
    await setOne(rig, 'after', 301, 'x');
    await rig.journal.close();
    const name = files.list('/data').find((n) => n.endsWith('.snap'))!;
    const size = files.names.get(`/data/${name}`)!.data.length;
    assert.deepEqual(openRig(files.killed()).store.dump(), rig.store.dump());
    for (let at = 0; at < size; at += 97) {
      const bad = withBytes(files, name, (data) => {
        const copy = Buffer.from(data);
        copy[at] = copy[at]! ^ 64;
        return copy;
      });
      if (pinned) assert.deepEqual(openRig(bad).store.dump(), rig.store.dump());
      else assert.throws(() => openRig(bad), new RegExp(`${name} is damaged at offset`));
    }
    const cut = withBytes(files, name, (data) => data.subarray(0, size - 1));
    if (!pinned) assert.throws(() => openRig(cut), new RegExp(`${name} is damaged at offset`));
  }
});

test('power lost during the way back from a disk that failed before its first sync: an empty log, not a refusal', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { appendfsync: 'always' });
  files.intercept = (op) => {
    if (op === 'write') throw failure('EIO');
  };
  assert.match(String(await setOne(rig, 'a', 1, 'x')), /EIO/);
  files.intercept = (op) => {
    if (op === 'rename') throw failure('EIO');
  };
  rig.timers.pass(1000);
  await settle(0);
  assert.match(
    String(await setOne(rig, 'b', 2, 'x')),
    /EIO/,
    'not acknowledged before the snapshot is there',
  );
  await until(() => files.syncedNames.has('/data/journal-0000000000000001.log'));
  const after = files.powerLoss();
  assert.deepEqual(check('/data', { repair: false, files: after }).problems, []);
  const again = openRig(after);
  assert.equal(again.journal.seq, 0);
  assert.equal(await setOne(again, 'c', 3, 'x'), undefined);
  assert.deepEqual(openRig(after.killed()).store.dump(), { c: '3=x' });
});

test('starts, tags and the last own stamp under each come back from the log and from a snapshot', async () => {
  const files = new ToyFiles();
  let stamp = 0;
  for (let start = 1; start <= 3; start++) {
    const rig = openRig(files);
    rig.ledger.recorder = rig.journal.writer;
    rig.ledger.addStart(rig.store.own, ++stamp, start);
    await setOne(rig, `key${start}`, ++stamp, 'x');
    if (start === 2) await rig.journal.snapshot();
    await rig.journal.close();
  }
  const { ledger, store } = openRig(files);
  assert.deepEqual(
    ledger.starts.map((s) => [s.tag, s.stamp, s.lastStamp]),
    [
      [1, 1, 2],
      [2, 3, 4],
      [3, 5, 6],
    ],
  );
  assert.equal(ledger.lastStampOfTag(store.own, 1), 2);
  assert.equal(Math.max(...ledger.stamps()), 6);
});

test('on a real disk: made, locked, closed, opened again', async () => {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-journal-')), 'data');
  const open = (): { store: ToyStore } & ReturnType<typeof openJournal> => {
    const origins = new Origins();
    const store = new ToyStore(origins);
    const ledger = new Ledger();
    const options = { dir, origins, store, ledger, log: silentLog, storageBytesMax: 1 << 20 };
    return { store, ...openJournal({ ...options, appendfsync: 'always' }) };
  };
  const one = open();
  assert.throws(() => open(), /in use by this process already/);
  for (let i = 1; i <= 3000; i++) {
    one.store.set(one.journal.writer, `key${i % 700}`, i, 'a value of forty bytes or something alike');
    if (i % 100 === 0) await new Promise((resolve) => one.journal.commit(resolve));
    if (i === 1500) await one.journal.snapshot();
  }
  await one.journal.close();
  const two = open();
  assert.deepEqual(two.store.dump(), one.store.dump());
  assert.equal(two.journal.id, one.journal.id);
  assert.equal(two.recovered.cutBytes, 0);
  assert.equal(two.store.expected, 700);
  await two.journal.close();
  assert.ok(!fs.readdirSync(dir).includes('lock'));
  fs.rmSync(dir, { recursive: true });
  assert.equal(segmentBytesFor(1 << 20), 256 * 1024);
  assert.equal(segmentBytesFor(2 ** 40), 64 * 1024 * 1024);
});

/** A process that writes for ever, a commit each, and prints the last acknowledged record now and then. */
function writerSource(dir: string, policy: string): string {
  const url = (file: string): string => JSON.stringify(new URL(file, import.meta.url).href);
  return `import { Origins } from ${url('../../src/delta/origins.js')};
    import { openJournal } from ${url('../../src/journal/open-journal.js')};
    import { Ledger } from ${url('../../src/store/ledger.js')};
    import { silentLog } from ${url('../../src/base/log.js')};
    import { ToyStore } from ${url('./toy.js')};
    import fs from 'node:fs';
    const origins = new Origins();
    const store = new ToyStore(origins);
    const { journal } = openJournal({ dir: ${JSON.stringify(dir)}, origins, store, ledger: new Ledger(),
      log: silentLog, appendfsync: '${policy}', segmentBytesMax: 65536 });
    let n = journal.seq;
    const turn = () => {
      for (let i = 0; i < 20; i++) { n++; store.set(journal.writer, 'key' + (n % 1000), n, 'value ' + n); }
      const upTo = n;
      journal.commit((error) => { if (!error) fs.writeSync(1, upTo + '\\n'); setImmediate(turn); });
    };
    turn();`;
}

test('kill -9 under load, again and again: what was acknowledged is there', async () => {
  const dir = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-kill-')), 'data');
  for (const policy of ['everysec', 'always', 'everysec', 'always']) {
    const child = spawn(process.execPath, ['--input-type=module', '-e', writerSource(dir, policy)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let text = '';
    child.stdout.on('data', (data) => {
      text += String(data);
      if (text.length > 4000) child.kill('SIGKILL');
    });
    await new Promise((resolve) => child.once('close', resolve));
    const acknowledged = Number(text.slice(0, text.lastIndexOf('\n')).split('\n').at(-1));
    assert.ok(acknowledged > 100);
    const origins = new Origins();
    const store = new ToyStore(origins);
    const options = { dir, origins, store, ledger: new Ledger(), log: silentLog };
    const { journal } = openJournal({ ...options, appendfsync: 'no' });
    assert.ok(journal.seq >= acknowledged, `${journal.seq} of ${acknowledged}`);
    for (let n = Math.max(1, acknowledged - 900); n <= acknowledged; n++) {
      assert.ok(store.values.get(`key${n % 1000}`)!.stamp >= n);
    }
    await journal.close();
  }
  fs.rmSync(dir, { recursive: true });
});

test('a directory that cannot be made is refused with the reason, and not tried for ever', () => {
  for (const dir of ['/proc/no/such', '/dev/null/data']) {
    const origins = new Origins();
    const store = new ToyStore(origins);
    assert.throws(
      () => openJournal({ dir, origins, store, ledger: new Ledger(), log: silentLog, appendfsync: 'no' }),
      { code: 'JOURNAL_IO', message: new RegExp(`^cannot keep data in ${dir}: E[A-Z]+$`) },
    );
  }
});

test('a disk that was full leaves no segment that a later start stumbles over', async () => {
  for (const unlinkFails of [false, true]) {
    const files = new ToyFiles();
    const rig = openRig(files, { segmentBytesMax: 4096, snapshotBytesMin: 1e12, sliceBytes: 500 });
    await setOne(rig, 'a', 1, 'x');
    files.intercept = (op) => {
      if (op === 'write' || (unlinkFails && op === 'remove')) throw failure('ENOSPC');
    };
    // What the node does by itself goes on meanwhile, so each try would begin at another record.
    for (let stamp = 2; stamp < 5; stamp++) {
      assert.match(String(await setOne(rig, 'b', stamp, 'x')), /ENOSPC/);
      rig.timers.pass(40_000);
      await settle();
    }
    files.intercept = () => {};
    rig.timers.pass(40_000);
    await until(() => rig.journal.failure === undefined);
    for (let i = 5; i < 200; i++) await setOne(rig, `key${i % 9}`, i, 'v'.repeat(80));
    await settle(50);
    await rig.journal.snapshot();
    await rig.journal.close();
    assert.deepEqual(check('/data', { repair: false, files: files.killed() }).problems, []);
    const blank = files.list('/data').filter((name) => files.names.get(`/data/${name}`)!.data.length === 0);
    assert.equal(blank.length > 0, unlinkFails);
    const again = openRig(files.killed());
    assert.deepEqual(again.store.dump(), rig.store.dump());
  }
});

test('a log that ends before its snapshot goes on behind it, in a segment of its own', async () => {
  const files = new ToyFiles();
  const rig = openRig(files, { appendfsync: 'always', snapshotBytesMin: 1e12 });
  for (let i = 1; i <= 10; i++) await setOne(rig, `key${i}`, i, 'some value');
  await rig.journal.snapshot();
  const lost = withBytes(files, first, (data) => data.subarray(0, data.length - 30));
  assert.deepEqual(check('/data', { repair: false, files: lost.killed() }).problems, []);
  const one = openRig(lost, { appendfsync: 'always', snapshotBytesMin: 1e12 });
  assert.deepEqual([one.journal.seq, one.journal.oldestSeq], [10, 10]);
  assert.equal(await setOne(one, 'next', 11, 'x'), undefined);
  for (const after of [lost.killed(), lost.powerLoss()]) {
    assert.deepEqual(check('/data', { repair: false, files: after.killed() }).problems, []);
    const two = openRig(after);
    assert.deepEqual([two.journal.seq, two.store.dump()], [11, one.store.dump()]);
  }
});
