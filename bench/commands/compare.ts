// Commands beside redis-server: for each command, pipeline depth and persistence, redis-benchmark loads both in turn,
// who goes first alternating, and the medians of throughput, the server's own CPU time per command and, at depth 1,
// the 99th percentile are printed as ratios. With two cores the client is the limit at small depths, and then CPU time
// is the column to read.
// `all` tests are those of suite.ts, and end with the geometric means.
//   npm run bench:commands -- [tests|all] [pipelines] [rounds] [off|everysec ...]
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { BenchClient } from '../rig/client.ts';
import { delay, geometricMean, judged, median, medianRatio } from '../rig/figures.ts';
import { cpuUs, type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';
import { type BenchTest, prepare, testsOf } from './suite.ts';

const run = promisify(execFile);
const [testNames = 'set,get,incr,mset', depths = '1,16,64', roundCount = '5', ...modeNames] =
  process.argv.slice(2);
const rounds = Number(roundCount);
const tests = testsOf(testNames);
if (typeof tests === 'string') {
  console.error(tests);
  process.exit(2);
}
const isSuite = testNames.toLowerCase() === 'all';
const clients = 50;

const modes = [
  { name: 'off', ours: ['persistence.enabled=false'], theirs: ['--appendonly', 'no'] },
  {
    name: 'everysec',
    ours: ['persistence.appendfsync=everysec'],
    theirs: ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  },
].filter(({ name }) => modeNames.length === 0 || modeNames.includes(name));

/** What is asked of the whole suite: of each command, and of the geometric means. */
const rateMin = 0.85;
const rateMean = 1.05;
const cpuMean = 0.9;

/** What is asked for at each depth: throughput at least, CPU per command at most. */
function targetsOf(depth: number): { readonly rate: number; readonly cpu: number } {
  if (depth < 16) return { rate: 0.95, cpu: 1.2 };
  return depth < 64 ? { rate: 0.95, cpu: 1.0 } : { rate: 1.15, cpu: 0.75 };
}

/** Before anything is measured: what is hot is compiled while the first come, on the processors that are measured. */
const warmingRequests = 200_000;

function requestsOf(test: BenchTest, depth: number): number {
  const requests = depth === 1 ? 80_000 : depth < 64 ? 500_000 : 1_000_000;
  // What has to be filled for each sample is kept shorter.
  const most = test.filling !== undefined && test.filling.elements === undefined ? 300_000 : requests;
  return Math.min(requests, most) / test.weight;
}

interface Sample {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

interface Ratios {
  readonly rate: number;
  readonly cpu: number;
}

async function measure(
  server: ServerProcess,
  test: BenchTest,
  requests: number,
  depth: number,
): Promise<Sample> {
  const client = await BenchClient.connect(server.port);
  await prepare(client, test, requests);
  client.close();
  const options = { p: server.port, n: requests, c: clients, P: depth, d: 32, r: test.range };
  const args = Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const beforeUs = cpuUs(server.pid);
  const { stdout } = await run('redis-benchmark', [...args, '--csv', ...test.load]);
  const usedUs = cpuUs(server.pid) - beforeUs;
  const row = stdout.trim().split('\n').at(-1)!.replaceAll('"', '').split(',').slice(-7).map(Number);
  return { perSecond: row[0]!, p99Ms: row[5]!, cpuUs: usedUs / requests };
}

async function compare(
  ours: ServerProcess,
  theirs: ServerProcess,
  test: BenchTest,
  depth: number,
): Promise<Ratios & { readonly line: string }> {
  const requests = requestsOf(test, depth);
  const samples = { ours: [] as Sample[], theirs: [] as Sample[] };
  const warming = Math.max(requests / 2, warmingRequests / test.weight);
  for (const server of [ours, theirs]) await measure(server, test, warming, depth);
  for (let i = 0; i < rounds; i++) {
    const order = [ours, theirs];
    for (const server of i % 2 === 0 ? order : order.reverse()) {
      const sample = await measure(server, test, requests, depth);
      samples[server === ours ? 'ours' : 'theirs'].push(sample);
    }
  }
  const ratio = (pick: (s: Sample) => number): number =>
    medianRatio(samples.ours.map(pick), samples.theirs.map(pick));
  const both = (pick: (s: Sample) => number, digits: number): string =>
    `${median(samples.ours.map(pick)).toFixed(digits)}/${median(samples.theirs.map(pick)).toFixed(digits)}`;
  const target = targetsOf(depth);
  const rate = ratio((s) => s.perSecond);
  const cpu = ratio((s) => s.cpuUs);
  const rateText = `req/s ${both((s) => s.perSecond, 0)} ${judged(rate, '>=', isSuite ? rateMin : target.rate)}`;
  const cpuText = `cpu us ${both((s) => s.cpuUs, 2)} `;
  const p99 = judged(
    ratio((s) => s.p99Ms),
    '<=',
    1.2,
  );
  const latency = `  p99 ms ${both((s) => s.p99Ms, 2)} ${p99}`;
  const line = `${rateText}  ${cpuText}${isSuite ? cpu.toFixed(2) : judged(cpu, '<=', target.cpu)}`;
  return { rate, cpu, line: depth === 1 ? line + latency : line };
}

function means(ratios: readonly Ratios[]): string {
  const rate = geometricMean(ratios.map((r) => r.rate));
  const cpu = geometricMean(ratios.map((r) => r.cpu));
  return `geometric means: req/s ${judged(rate, '>=', rateMean)}  cpu ${judged(cpu, '<=', cpuMean)}`;
}

console.log('ours/theirs, and the median of the ratios round by round');
for (const mode of modes) {
  const ours = await startFerrite({ settings: mode.ours });
  const theirs = await startRedis(mode.theirs);
  const all: Ratios[] = [];
  try {
    for (const depth of depths.split(',').map(Number)) {
      const ofDepth: Ratios[] = [];
      for (const test of tests) {
        // A rewrite of the log, which either may begin, is no part of a command.
        await delay(200);
        const ratios = await compare(ours, theirs, test, depth);
        ofDepth.push(ratios);
        console.log(
          `${mode.name.padEnd(8)} P=${String(depth).padEnd(3)} ${test.name.padEnd(13)} ${ratios.line}`,
        );
      }
      all.push(...ofDepth);
      if (tests.length > 1)
        console.log(`${mode.name.padEnd(8)} P=${String(depth).padEnd(3)} ${means(ofDepth)}`);
    }
    if (tests.length > 1) console.log(`${mode.name.padEnd(8)} ${means(all)}`);
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}
