// Starting with 1,000,000 keys (16-byte keys, 32-byte values) on the disk, from the spawn to the first PONG, less the
// same server's start on an empty directory, as wall time and as CPU time of the process: ours from its journal and
// from a snapshot, redis-server's from its append only file as plain commands and in its default form, which begins
// with an RDB part. Medians of alternating rounds.
//   npm run bench:recovery -- [keys] [rounds]
import { BenchClient, fill } from '../rig/client.ts';
import { delay, judged, median } from '../rig/figures.ts';
import { cpuUs, newDir, type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const keys = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);

interface Case {
  readonly name: string;
  readonly dir: string;
  readonly start: (dir: string) => Promise<ServerProcess>;
  /** Done once the keys are there, before the server stops. */
  readonly prepare: (client: BenchClient) => Promise<void>;
  readonly starts: Start[];
}

interface Start {
  readonly wallMs: number;
  readonly cpuMs: number;
}

async function rewritten(client: BenchClient): Promise<void> {
  await client.command('bgrewriteaof');
  while ((await client.info('aof_rewrite_in_progress')) === 1) await delay(50);
}

function ferrite(settings: readonly string[]): (dir: string) => Promise<ServerProcess> {
  return (dir) => startFerrite({ dir, settings: ['edge.resources.memory_limit=1gb', ...settings] });
}

function redis(preamble: 'yes' | 'no'): (dir: string) => Promise<ServerProcess> {
  const args = ['--appendonly', 'yes', '--aof-use-rdb-preamble', preamble];
  return (dir) => startRedis([...args, '--auto-aof-rewrite-percentage', '0'], dir);
}

const nothing = async (): Promise<void> => {};
const cases: readonly Case[] = [
  {
    name: 'ferrite, journal',
    start: ferrite(['persistence.snapshot_size=1gb', 'persistence.segment_size=1gb']),
    prepare: nothing,
  },
  {
    name: 'ferrite, snapshot',
    start: ferrite(['persistence.snapshot_size=1gb']),
    prepare: async (client: BenchClient) => void (await client.command('save')),
  },
  { name: 'redis, commands', start: redis('no'), prepare: nothing },
  { name: 'redis, default form', start: redis('yes'), prepare: rewritten },
].map((each) => ({ ...each, dir: newDir(), starts: [] }));

async function prepareDir({ dir, start, prepare }: Case): Promise<void> {
  const server = await start(dir);
  const client = await BenchClient.connect(server.port);
  await fill(client, keys);
  await prepare(client);
  client.close();
  await server.stop(true);
}

async function restart({ dir, start }: Case, isLast: boolean): Promise<Start> {
  const server = await start(dir);
  const cpuMs = cpuUs(server.pid) / 1000;
  const client = await BenchClient.connect(server.port);
  const size = await client.command('dbsize');
  client.close();
  await server.stop(!isLast);
  if (size !== keys) throw new Error(`${server.name} came back with ${size} keys`);
  return { wallMs: server.readyMs, cpuMs };
}

function medianOf(starts: readonly Start[]): Start {
  return { wallMs: median(starts.map((s) => s.wallMs)), cpuMs: median(starts.map((s) => s.cpuMs)) };
}

async function emptyStart(start: (dir: string) => Promise<ServerProcess>): Promise<Start> {
  const starts: Start[] = [];
  for (let i = 0; i < 3; i++) {
    const server = await start(newDir());
    starts.push({ wallMs: server.readyMs, cpuMs: cpuUs(server.pid) / 1000 });
    await server.stop();
  }
  return medianOf(starts);
}

for (const each of cases) await prepareDir(each);
for (let i = 0; i < rounds; i++) {
  for (const each of i % 2 === 0 ? cases : cases.toReversed()) {
    each.starts.push(await restart(each, i === rounds - 1));
  }
}
const loads: Start[] = [];
for (const { name, start, starts } of cases) {
  const whole = medianOf(starts);
  const empty = await emptyStart(start);
  const load = { wallMs: whole.wallMs - empty.wallMs, cpuMs: whole.cpuMs - empty.cpuMs };
  loads.push(load);
  console.log(
    `${name.padEnd(20)} to PONG ${whole.wallMs.toFixed(0)} ms, empty ${empty.wallMs.toFixed(0)} ms,` +
      ` load ${load.wallMs.toFixed(0)} ms, CPU of the load ${load.cpuMs.toFixed(0)} ms`,
  );
}
const [fromCommands, fromDefault] = [loads[2]!, loads[3]!];
for (const [i, { name }] of cases.slice(0, 2).entries()) {
  const { wallMs, cpuMs } = loads[i]!;
  console.log(
    `${name.padEnd(20)} as fast as redis from commands: ${judged(fromCommands.wallMs / wallMs, '>=', 1)},` +
      ` by CPU ${(fromCommands.cpuMs / cpuMs).toFixed(2)}; from its default form:` +
      ` ${judged(fromDefault.wallMs / wallMs, '>=', 1)}, by CPU ${(fromDefault.cpuMs / cpuMs).toFixed(2)}`,
  );
}
