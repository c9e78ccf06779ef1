// What 1,000,000 keys of 16 bytes with values of 32 bytes cost, dots included, beside redis-server: the growth of
// used_memory, and of the resident set of the process, from the server that has served some writes to the filled one;
// in brackets from the idle server, which adds what any load costs Node once. Ours also with the journal.
//   npm run bench:memory -- [keys] [value bytes]
import { BenchClient, fill } from '../rig/client.ts';
import { delay, judged } from '../rig/figures.ts';
import { residentBytes, type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const keys = Number(process.argv[2] ?? 1_000_000);
const valueBytes = Number(process.argv[3] ?? 32);
const targetRatio = 0.55;
const warmingKeys = 1000;
const warmingWrites = 200_000;
const settleMs = 2000;

interface Growth {
  /** Bytes a key. */
  readonly used: number;
  readonly resident: number;
}

async function grow(start: () => Promise<ServerProcess>, label: string): Promise<Growth> {
  const server = await start();
  try {
    const client = await BenchClient.connect(server.port);
    const idle = residentBytes(server.pid);
    // As many writes to few keys first: buffers and compiled code that any load makes are not the keys' cost.
    for (let written = 0; written < warmingWrites; written += warmingKeys) {
      await fill(client, warmingKeys, valueBytes);
    }
    await client.command('flushall');
    await delay(settleMs);
    const usedBefore = await client.info('used_memory');
    const residentBefore = residentBytes(server.pid);
    await fill(client, keys, valueBytes);
    await delay(settleMs);
    const used = ((await client.info('used_memory')) - usedBefore) / keys;
    const resident = (residentBytes(server.pid) - residentBefore) / keys;
    client.close();
    console.log(
      `${label.padEnd(17)} used_memory ${used.toFixed(1)} B/key, resident ${resident.toFixed(1)} B/key` +
        ` (${(resident + (residentBefore - idle) / keys).toFixed(1)}), idle ${mb(idle)} MB, warm ${mb(residentBefore)} MB`,
    );
    return { used, resident };
  } finally {
    await server.stop();
  }
}

const mb = (bytes: number): string => (bytes / 1e6).toFixed(1);

const theirs = await grow(() => startRedis(['--appendonly', 'no']), 'redis');
const settings = ['edge.resources.memory_limit=1gb'];
for (const [label, extra] of [
  ['ferrite', ['persistence.enabled=false']],
  ['ferrite, journal', []],
] as const) {
  const ours = await grow(() => startFerrite({ settings: [...settings, ...extra] }), label);
  console.log(
    `  ratio: used_memory ${judged(ours.used / theirs.used, '<=', targetRatio)}` +
      `  resident ${judged(ours.resident / theirs.resident, '<=', targetRatio)}`,
  );
}
