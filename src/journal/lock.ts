// The lock of a data directory: a file `lock` that names the process which holds it, so that a second one is refused
// and the remains of a killed one are not. Node has no flock; a process is named by its pid, when it started and the
// boot it belongs to, which no later process shares. Processes in other containers on one volume cannot be seen this
// way: two of them on one directory remain the operator's mistake.
//
//   one line: pid, start time in clock ticks since boot, boot id; a dash for what the system does not tell
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import { join } from 'node:path';
import { FerriteError } from '../base/errors.ts';

const lockName = 'lock';
const attemptsMax = 8;

/** What tells a process from every other of the same pid. */
export interface ProcessTable {
  readonly pid: number;
  readonly bootId: string;
  /** When process `pid` started; undefined if there is none. */
  startOf(pid: number): string | undefined;
}

function readText(path: string): string | undefined {
  try {
    return fs.readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** The start time is field 22 of /proc/<pid>/stat; the name in field 2 may hold spaces and brackets. */
function startOf(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`);
  if (stat === undefined) return isAlive(pid) ? '-' : undefined;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' ? undefined : (fields[19] ?? '-');
}

export const systemProcesses: ProcessTable = {
  pid: process.pid,
  bootId: readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '-',
  startOf,
};

/** The pid of the living process that `text` names, or undefined: it died, or the text is no lock's. */
function holderOf(text: string, processes: ProcessTable): number | undefined {
  const [pidText = '', start = '', boot = ''] = text.trim().split(' ');
  const pid = Number(pidText);
  if (!Number.isSafeInteger(pid) || pid <= 0 || boot !== processes.bootId) return undefined;
  return processes.startOf(pid) === start ? pid : undefined;
}

/**
 * Takes what lies at `path` out of the way, to `aside`, if it is still `stale`; false if it is not. Renaming is atomic,
 * so of several processes that found the same stale lock one gets it; whoever took another's fresh lock instead puts it
 * back.
 */
function setAside(path: string, stale: string, aside: string): boolean {
  try {
    fs.renameSync(path, aside);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  if (readText(aside) === stale) return true;
  fs.linkSync(aside, path);
  fs.unlinkSync(aside);
  return false;
}

/** Makes `text` all that stands in the file. One that is there keeps its block: on a full disk there is no other. */
function overwrite(path: string, text: string): void {
  const fd = fs.openSync(path, fs.constants.O_RDWR | fs.constants.O_CREAT, 0o600);
  try {
    fs.writeSync(fd, text, 0);
    fs.ftruncateSync(fd, text.length);
  } finally {
    fs.closeSync(fd);
  }
}

/** Puts a file with `text` at `path` in one step, by way of `draft`, which goes; false if one is there. */
function place(path: string, text: string, draft: string): boolean {
  try {
    overwrite(draft, text);
    fs.linkSync(draft, path);
    return true;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : '';
    if (code === 'EEXIST') return false;
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'EOPNOTSUPP') throw error;
    return placeWithoutLinks(path, text);
  } finally {
    fs.rmSync(draft, { force: true });
  }
}

/** For file systems without hard links: a reader may see the file empty for a moment. */
function placeWithoutLinks(path: string, text: string): boolean {
  try {
    fs.writeFileSync(path, text, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

/**
 * Locks `dir` for this process; the lock of a process that died is taken over. Returns what releases it. Throws
 * FerriteError JOURNAL_IO that names the holder if a living process, this one included, has it.
 */
export function lockDir(dir: string, processes: ProcessTable = systemProcesses): () => void {
  const path = join(dir, lockName);
  const text = `${processes.pid} ${processes.startOf(processes.pid) ?? '-'} ${processes.bootId}\n`;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const draft = `${path}.${randomBytes(6).toString('hex')}`;
    const held = readText(path);
    const holder = held === undefined ? undefined : holderOf(held, processes);
    if (holder !== undefined) {
      const who = holder === processes.pid ? 'this process already' : `process ${holder}`;
      throw new FerriteError('JOURNAL_IO', `data directory ${dir} is in use by ${who} (${path})`);
    }
    if (held !== undefined && !setAside(path, held, draft)) continue;
    if (place(path, text, draft)) return () => release(path, text);
  }
  throw new FerriteError('JOURNAL_IO', `data directory ${dir} is being locked by others (${path})`);
}

function release(path: string, text: string): void {
  if (readText(path) === text) fs.unlinkSync(path);
}
