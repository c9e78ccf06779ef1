// From the spawn of the process to its line `Ready to accept connections`, in an empty directory, and the resident set
// once it is idle; beside it a bare Node that only prints a line, which is the floor, and redis-server to its PONG.
//   npm run bench:start -- [rounds]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { delay, median } from '../rig/figures.ts';
import { newDir, residentBytes, startRedis } from '../rig/servers.ts';

const rounds = Number(process.argv[2] ?? 9);
const readyMsMax = 200;
const idleBytesMax = 70e6;
const settleMs = 1500;
const binary = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));

interface Start {
  readonly readyMs: number;
  readonly idleBytes: number;
}

async function startNode(args: readonly string[], line: string): Promise<Start> {
  const startedMs = performance.now();
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let seen = '';
  while (!seen.includes(line)) {
    const [chunk]: Buffer[] = await once(child.stdout, 'data');
    seen += chunk!.toString();
  }
  const readyMs = performance.now() - startedMs;
  await delay(settleMs);
  const idleBytes = residentBytes(child.pid!);
  child.kill('SIGTERM');
  await once(child, 'exit');
  return { readyMs, idleBytes };
}

async function ours(): Promise<Start> {
  const dir = newDir();
  const start = await startNode([binary, '--port', '0', '--dir', dir], 'Ready to accept connections');
  rmSync(dir, { recursive: true, force: true });
  return start;
}

async function redis(): Promise<Start> {
  const server = await startRedis();
  await delay(settleMs);
  const idleBytes = residentBytes(server.pid);
  await server.stop();
  return { readyMs: server.readyMs, idleBytes };
}

const bare = (): Promise<Start> => startNode(['-e', 'console.log("up"); setTimeout(() => {}, 1e6)'], 'up');
const starts: { name: string; start: () => Promise<Start>; got: Start[] }[] = [
  { name: 'ferrite', start: ours, got: [] },
  { name: 'bare node', start: bare, got: [] },
  { name: 'redis', start: redis, got: [] },
];
for (let i = 0; i < rounds; i++) for (const each of starts) each.got.push(await each.start());
for (const { name, got } of starts) {
  const readyMs = median(got.map((s) => s.readyMs));
  const idleBytes = median(got.map((s) => s.idleBytes));
  const verdict = (met: boolean): string => (name !== 'ferrite' ? '' : met ? ' ok' : ' MISSED');
  console.log(
    `${name.padEnd(10)} ready ${readyMs.toFixed(0)} ms${verdict(readyMs <= readyMsMax)}` +
      `  idle ${(idleBytes / 1e6).toFixed(1)} MB${verdict(idleBytes <= idleBytesMax)}`,
  );
}
