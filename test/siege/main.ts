// `npm run siege -- --seconds N --seed S [--only NAME,...] [--false-edges] [--log FILE]`: a hub as a process of its
// own, with an honest edge beside it, beset by clients and web visitors that do what they should not. The hub must go
// on answering and come back after a kill in the midst of it; every few rounds it is killed at rest and must come back
// with what it had, and the edge must hold the same. False edges say what the honest one says, under other names and
// altered: what they make the hub hold is then no longer compared with the edge's. Exit code 1 where anything of this
// fails.
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { askOnce } from '../e2e/pipeline.ts';
import { ServerProcess } from '../e2e/server-process.ts';
import { Random, seedFrom } from '../fuzz/random.ts';
import { differences, digest } from './digest.ts';
import { Eavesdropper, falseEdge } from './false-edges.ts';
import { inTime } from './in-time.ts';
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
/** Until what was asked for is done, on a slow disk. */
const restMsMax = 60_000;
const againMs = 50;
/** A stack of where the hub is, on a signal; how long it has for that. */
const reportSignal = 'SIGUSR2';
const reportMs = 3000;
/** Of each client, and of the hub's log. */
const saidCharsShown = 1500;
const logCharsShown = 3000;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '30' },
    seed: { type: 'string' },
    only: { type: 'string' },
    'false-edges': { type: 'boolean', default: false },
    log: { type: 'string' },
  },
});
const seed = seedFrom(values.seed);
const random = new Random(seed);
const targets = wanted(values.only?.split(','));
const reports = mkdtempSync(join(tmpdir(), 'ferrite-siege-'));
const hub = new ServerProcess([
  '--report-on-signal',
  `--report-signal=${reportSignal}`,
  `--report-directory=${reports}`,
]);
const edge = new ServerProcess();
const between = new Eavesdropper(() => hub.edgesUrl);
let roundNow = 0;
let slowestMs = 0;

/**
 * What the hub answers. Clients may close each other's connections, and so this one: it is asked again on another for
 * as long as its process lives.
 */
function answerOf<T>(what: string, ask: () => Promise<T>): Promise<T> {
  const untilMs = performance.now() + patienceMs;
  const again = async (error: unknown): Promise<T> => {
    if (!hub.isRunning || performance.now() > untilMs) throw new Error(`${what}: ${String(error)}`);
    await delay(againMs);
    return ask().catch(again);
  };
  return inTime(ask().catch(again), what, patienceMs);
}

function holdings(node: ServerProcess, own: boolean): Promise<Map<string, string>> {
  return answerOf('all that a node holds', () => digest(node.port, own));
}

async function killed(afterMs: number): Promise<void> {
  await delay(afterMs);
  await hub.kill();
  await hub.start(...hubArgs());
}

/** Each client draws numbers of its own, so that a seed makes the same rounds however they fall in time. */
async function round(): Promise<string[]> {
  const said: string[] = [];
  const edgesPort = Number(new URL(hub.edgesUrl).port);
  const others = (count: number): Random[] =>
    Array.from({ length: count }, () => new Random(random.below(2 ** 32)));
  const killAfterMs = random.chance(killShare) ? random.below(midstMs) : undefined;
  const clients = others(sessionsAtOnce);
  const visitors = others(visitsAtOnce);
  const liars = others(values['false-edges'] ? falseEdgesAtOnce : 0);
  await Promise.all([
    ...(killAfterMs === undefined ? [] : [killed(killAfterMs)]),
    ...clients.map((own) => session(own, hub.port, targets, said)),
    ...visitors.map((own) => visit(own, edgesPort, said)),
    ...liars.map((own) => falseEdge(own, hub.edgesUrl, between.heard, said)),
  ]);
  const fromMs = performance.now();
  try {
    await answerOf('PING', () => askOnce(hub.port, 'PING'));
    slowestMs = Math.max(slowestMs, performance.now() - fromMs);
    return [];
  } catch (error) {
    return [...said.map((text) => text.slice(0, saidCharsShown)), String(error)];
  }
}

