// What many edges cost their hub: its resident memory a link while nobody writes, and while each edge counts on one key
// and writes one of its own, which all others get. The hub is a process of its own, the edges are nodes of this one.
//   npm run bench:edges -- [edges]
import { EdgeNode } from '../../src/node.ts';
import { BenchClient } from '../rig/client.ts';
import { delay } from '../rig/figures.ts';
import { cpuUs, residentBytes, startFerrite } from '../rig/servers.ts';

const count = Number(process.argv[2] ?? 300);
/** After a link is up, until what its greeting took has been collected. */
const settleMs = 3000;
const pollMs = 100;

const hub = await startFerrite({ settings: ['edge.mode=hub', 'hub.port=0', 'persistence.enabled=false'] });
const client = await BenchClient.connect(hub.port);
const hubUrl = String(await client.command('EDGE.ENDPOINT'));

async function until(isDone: () => boolean): Promise<void> {
  while (!isDone()) await delay(pollMs);
}

function tell(what: string, bytes: number, before: number): void {
  const kib = (bytes - before) / count / 1024;
  console.log(`${what}: ${Math.round(bytes / 2 ** 20)} MiB resident, ${kib.toFixed(0)} KiB an edge`);
}

const idleBytes = residentBytes(hub.pid);
const edges = Array.from(
  { length: count },
  (_, n) => new EdgeNode({ nodeId: `edge-${n}`, memoryLimit: '2mb', hubUrl }),
);
for (const edge of edges) {
  await edge.open();
  await edge.sync();
}
await delay(settleMs);
tell(`${count} edges that are linked`, residentBytes(hub.pid), idleBytes);

const [startedMs, startedUs] = [performance.now(), cpuUs(hub.pid)];
await Promise.all(edges.flatMap((edge, n) => [edge.incrBy('sum', 1), edge.set(`key:${n}`, 'value')]));
await until(() => edges.every((edge) => edge.get('sum') === String(count)));
const [ms, us] = [performance.now() - startedMs, cpuUs(hub.pid) - startedUs];
console.log(
  `each wrote and has what the others wrote: ${Math.round(ms)} ms, CPU of the hub ${Math.round(us / 1000)} ms`,
);
await delay(settleMs);
tell('after that', residentBytes(hub.pid), idleBytes);

await Promise.all(edges.map((edge) => edge.close()));
client.close();
await hub.stop();
