// Group commit on a real disk: for each fsync policy, SETs (16-byte keys, 32-byte values) from so many writers, each
// of which waits for its commit before its next; commits of one turn are one, as in the server. Prints records/s and
// the ratio to `no`, medians of alternating rounds, and the bare cost of a commit of one record.
//   node scripts/build.mjs --tests && node .build/bench/journal/group-commit.js [seconds per round] [directory]
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { silentLog } from '../../src/base/log.ts';
import { Origins } from '../../src/delta/origins.ts';
import { type FileJournal, type FsyncPolicy, fsyncPolicies } from '../../src/journal/file-journal.ts';
import { openJournal } from '../../src/journal/open-journal.ts';
import { Ledger } from '../../src/store/ledger.ts';

const roundMs = Number(process.argv[2] ?? 1) * 1000;
const parent = process.argv[3] ?? os.tmpdir();
const rounds = 3;
const key = Buffer.from('key:000000000000');
const value = Buffer.alloc(32, 'v');

interface Opened {
  readonly journal: FileJournal;
  readonly set: () => void;
  readonly close: () => Promise<void>;
}

function open(appendfsync: FsyncPolicy): Opened {
  const dir = fs.mkdtempSync(path.join(parent, 'ferrite-bench-'));
  const origins = new Origins();
  const own = origins.intern('edge-1/00000001');
  const store = { join: () => 0, scan: () => ({ next: () => false }) };
  const options = { dir, origins, store, ledger: new Ledger(), log: silentLog, appendfsync };
  const { journal } = openJournal(options);
  let n = 0;
  const set = (): void => {
    n += 1;
    key.writeUInt32LE(n, 8);
    journal.writer.put(0, key, 0, 16, own, 90_000, n, value, 0, 32, true, 0, 0, 0, 0);
  };
  const close = async (): Promise<void> => {
    await journal.close();
    fs.rmSync(dir, { recursive: true });
  };
  return { journal, set, close };
}

/** Records per second of `writers` that each wait for their commit. */
async function round(appendfsync: FsyncPolicy, writers: number): Promise<number> {
  const { journal, set, close } = open(appendfsync);
  let committed = 0;
  let idle = writers;
  const startedMs = performance.now();
  await new Promise<void>((resolve) => {
    const turn = (): void => {
      if (performance.now() - startedMs >= roundMs) {
        resolve();
        return;
      }
      const batch = idle;
      idle = 0;
      for (let i = 0; i < batch; i++) set();
      if (batch > 0) {
        journal.commit(() => {
          idle += batch;
          committed += batch;
        });
      }
      setImmediate(turn);
    };
    turn();
  });
  const rate = (committed / (performance.now() - startedMs)) * 1000;
  await close();
  return rate;
}

async function bareCommit(): Promise<number> {
  const { journal, set, close } = open('no');
  const done = (): void => {};
  const commits = 200_000;
  for (let i = 0; i < 20_000; i++) {
    set();
    journal.commit(done);
  }
  const startedMs = performance.now();
  for (let i = 0; i < commits; i++) {
    set();
    journal.commit(done);
  }
  const us = ((performance.now() - startedMs) / commits) * 1000;
  await close();
  return us;
}

console.log(`one record, one commit, one write: ${(await bareCommit()).toFixed(2)} us`);
for (const writers of [1, 16, 64, 512]) {
  const rates = new Map<FsyncPolicy, number[]>(fsyncPolicies.map((p) => [p, []]));
  for (let i = 0; i < rounds; i++) {
    for (const policy of fsyncPolicies) rates.get(policy)!.push(await round(policy, writers));
  }
  const median = (policy: FsyncPolicy): number => rates.get(policy)!.sort((a, b) => a - b)[rounds >> 1]!;
  const line = fsyncPolicies.map((p) => {
    const rate = Math.round(median(p)).toLocaleString('en').padStart(10);
    return `${p} ${rate}/s (${(median(p) / median('no')).toFixed(2)}x)`;
  });
  console.log(`${String(writers).padStart(4)} writers: ${line.join('   ')}`);
}
