import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { lockDir, type ProcessTable, systemProcesses } from '../../src/journal/lock.ts';

function tempDir(): string {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'ferrite-lock-'));
}

const lockModule = new URL('../../src/journal/lock.js', import.meta.url).href;

/** A process that locks `dir`, says so, and then does nothing. */
function holderSource(dir: string): string {
  return `import { lockDir } from ${JSON.stringify(lockModule)};
    try { lockDir(${JSON.stringify(dir)}); process.stdout.write('held\\n'); setInterval(() => {}, 1000); }
    catch (error) { process.stdout.write('refused ' + error.message + '\\n'); }`;
}

test('a second process is refused by name; after kill -9 the lock is taken over', async () => {
  const dir = tempDir();
  const holder = spawn(process.execPath, ['--input-type=module', '-e', holderSource(dir)]);
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  assert.throws(() => lockDir(dir), new RegExp(`is in use by process ${holder.pid} `));
  const second = spawnSync(process.execPath, ['--input-type=module', '-e', holderSource(dir)]);
  assert.match(second.stdout.toString(), /^refused data directory .* in use by process/);
  holder.kill('SIGKILL');
  await new Promise((resolve) => holder.once('exit', resolve));
  const release = lockDir(dir);
  assert.throws(() => lockDir(dir), /in use by this process already/);
  release();
  lockDir(dir)();
  assert.deepEqual(fs.readdirSync(dir), []);
  fs.rmSync(dir, { recursive: true });
});

test('a stale lock is written over, for on a full disk there is no room for another file', () => {
  const dir = tempDir();
  const file = path.join(dir, 'lock');
  fs.writeFileSync(file, `999999999 1 ${systemProcesses.bootId} and more than a lock needs\n`);
  const { ino } = fs.statSync(file);
  const release = lockDir(dir);
  assert.equal(fs.statSync(file).ino, ino);
  assert.match(fs.readFileSync(file, 'utf8'), new RegExp(`^${process.pid} \\S+ \\S+\n$`));
  release();
  assert.deepEqual(fs.readdirSync(dir), []);
  fs.rmSync(dir, { recursive: true });
});

test('of many processes that find a stale lock exactly one gets it', async () => {
  const dir = tempDir();
  fs.writeFileSync(path.join(dir, 'lock'), `999999999 1 ${systemProcesses.bootId}\n`);
  const children = Array.from({ length: 4 }, () =>
    spawn(process.execPath, ['--input-type=module', '-e', holderSource(dir)]),
  );
  const lines = await Promise.all(
    children.map((c) => new Promise<string>((resolve) => c.stdout.once('data', (d) => resolve(String(d))))),
  );
  for (const child of children) child.kill('SIGKILL');
  assert.equal(lines.filter((l) => l.startsWith('held')).length, 1);
  fs.rmSync(dir, { recursive: true });
});

test('a pid that another process has now, another boot, and nonsense are stale', () => {
  const dir = tempDir();
  const processes: ProcessTable = { pid: 7, bootId: 'b1', startOf: (pid) => (pid === 7 ? '100' : '200') };
  for (const stale of ['9 150 b1\n', '9 200 b0\n', 'x', '', '-1 200 b1', '0 200 b1']) {
    fs.writeFileSync(path.join(dir, 'lock'), stale);
    lockDir(dir, processes)();
  }
  fs.writeFileSync(path.join(dir, 'lock'), '9 200 b1\n');
  assert.throws(() => lockDir(dir, processes), /in use by process 9/);
  fs.rmSync(dir, { recursive: true });
});
