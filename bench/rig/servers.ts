// The two that are compared: this program as built in dist/ and the redis-server of the machine, each as a process of
// its own on a free port of loopback with a directory of its own. What they cost is read from /proc, so that the
// load generator's share is never counted.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { delay } from './figures.ts';

export interface ServerProcess {
  readonly name: 'ferrite' | 'redis';
  readonly port: number;
  readonly pid: number;
  readonly child: ChildProcess;
  readonly dir: string;
  /** From the spawn until PING was answered. */
  readonly readyMs: number;
  /** Ends it, and removes its directory unless `keepDir`. */
  stop(keepDir?: boolean): Promise<void>;
}

const startMsMax = 120_000;
const binary = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

export function newDir(): string {
  return mkdtempSync(join(tmpdir(), 'ferrite-bench-'));
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Whether the server answers PING with PONG by now: not yet listening and still loading are a no. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ port, host: '127.0.0.1' }, () => socket.write('PING\r\n'));
    socket.on('data', (chunk) => {
      resolve(chunk.toString().startsWith('+PONG'));
      socket.destroy();
    });
    socket.on('error', () => resolve(false));
  });
}

async function whenReady(child: ChildProcess, port: number, startedMs: number): Promise<number> {
  while (performance.now() - startedMs < startMsMax) {
    if (child.exitCode !== null) throw new Error(`${child.spawnfile} ended with ${child.exitCode}`);
    if (await answers(port)) return performance.now() - startedMs;
    await delay(2);
  }
  throw new Error(`${child.spawnfile} is not ready after ${startMsMax} ms`);
}

async function start(
  name: 'ferrite' | 'redis',
  command: string,
  args: readonly string[],
  port: number,
  dir: string,
): Promise<ServerProcess> {
  const startedMs = performance.now();
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: dir });
  const exited = once(child, 'exit');
  const stop = async (keepDir = false): Promise<void> => {
    child.kill('SIGTERM');
    const cut = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await exited;
    clearTimeout(cut);
    if (!keepDir) rmSync(dir, { recursive: true, force: true });
  };
  try {
    const readyMs = await whenReady(child, port, startedMs);
    return { name, port, pid: child.pid!, child, dir, readyMs, stop };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}

export interface FerriteOptions {
  readonly dir?: string;
  /** `key=value` of the configuration. */
  readonly settings?: readonly string[];
  readonly nodeFlags?: readonly string[];
}

export async function startFerrite(options: FerriteOptions = {}): Promise<ServerProcess> {
  const { dir = newDir(), settings = [], nodeFlags = [] } = options;
  const port = await freePort();
  const set = settings.flatMap((setting) => ['--set', setting]);
  const args = [...nodeFlags, binary, '--port', String(port), '--dir', dir, ...set];
  return start('ferrite', process.execPath, args, port, dir);
}

export async function startRedis(args: readonly string[] = [], dir = newDir()): Promise<ServerProcess> {
  const port = await freePort();
  const all = ['--port', String(port), '--dir', dir, '--save', '', ...args];
  return start('redis', 'redis-server', all, port, dir);
}

/** CPU time of all threads of a process so far, user and system, in microseconds. */
export function cpuUs(pid: number): number {
  let sumNs = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    sumNs += Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ')[0]);
  }
  return sumNs / 1000;
}

/** Resident bytes of a process. */
export function residentBytes(pid: number): number {
  const line = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(line?.[1] ?? 0) * 1024;
}
