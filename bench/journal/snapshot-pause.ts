// How a snapshot of 1,000,000 keys (16-byte keys, 32-byte values) and a node at work bear one another: turns of 50
// records with a commit each run all the time, and their rate and longest pause are printed without and during a
// snapshot, with how long the snapshot took beside that load and alone.
//   node scripts/build.mjs --tests && node .build/bench/journal/snapshot-pause.js [keys]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HybridClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { Store } from '../../src/store/store.ts';

const keys = Number(process.argv[2] ?? 1_000_000);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-bench-'));
const origins = new Origins();
const own = origins.intern('edge-1/00000001');
const clock = new HybridClock(Date.UTC(2024, 0, 2));
const store = new Store({
  memoryBytes: 2 ** 30,
  origins,
  clock,
  hashSeed: [1, 2],
  random: Math.random,
});
const options = { dir, origins, store, ledger: new Ledger(), log: silentLog };
const { journal } = openJournal({ ...options, appendfsync: 'everysec', snapshotBytesMin: 1e15 });
const reader = new BatchReader(origins);
const batch = new BatchWriter(origins);
const key = Buffer.from('key:000000000000');
const value = Buffer.alloc(32, 'v');
let stamp = 0;

function set(n: number, writer: BatchWriter): void {
  for (let at = 15, left = n; at >= 4; at--, left = Math.floor(left / 10)) key[at] = 48 + (left % 10);
  stamp += 1;
  writer.put(0, key, 0, 16, own, 200_000, stamp, value, 0, 32, true, 0, 0, 0, 0);
}

function joinBatch(from: number, to: number): void {
  batch.reset();
  for (let n = from; n < to; n++) set(n, batch);
  reader.open(batch.buf, 0, batch.pos);
  while (reader.next()) store.join(reader, undefined);
}

/** Turns until `until` resolves: how many a second, and the longest time between two. */
async function turns(until: Promise<unknown>): Promise<string> {
  let running = true;
  let count = 0;
  let longestMs = 0;
  void until.finally(() => {
    running = false;
  });
  const startedMs = performance.now();
  for (let lastMs = startedMs; running; ) {
    joinBatch((count * 50) % keys, ((count * 50) % keys) + 50);
    for (let i = 0; i < 50; i++) set(i, journal.writer);
    journal.commit(() => {});
    count += 1;
    await new Promise((resolve) => setImmediate(resolve));
    const nowMs = performance.now();
    longestMs = Math.max(longestMs, nowMs - lastMs);
    lastMs = nowMs;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const rate = Math.round(count / seconds);
  return `${rate} turns/s, longest pause ${longestMs.toFixed(1)} ms, ${seconds.toFixed(2)} s`;
}

for (let n = 0; n < keys; n += 1000) joinBatch(n, n + 1000);
const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
console.log(`no snapshot:       ${await turns(wait(2000))}`);
console.log(`during a snapshot: ${await turns(journal.snapshot())}`);
console.log(`no snapshot:       ${await turns(wait(2000))}`);
console.log(`during a snapshot: ${await turns(journal.snapshot())}`);
const { durationMs, bytes } = await journal.snapshot();
console.log(`snapshot alone:    ${durationMs} ms, ${bytes} bytes`);
await journal.close();
fs.rmSync(dir, { recursive: true });
