// What recovery costs: a log of 1,000,000 SETs (16-byte keys, 32-byte values) is written to a temporary directory, then
// read back, once into a store that does nothing, which is the journal's own share, and once into the real one. In
// blocks of one record, as clients without pipelining make them, in blocks of 64, and as a snapshot.
//   node scripts/build.mjs --tests && node .build/bench/journal/recovery.js [records]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HybridClock } from '../../src/base/clock.ts';
import { silentLog } from '../../src/base/log.ts';
import type { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { ReplicaStore } from '../../src/journal/replica-store.ts';
import { Ledger } from '../../src/store/ledger.ts';
import { Store } from '../../src/store/store.ts';

const records = Number(process.argv[2] ?? 1_000_000);
const key = Buffer.from('key:000000000000');
const value = Buffer.alloc(32, 'v');
const stampHi = 90_000;

function put(writer: BatchWriter, own: number, n: number): void {
  for (let at = 15, left = n; at >= 4; at--, left = Math.floor(left / 10)) key[at] = 48 + (left % 10);
  writer.put(0, key, 0, 16, own, stampHi, n, value, 0, 32, true, 0, 0, 0, 0);
}

function nullStore(own: number): ReplicaStore {
  let scanned = 0;
  return {
    join: () => 0,
    scan: () => ({
      next: (writer, bytesMax) => {
        const end = writer.pos + bytesMax;
        while (writer.pos < end && scanned < records) put(writer, own, scanned++);
        return scanned < records;
      },
    }),
  };
}

function realStore(origins: Origins): Store {
  const memoryBytes = 1024 * 1024 * 1024;
  const clock = new HybridClock(Date.UTC(2024, 0, 2));
  return new Store({ memoryBytes, origins, clock, hashSeed: [1, 2], random: Math.random });
}

function open(dir: string, isReal: boolean): ReturnType<typeof openJournal> & { own: number } {
  const origins = new Origins();
  const own = origins.intern('edge-1/00000001');
  const store = isReal ? realStore(origins) : nullStore(own);
  const options = { dir, origins, store, ledger: new Ledger(), log: silentLog };
  return { own, ...openJournal({ ...options, appendfsync: 'no', snapshotBytesMin: 1e15 }) };
}

/** Median of three recoveries in ms. */
async function timed(dir: string, isReal: boolean): Promise<number> {
  const timesMs: number[] = [];
  for (let i = 0; i < 3; i++) {
    const startedMs = performance.now();
    const { journal } = open(dir, isReal);
    timesMs.push(performance.now() - startedMs);
    await journal.close();
  }
  return timesMs.sort((a, b) => a - b)[1]!;
}

async function measure(label: string, perBlock: number): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-bench-'));
  const { journal, own } = open(dir, false);
  for (let n = 0; n < records; ) {
    for (const end = Math.min(records, n + perBlock); n < end; n++) put(journal.writer, own, n);
    await new Promise<void>((resolve, reject) =>
      journal.commit((e) => (e === undefined ? resolve() : reject(e))),
    );
    if (perBlock === records) await journal.snapshot();
  }
  await journal.close();
  const isSnapshot = perBlock === records;
  const names = fs.readdirSync(dir).filter((name) => name.endsWith(isSnapshot ? '.snap' : '.log'));
  const bytes = names.reduce((sum, name) => sum + fs.statSync(path.join(dir, name)).size, 0);
  const alone = await timed(dir, false);
  const whole = await timed(dir, true);
  const each = (bytes / records).toFixed(1);
  console.log(
    `${label.padEnd(14)} journal alone ${alone.toFixed(0)} ms, with the store ${whole.toFixed(0)} ms; ${each} B a record`,
  );
  fs.rmSync(dir, { recursive: true });
}

await measure('blocks of 1', 1);
await measure('blocks of 64', 64);
await measure('snapshot', records);