/** What the hub holds once all that clients asked for is done, though they are gone, and written. */
async function heldAtRest(): Promise<Map<string, string>> {
  for (;;) {
    const before = await holdings(hub, true);
    // A store in slices is seen by nobody before its end, and what is seen may not be written yet.
    const clients = await answerOf('INFO', () => askOnce(hub.port, 'INFO', 'clients'));
    const written = await answerOf('WAITAOF', () => askOnce(hub.port, 'WAITAOF', '1', '0', '0'));
    if (String(written) !== '1,0') throw new Error(`WAITAOF: ${written}`);
    const after = await holdings(hub, true);
    if (String(clients).includes('ferrite_commands_in_slices:0\r') && differences(before, after).length === 0)
      return after;
    await delay(againMs);
  }
}

/** Kills the hub and starts it again; what differs from before, and from the edge. */
async function nextLife(): Promise<string[]> {
  await answerOf('CLIENT UNPAUSE', () => askOnce(hub.port, 'CLIENT', 'UNPAUSE'));
  const before = await inTime(heldAtRest(), 'all that was asked for', restMsMax);
  await hub.kill();
  await hub.start(...hubArgs());
  const after = await holdings(hub, true);
  const lost = differences(before, after).map((text) => `before and after kill -9: ${text}`);
  if (values['false-edges']) return lost;
  const synced = await inTime(askOnce(edge.port, 'EDGE.SYNC'), 'EDGE.SYNC', patienceMs);
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
  for (roundNow = 1; performance.now() < endMs; roundNow++) {
    const failed = await round();
    if (failed.length > 0) return failed;
    if (roundNow % roundsPerLife !== 0) continue;
    const differing = await nextLife();
    if (differing.length > 0) return [...differing.slice(0, 5), 'what is held differs'];
    console.log(`round ${roundNow}: the hub came back with what it had`);
  }
  return [];
}

/** Where a hub is that lives and does not answer. */
async function stackOfHub(): Promise<string> {
  hub.signal(reportSignal);
  await delay(reportMs);
  const [file] = readdirSync(reports);
  if (file === undefined) return `the hub made no report in ${reportMs} ms`;
  const { javascriptStack, resourceUsage } = JSON.parse(readFileSync(join(reports, file), 'utf8'));
  return `where the hub is: ${JSON.stringify({ javascriptStack, resourceUsage }, undefined, 1)}`;
}

/** Last of all stands why, since whoever shows no more than an end of this shows that. */
async function report(failures: readonly string[]): Promise<void> {
  const stack = hub.isRunning ? await stackOfHub() : '';
  const log = `the hub's log ends with:\n${hub.output.slice(-logCharsShown)}`;
  for (const text of [...failures.slice(0, -1), log, stack]) console.log(text);
  console.log(`in round ${roundNow} of seed ${seed}; the hub ${hub.state}, the edge ${edge.state}`);
  console.log(`what they have on the disk is kept: the hub ${hub.dir}, the edge ${edge.dir}`);
  console.log(`FAILED: ${failures.at(-1)?.slice(-saidCharsShown)}`);
}

console.log(`seed ${seed}`);
const ended = new Promise<string[]>((resolve) => {
  process.once('SIGTERM', () => resolve(['the siege itself was ended by SIGTERM']));
});
const failures = await Promise.race([main().catch((error: unknown) => [String(error)]), ended]);
if (failures.length > 0) await report(failures);
else console.log(`seed ${seed}: ${roundNow - 1} rounds, the slowest PING took ${Math.round(slowestMs)} ms`);
if (values.log !== undefined) writeFileSync(values.log, hub.output);
between.close();
rmSync(reports, { recursive: true });
if (failures.length > 0) {
  // What does not answer may not end either.
  for (const node of [hub, edge]) node.signal('SIGKILL');
  process.exit(1);
}
await Promise.all([hub.stop(), edge.stop()]);
process.exit(0);
