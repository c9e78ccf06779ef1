// `npm run siege -- --seconds N --seed S`: a hub as a process of its own, with an honest edge beside it, beset by clients,
// web visitors and would-be edges that do what they should not. The hub must go on answering; every few rounds it is
// killed and must come back with what it had, and the edge must hold the same. Exit code 1 where anything of this fails.
import { parseArgs } from 'node:util';
import { askOnce } from '../e2e/pipeline.ts';
import { ServerProcess } from '../e2e/server-process.ts';
import { Random } from '../fuzz/random.ts';
import { differences, digest } from './digest.ts';
import { session } from './sessions.ts';
import { visit } from './web.ts';

const roundsPerLife = 40;
const sessionsAtOnce = 12;
const visitsAtOnce = 6;
const patienceMs = 20_000;

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '30' }, seed: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = new Random(seed);
const hub = new ServerProcess();
const edge = new ServerProcess();

function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer to ${what}`)), patienceMs).unref();
    }),
  ]);
}

async function round(): Promise<string[]> {
  const said: string[] = [];
  const edgesPort = Number(new URL(hub.edgesUrl).port);
  await Promise.all([
    ...Array.from({ length: sessionsAtOnce }, () => session(random, hub.port, said)),
    ...Array.from({ length: visitsAtOnce }, () => visit(random, edgesPort, said)),
  ]);
  try {
    await inTime(askOnce(hub.port, 'PING'), 'PING');
    return [];
  } catch (error) {
    return [`${String(error)}: ${hub.output.slice(-3000)}`, ...said.slice(-18)];
  }
}

/** Kills the hub and starts it again; what differs from before, and from the edge. */
async function nextLife(): Promise<string[]> {
  await inTime(askOnce(hub.port, 'CLIENT', 'UNPAUSE'), 'CLIENT UNPAUSE');
  const before = await inTime(digest(hub.port), 'all that the hub holds');
  await hub.kill();
  await hub.start(...hubArgs());
  const after = await inTime(digest(hub.port), 'all that the hub holds');
  const synced = await inTime(askOnce(edge.port, 'EDGE.SYNC'), 'EDGE.SYNC');
  const held = await inTime(digest(edge.port), 'all that the edge holds');
  return [
    ...differences(before, after).map((text) => `before and after kill -9: ${text}`),
    ...(String(synced) === 'OK' ? [] : [`EDGE.SYNC: ${String(synced)}`]),
    ...differences(after, held).map((text) => `hub and edge: ${text}`),
  ];
}

let hubPort = 0;
function hubArgs(): string[] {
  return ['--mode', 'hub', '--node-id', 'hub', '--set', `hub.port=${hubPort}`];
}

async function main(): Promise<string[]> {
  await hub.start(...hubArgs());
  hubPort = Number(new URL(hub.edgesUrl).port);
  await edge.start('--node-id', 'honest', '--hub-url', hub.edgesUrl);
  const endMs = performance.now() + Number(values.seconds) * 1000;
  for (let n = 1; performance.now() < endMs; n++) {
    const failed = await round();
    if (failed.length > 0) return failed;
    if (n % roundsPerLife !== 0) continue;
    const differing = await nextLife();
    if (differing.length > 0) return [`round ${n}`, ...differing.slice(0, 5)];
    console.log(`round ${n}: the hub came back with what it had, and the edge has the same`);
  }
  return [];
}

console.log(`seed ${seed}`);
const failures = await main().catch((error: unknown) => [String(error), hub.output.slice(-3000)]);
for (const line of failures) console.log(line);
await Promise.all([hub.stop(), edge.stop()]);
process.exit(failures.length === 0 ? 0 : 1);
