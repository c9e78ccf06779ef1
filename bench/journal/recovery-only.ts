// What recovery costs without a store: a log of 1,000,000 SETs (16-byte keys, 32-byte values) is written to a
// temporary directory, then read, checked and iterated into a store that does nothing. Once in blocks of one record,
// as clients without pipelining make them, once in blocks of 64, and once as a snapshot.
//   node scripts/build.mjs --tests && node .build/bench/journal/recovery-only.js [records]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import type { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import type { ReplicaStore } from '../../src/journal/replica-store.ts';
import { Ledger } from '../../src/store/ledger.ts';

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

function open(dir: string): ReturnType<typeof openJournal> & { own: number } {
  const origins = new Origins();
  const own = origins.intern('edge-1/00000001');
  const options = { dir, origins, store: nullStore(own), ledger: new Ledger(), log: silentLog };
  return { own, ...openJournal({ ...options, appendfsync: 'no', snapshotBytesMin: 1e15 }) };
}

async function measure(label: string, perBlock: number): Promise<void> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-bench-'));
  const { journal, own } = open(dir);
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
  const timesMs: number[] = [];
  for (let i = 0; i < 3; i++) {
    const startedMs = performance.now();
    const again = open(dir);
    timesMs.push(performance.now() - startedMs);
    await again.journal.close();
  }
  const ms = timesMs.sort((a, b) => a - b)[1]!;
  const rate = Math.round(records / ms).toLocaleString('en');
  console.log(
    `${label.padEnd(22)} ${ms.toFixed(0).padStart(6)} ms  ${rate}k records/s  ${(bytes / records).toFixed(1)} B each`,
  );
  fs.rmSync(dir, { recursive: true });
}

await measure('blocks of 1', 1);
await measure('blocks of 64', 64);
await measure('snapshot', records);
