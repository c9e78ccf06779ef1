// How fast an edge that was offline brings its hub up to date, both as real processes with real journals (everysec)
// over loopback WebSocket: a million new keys from the journal's tail, the same by a scan of the store where the tail
// outgrew its budget, and a long time of writes to the same thousand keys.
//   node scripts/build.mjs && node scripts/build.mjs --tests && node .build/bench/sync/upload.js [keys]
import type { Reply } from '../../src/resp/reply-reader.ts';
import { BenchClient, encode } from '../rig/client.ts';
import { cpuUs, type ServerProcess, startFerrite } from '../rig/servers.ts';

const memory = 'edge.resources.memory_limit=512mb';
const batchCommands = 1000;

interface Case {
  readonly title: string;
  readonly writes: number;
  readonly keys: number;
  /** Longest tail that is sent as it is. */
  readonly queueSize: number;
}

/** Names and numbers of a reply that is a flat map. */
function fields(reply: Reply): Map<string, number> {
  const flat = Array.isArray(reply) ? reply.map(String) : [];
  const pairs = flat.flatMap((name, i): [string, number][] =>
    i % 2 === 0 ? [[name, Number(flat[i + 1])]] : [],
  );
  return new Map(pairs);
}

/** Writes `SET sensor:<n> 22.5` so many times, round the keys. */
async function write(client: BenchClient, writes: number, keys: number): Promise<void> {
  let before: Promise<Reply> | undefined;
  for (let n = 0; n < writes; n += batchCommands) {
    const size = Math.min(batchCommands, writes - n);
    const commands = Array.from({ length: size }, (_, i) =>
      encode('SET', `sensor:${(n + i) % keys}`, '22.5'),
    );
    const sent = client.send(commands.join(''), size);
    await before;
    before = sent;
  }
  await before;
}

async function startHub(dir: string | undefined, port: number): Promise<ServerProcess> {
  const settings = ['edge.mode=hub', `hub.port=${port}`, 'edge.node_id=hub', memory];
  return startFerrite({ settings, ...(dir === undefined ? {} : { dir }) });
}

async function run({ title, writes, keys, queueSize }: Case): Promise<void> {
  const first = await startHub(undefined, 0);
  const asked = await BenchClient.connect(first.port);
  const url = String(await asked.command('EDGE.ENDPOINT'));
  asked.close();
  const settings = [
    `edge.hub_url=${url}`,
    'edge.node_id=edge',
    `edge.offline_queue_size=${queueSize}`,
    memory,
  ];
  const edge = await startFerrite({ settings });
  const client = await BenchClient.connect(edge.port);
  await client.command('EDGE.SYNC');
  await first.stop(true);
  await write(client, writes, keys);
  const hub = await startHub(first.dir, Number(new URL(url).port));
  const before = fields(await client.command('EDGE.STATS'));
  const [edgeUs, hubUs] = [cpuUs(edge.pid), cpuUs(hub.pid)];
  const startedMs = performance.now();
  const reply = fields(await client.command('EDGE.SYNC'));
  const ms = performance.now() - startedMs;
  const after = fields(await client.command('EDGE.STATS'));
  const [edgeMs, hubMs] = [(cpuUs(edge.pid) - edgeUs) / 1000, (cpuUs(hub.pid) - hubUs) / 1000];
  const sent = (after.get('deltas_sent') ?? 0) - (before.get('deltas_sent') ?? 0);
  const bytes = (after.get('bytes_sent') ?? 0) - (before.get('bytes_sent') ?? 0);
  const there = await BenchClient.connect(hub.port);
  const have = await there.command('DBSIZE');
  there.close();
  client.close();
  console.log(
    `${title}: ${sent} deltas in ${Math.round(ms)} ms until durable, ${Math.round((sent / ms) * 1000)} deltas/s, ` +
      `${(bytes / sent).toFixed(1)} bytes each; CPU edge ${Math.round(edgeMs)} ms, hub ${Math.round(hubMs)} ms; ` +
      `keys at the hub ${String(have)}; EDGE.SYNC says ${reply.get('deltas_sent')}`,
  );
  await edge.stop();
  await hub.stop();
}

const keys = Number(process.argv[2] ?? 1_000_000);
await run({ title: `tail of ${keys} new keys`, writes: keys, keys, queueSize: keys * 2 });
await run({ title: `scan of ${keys} new keys`, writes: keys, keys, queueSize: 10_000 });
await run({ title: 'half a million writes to 1,000 keys', writes: 500_000, keys: 1000, queueSize: 10_000 });
await run({ title: 'the same, the tail kept', writes: 500_000, keys: 1000, queueSize: 1_000_000 });
