// The longest a client waits: one connection sends PING every millisecond while the server is idle, which shows the
// machine's own noise, while 1,000,000 keys come in and the table grows, while a snapshot is written, while the
// snapshot is written beside writes, and while everything is flushed. Beside it the same of redis-server.
//   npm run bench:pauses -- [keys] [rounds]
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BenchClient, fill } from '../rig/client.ts';
import { delay, median } from '../rig/figures.ts';
import { type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const keys = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);
const limitMs = 20;
const idleMs = 3000;

interface Waits {
  readonly longestMs: number;
  readonly p99Ms: number;
}

async function waitsDuring(server: ServerProcess, work: () => Promise<unknown>): Promise<Waits> {
  const pinger = new Worker(new URL('pinger.js', import.meta.url), { workerData: server.port });
  await once(pinger, 'message');
  await work();
  pinger.postMessage('enough');
  const [waitsMs]: number[][] = await once(pinger, 'message');
  const sorted = waitsMs!.sort((a, b) => a - b);
  return { longestMs: sorted.at(-1) ?? 0, p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0 };
}

async function saved(client: BenchClient): Promise<void> {
  await client.command('bgsave');
  do await delay(20);
  while ((await client.info('rdb_bgsave_in_progress')) === 1);
}

async function savedBesideWrites(client: BenchClient, server: ServerProcess): Promise<void> {
  const writer = await BenchClient.connect(server.port);
  let running = true;
  const writing = (async () => {
    while (running) await fill(writer, 2000);
  })();
  await saved(client);
  running = false;
  await writing;
  writer.close();
}

type Step = readonly [string, (client: BenchClient, server: ServerProcess) => Promise<unknown>];
const steps: readonly Step[] = [
  ['idle', () => delay(idleMs)],
  ['growth from empty', (client) => fill(client, keys)],
  ['idle, filled', () => delay(idleMs)],
  ['snapshot', saved],
  ['snapshot, writes', savedBesideWrites],
  ['flushall', (client) => client.command('flushall').then(() => delay(1000))],
];

async function round(server: ServerProcess, into: Map<string, Waits[]>): Promise<void> {
  const client = await BenchClient.connect(server.port);
  for (const [name, work] of steps) {
    const waits = await waitsDuring(server, () => work(client, server));
    into.set(name, [...(into.get(name) ?? []), waits]);
  }
  client.close();
  await server.stop();
}

const ours = new Map<string, Waits[]>();
const theirs = new Map<string, Waits[]>();
for (let i = 0; i < rounds; i++) {
  await round(await startFerrite({ settings: ['edge.resources.memory_limit=1gb'] }), ours);
  await round(await startRedis(['--appendonly', 'yes', '--auto-aof-rewrite-percentage', '0']), theirs);
}
const shown = (waits: readonly Waits[]): string =>
  `longest ${median(waits.map((w) => w.longestMs)).toFixed(1)} ms` +
  ` (${waits.map((w) => w.longestMs.toFixed(1)).join(', ')}), p99 ${median(waits.map((w) => w.p99Ms)).toFixed(2)} ms`;
for (const [name] of steps) {
  const longestMs = median(ours.get(name)!.map((w) => w.longestMs));
  const verdict = longestMs <= limitMs ? 'ok' : `MISSED (<= ${limitMs})`;
  console.log(
    `${name.padEnd(18)} ferrite ${shown(ours.get(name)!)} ${verdict}; redis ${shown(theirs.get(name)!)}`,
  );
}
