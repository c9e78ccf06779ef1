// `npm run siege -- --seconds N --seed S [--only NAME,...] [--false-edges] [--log FILE]`: a hub as a process of its
// own, with an honest edge beside it, beset by clients and web visitors that do what they should not. The hub must go
// on answering and come back after a kill in the midst of it; every few rounds it is killed at rest and must come back
// with what it had, and the edge must hold the same. False edges say what the honest one says, under other names and
// altered: what they make the hub hold is then no longer compared with the edge's. Exit code 1 where anything of this
// fails.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askOnce } from '../e2e/pipeline.ts';
import { ServerProcess } from '../e2e/server-process.ts';
import { Random } from '../fuzz/random.ts';
import { differences, digest } from './digest.ts';
import { Eavesdropper, falseEdge } from './false-edges.ts';
import { session, wanted } from './sessions.ts';
import { visit } from './web.ts';

const roundsPerLife = 40;
const sessionsAtOnce = 12;
const visitsAtOnce = 6;
const falseEdgesAtOnce = 6;
/** Of the rounds, those in which the hub is killed too. */
const killShare = 0.03;
const midstMs = 60;
const patienceMs = 20_000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    only: { type: 'string' },
    'false-edges': { type: 'boolean', default: false },
    log: { type: 'string' },
  },
});
const seed = Number(values.seed ?? Date.now() % 1_000_000);
const random = new Random(seed);
const targets = wanted(values.only?.split(','));
const hub = new ServerProcess();
const edge = new ServerProcess();
const between = new Eavesdropper(() => hub.edgesUrl);

function inTime<T>(promise: Promise<T>, what: string): Promise<T> {
  return Promise.race([
    promise,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer to ${what}`)), patienceMs).unref();
    }),
  ]);
}

function holdings(node: ServerProcess, own: boolean): Promise<Map<string, string>> {
  return inTime(digest(node.port, own), 'all that a node holds');
}

/** In the midst of whatever it does. */
async function killed(): Promise<void> {
  await delay(random.below(midstMs));
  await hub.kill();
  await hub.start(...hubArgs());
}

async function round(): Promise<string[]> {
  const said: string[] = [];
  const edgesPort = Number(new URL(hub.edgesUrl).port);
  await Promise.all([
    ...(random.chance(killShare) ? [killed()] : []),
    ...Array.from({ length: sessionsAtOnce }, () => session(random, hub.port, targets, said)),
    ...Array.from({ length: visitsAtOnce }, () => visit(random, edgesPort, said)),
    ...Array.from({ length: values['false-edges'] ? falseEdgesAtOnce : 0 }, () =>
      falseEdge(random, hub.edgesUrl, between.heard, said),
    ),
  ]);
  try {
    await inTime(askOnce(hub.port, 'PING'), 'PING');
    return [];
  } catch (error) {
    return [`${String(error)}: ${hub.output.slice(-3000)}`, ...said.slice(-24)];
  }
}

/** Kills the hub and starts it again; what differs from before, and from the edge. */
async function nextLife(): Promise<string[]> {
  await inTime(askOnce(hub.port, 'CLIENT', 'UNPAUSE'), 'CLIENT UNPAUSE');
  // What clients asked for is done, though they are gone.
  let before = await holdings(hub, true);
  for (let last = before; ; last = before) {
    before = await holdings(hub, true);
    if (differences(last, before).length === 0) break;
  }
  await hub.kill();
  await hub.start(...hubArgs());
  const after = await holdings(hub, true);
  const lost = differences(before, after).map((text) => `before and after kill -9: ${text}`);
  if (values['false-edges']) return lost;
  const synced = await inTime(askOnce(edge.port, 'EDGE.SYNC'), 'EDGE.SYNC');
  return [
    ...lost,
    ...(synced instanceof Error ? [`EDGE.SYNC: ${synced.message}`] : []),
    ...differences(await holdings(hub, false), await holdings(edge, false)).map(
      (text) => `hub and edge: ${text}`,
    ),
  ];
}

let hubPort = 0;
function hubArgs(): string[] {
  return ['--mode', 'hub', '--node-id', 'hub', '--set', `hub.port=${hubPort}`];
}

async function main(): Promise<string[]> {
  await hub.start(...hubArgs());
  hubPort = Number(new URL(hub.edgesUrl).port);
  await edge.start('--node-id', 'honest', '--hub-url', await between.url('/edge/ws'));
  const endMs = performance.now() + Number(values.seconds) * 1000;
  for (let n = 1; performance.now() < endMs; n++) {
    const failed = await round();
    if (failed.length > 0) return failed;
    if (n % roundsPerLife !== 0) continue;
    const differing = await nextLife();
    if (differing.length > 0) return [`round ${n}`, ...differing.slice(0, 5)];
    console.log(`round ${n}: the hub came back with what it had`);
  }
  return [];
}

console.log(`seed ${seed}`);
const failures = await main().catch((error: unknown) => [String(error), hub.output.slice(-3000)]);
for (const line of failures) console.log(line);
if (values.log !== undefined) writeFileSync(values.log, hub.output);
between.close();
await Promise.all([hub.stop(), edge.stop()]);
process.exit(failures.length === 0 ? 0 : 1);
