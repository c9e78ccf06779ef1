// Commands beside redis-server: for each command, pipeline depth and persistence, redis-benchmark loads both in turn,
// who goes first alternating, and the medians of throughput, the server's own CPU time per command and, at depth 1,
// the 99th percentile are printed as ratios. With two cores the client is the limit at small depths, and then CPU time
// is the column to read.
//   npm run bench:commands -- [tests] [pipelines] [rounds] [off|everysec ...]
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { delay, judged, median, medianRatio } from '../rig/figures.ts';
import { cpuUs, type ServerProcess, startFerrite, startRedis } from '../rig/servers.ts';

const run = promisify(execFile);
const [testNames = 'set,get,incr,mset', depths = '1,16,64', roundCount = '5', ...modeNames] =
  process.argv.slice(2);
const rounds = Number(roundCount);
const keyRange = 100_000;
const clients = 50;

const modes = [
  { name: 'off', ours: ['persistence.enabled=false'], theirs: ['--appendonly', 'no'] },
  {
    name: 'everysec',
    ours: ['persistence.appendfsync=everysec'],
    theirs: ['--appendonly', 'yes', '--appendfsync', 'everysec'],
  },
].filter(({ name }) => modeNames.length === 0 || modeNames.includes(name));

/** What is asked for at each depth: throughput at least, CPU per command at most. */
function targetsOf(depth: number): { readonly rate: number; readonly cpu: number } {
  if (depth < 16) return { rate: 0.95, cpu: 1.2 };
  return depth < 64 ? { rate: 0.95, cpu: 1.0 } : { rate: 1.15, cpu: 0.75 };
}

function requestsOf(test: string, depth: number): number {
  const requests = depth === 1 ? 80_000 : depth < 64 ? 500_000 : 1_000_000;
  return test === 'mset' ? requests / 10 : requests;
}

interface Sample {
  readonly perSecond: number;
  readonly p99Ms: number;
  readonly cpuUs: number;
}

async function measure(
  server: ServerProcess,
  test: string,
  requests: number,
  depth: number,
): Promise<Sample> {
  const options = { p: server.port, t: test, n: requests, c: clients, P: depth, d: 32, r: keyRange };
  const args = Object.entries(options).flatMap(([name, value]) => [`-${name}`, String(value)]);
  const beforeUs = cpuUs(server.pid);
  const { stdout } = await run('redis-benchmark', [...args, '--csv']);
  const usedUs = cpuUs(server.pid) - beforeUs;
  const row = stdout.trim().split('\n').at(-1)!.replaceAll('"', '').split(',').slice(-7).map(Number);
  return { perSecond: row[0]!, p99Ms: row[5]!, cpuUs: usedUs / requests };
}

async function compare(
  ours: ServerProcess,
  theirs: ServerProcess,
  test: string,
  depth: number,
): Promise<string> {
  const requests = requestsOf(test, depth);
  const samples = { ours: [] as Sample[], theirs: [] as Sample[] };
  for (const server of [ours, theirs]) await measure(server, test, requests / 2, depth);
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
  const latency = `  p99 ms ${both((s) => s.p99Ms, 2)} ${judged(
    ratio((s) => s.p99Ms),
    '<=',
    1.2,
  )}`;
  return (
    `req/s ${both((s) => s.perSecond, 0)} ${judged(
      ratio((s) => s.perSecond),
      '>=',
      target.rate,
    )}` +
    `  cpu us ${both((s) => s.cpuUs, 2)} ${judged(
      ratio((s) => s.cpuUs),
      '<=',
      target.cpu,
    )}` +
    (depth === 1 ? latency : '')
  );
}

console.log('ours/theirs, and the median of the ratios round by round');
for (const mode of modes) {
  const ours = await startFerrite({ settings: mode.ours });
  const theirs = await startRedis(mode.theirs);
  try {
    for (const depth of depths.split(',').map(Number)) {
      for (const test of testNames.split(',')) {
        // A rewrite of the log, which either may begin, is no part of a command.
        await delay(200);
        const line = await compare(ours, theirs, test, depth);
        console.log(`${mode.name.padEnd(8)} P=${String(depth).padEnd(3)} ${test.padEnd(5)} ${line}`);
      }
    }
  } finally {
    await Promise.all([ours.stop(), theirs.stop()]);
  }
}
