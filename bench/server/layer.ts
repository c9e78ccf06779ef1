// Measures the server layer against redis-server, in turn, with redis-benchmark as the client: throughput and the
// server's own CPU time per command, user and system apart, as medians and as the median of pairwise ratios.
//   node scripts/build.mjs --tests && node .build/bench/server/layer.js [rounds] [tests] [pipelines]
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ticksPerSecond = 100;
const rounds = Number(process.argv[2] ?? 5);
const tests = (process.argv[3] ?? 'ping_mbulk,get,set').split(',');
const pipelines = (process.argv[4] ?? '1,16,64').split(',').map(Number);

interface Target {
  readonly name: string;
  readonly port: number;
  readonly child: ChildProcess;
}

interface Sample {
  readonly perSecond: number;
  readonly userUs: number;
  readonly systemUs: number;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startRedis(): Promise<Target> {
  const port = await freePort();
  const args = ['--port', String(port), '--save', '', '--appendonly', 'no'];
  const child = spawn('redis-server', args, { stdio: 'ignore' });
  await delay(500);
  return { name: 'redis', port, child };
}

async function startStub(): Promise<Target> {
  const path = fileURLToPath(new URL('stub-server.js', import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout!, 'data');
  return { name: 'layer', port: Number(String(line)), child };
}

function cpuTicks(target: Target): { user: number; system: number } {
  const stat = readFileSync(`/proc/${target.child.pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return { user: Number(stat[11]), system: Number(stat[12]) };
}

async function measure(target: Target, name: string, count: number, pipeline: number): Promise<Sample> {
  const before = cpuTicks(target);
  const args = [
    '-p',
    target.port,
    '-t',
    name,
    '-n',
    count,
    '-c',
    50,
    '-P',
    pipeline,
    '-d',
    32,
    '-r',
    100000,
    '--csv',
  ];
  const { stdout } = await run('redis-benchmark', args.map(String));
  const after = cpuTicks(target);
  const row = stdout.trim().split('\n').at(-1)!.split(',');
  const usPerTick = 1e6 / ticksPerSecond / count;
  return {
    perSecond: Number(row[1]!.replaceAll('"', '')),
    userUs: (after.user - before.user) * usPerTick,
    systemUs: (after.system - before.system) * usPerTick,
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

const [layer, redis] = [await startStub(), await startRedis()];
try {
  for (const pipeline of pipelines) {
    const count = pipeline === 1 ? 150_000 : 1_000_000;
    for (const name of tests) {
      for (const target of [layer, redis]) await measure(target, name, count / 2, pipeline);
      const pairs: [Sample, Sample][] = [];
      for (let i = 0; i < rounds; i++) {
        const first = await measure(i % 2 === 0 ? layer : redis, name, count, pipeline);
        const second = await measure(i % 2 === 0 ? redis : layer, name, count, pipeline);
        pairs.push(i % 2 === 0 ? [first, second] : [second, first]);
      }
      const of = (pick: (pair: [Sample, Sample]) => number) => median(pairs.map(pick)).toFixed(2);
      const cpu = (sample: Sample) => sample.userUs + sample.systemUs;
      console.log(
        `P=${String(pipeline).padEnd(2)} ${name.padEnd(10)} throughput ratio ${of(([a, b]) => a.perSecond / b.perSecond)}` +
          `  cpu ratio ${of(([a, b]) => cpu(a) / cpu(b))}` +
          `  us/command user+system: layer ${of(([a]) => a.userUs)}+${of(([a]) => a.systemUs)}` +
          ` redis ${of(([, b]) => b.userUs)}+${of(([, b]) => b.systemUs)}`,
      );
    }
  }
} finally {
  layer.child.kill();
  redis.child.kill();
}
