// What 1,000,000 keys of 16 bytes with values of 32 bytes cost, dots included, beside redis-server: the growth of
// used_memory, and of the resident set of the process, from the idle server to the filled one. Ours also with the
// journal. `collected` is the resident set after a pause in which the garbage collector may give pages back.
//   npm run bench:memory -- [keys] [value bytes]
import { BenchClient, fill } from '../rig/client.ts';
import { delay, judged } from '../rig/figures.ts';
import { residentBytes, type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const keys = Number(process.argv[2] ?? 1_000_000);
const valueBytes = Number(process.argv[3] ?? 32);
const targetRatio = 0.55;
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
    // One small load first, so that buffers and code that any load makes are not the keys' cost.
    await fill(client, 1000, valueBytes);
    await client.command('flushall');
    await delay(settleMs);
    const usedBefore = await client.info('used_memory');
    const residentBefore = residentBytes(server.pid);
    await fill(client, keys, valueBytes);
    const atOnce = residentBytes(server.pid);
    await delay(settleMs);
    const used = ((await client.info('used_memory')) - usedBefore) / keys;
    const resident = (residentBytes(server.pid) - residentBefore) / keys;
    client.close();
    console.log(
      `${label.padEnd(17)} used_memory ${used.toFixed(1)} B/key, resident ${resident.toFixed(1)} B/key` +
        ` (at once ${((atOnce - residentBefore) / keys).toFixed(1)}), idle ${(residentBefore / 1e6).toFixed(1)} MB`,
    );
    return { used, resident };
  } finally {
    await server.stop();
  }
}

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
