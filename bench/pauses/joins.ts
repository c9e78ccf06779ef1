// How long others wait at a hub, and at the edge, while what one large command of the edge did reaches the hub: both
// are processes of their own with journals, and a thread sends PING to each every millisecond.
//   npm run bench:large-joins -- [elements]
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { BenchClient, encode } from '../rig/client.ts';
import { delay } from '../rig/figures.ts';
import { type ServerProcess, startFerrite } from '../rig/servers.ts';

const elements = Number(process.argv[2] ?? 500_000);
const memory = 'edge.resources.memory_limit=1000mb';
const patienceMs = 120_000;

const commands: readonly (readonly string[])[] = [
  ['sunionstore', 'copied', 'set'],
  ['sunionstore', 'copied', 'set'],
  ['zunionstore', 'zcopied', '1', 'zset'],
  ['zremrangebyrank', 'zcopied', '1', '-2'],
  ['sort', 'set', 'by', 'nosort', 'store', 'list'],
  ['ltrim', 'list', '0', '9'],
];

async function fill(client: BenchClient): Promise<void> {
  for (let n = 0; n < elements; n += 1000) {
    const names = Array.from({ length: 1000 }, (_, i) => `member:${n + i}`);
    await client.send(
      encode('sadd', 'set', ...names) +
        encode('zadd', 'zset', ...names.flatMap((name, i) => [`${n + i}`, name])),
      2,
    );
  }
}

async function pingerOf({ port }: ServerProcess): Promise<() => Promise<number>> {
  const pinger = new Worker(new URL('pinger.js', import.meta.url), { workerData: port });
  await once(pinger, 'message');
  return async () => {
    pinger.postMessage('enough');
    const [waitsMs]: number[][] = await once(pinger, 'message');
    return Math.max(...waitsMs!);
  };
}

/** Waits until the hub has all that the edge has, and it is durable there. */
async function settle(edge: BenchClient): Promise<void> {
  for (const endMs = Date.now() + patienceMs; Date.now() < endMs; await delay(20)) {
    const status = (await edge.command('EDGE.STATUS')) as unknown[];
    if (Number(status[status.findIndex((word) => String(word) === 'pending_ops') + 1]) === 0) return;
  }
  throw new Error('the hub does not get what the edge has');
}

const hub = await startFerrite({ settings: ['edge.mode=hub', 'hub.port=0', 'edge.node_id=hub', memory] });
const hubClient = await BenchClient.connect(hub.port);
const url = String(await hubClient.command('EDGE.ENDPOINT'));
const edge = await startFerrite({ settings: [`edge.hub_url=${url}`, 'edge.node_id=edge', memory] });
const client = await BenchClient.connect(edge.port);
await fill(client);
await settle(client);
console.log(`longest wait for PING, ms; ${elements} elements`);
for (const words of commands) {
  await delay(1000);
  const [endHub, endEdge] = [await pingerOf(hub), await pingerOf(edge)];
  const fromMs = performance.now();
  await client.command(...words);
  const tookMs = performance.now() - fromMs;
  await settle(client);
  const allMs = performance.now() - fromMs;
  const [hubMs, edgeMs] = [await endHub(), await endEdge()];
  console.log(
    `${words.slice(0, 2).join(' ').padEnd(28)} hub ${hubMs.toFixed(0).padStart(5)}   edge ${edgeMs.toFixed(0).padStart(5)}   command ${tookMs.toFixed(0)}, all ${allMs.toFixed(0)}`,
  );
}
client.close();
hubClient.close();
await edge.stop();
await hub.stop();
