// The questions that the sampler asks the machine: process, volume, network, battery. Each answers undefined where the
// machine cannot tell, and none blocks the event loop: files are read asynchronously, and the battery, whose module is
// large, is loaded only when somebody asks.
import { readFile, statfs } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { type NetworkCounters, parseNetworkCounters } from './network-counters.ts';

export interface Volume {
  readonly freeBytes: number;
  readonly totalBytes: number;
}

export interface Battery {
  readonly percent: number;
  readonly charging: boolean;
}

export interface Probes {
  /** CPU time this process has used, user and system, in microseconds. */
  cpuMicros(): number;
  rssBytes(): number;
  /** The container's memory limit, where there is one. */
  containerLimitBytes(): number | undefined;
  /** Processes that ran or wanted to, over the last minute. */
  load1m(): number;
  volume(dir: string): Promise<Volume | undefined>;
  network(): Promise<NetworkCounters | undefined>;
}

function containerLimitBytes(): number | undefined {
  const bytes = process.constrainedMemory();
  return bytes !== undefined && bytes > 0 && bytes < Number.MAX_SAFE_INTEGER ? bytes : undefined;
}

async function volume(dir: string): Promise<Volume | undefined> {
  try {
    const { bsize, bavail, blocks } = await statfs(dir);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    return undefined;
  }
}

async function network(): Promise<NetworkCounters | undefined> {
  try {
    return parseNetworkCounters(await readFile('/proc/net/dev', 'latin1'));
  } catch {
    return undefined;
  }
}

/** The probes of this machine. */
export const systemProbes: Probes = {
  cpuMicros: () => {
    const { user, system } = process.cpuUsage();
    return user + system;
  },
  rssBytes: () => process.memoryUsage.rss(),
  containerLimitBytes,
  load1m: () => loadavg()[0] ?? 0,
  volume,
  network,
};

/** The battery of this machine, or undefined where there is none or nobody can tell. */
export async function readBattery(): Promise<Battery | undefined> {
  try {
    const { battery } = await import('systeminformation');
    const { hasBattery, percent, isCharging, acConnected } = await battery();
    return hasBattery ? { percent, charging: isCharging || acConnected } : undefined;
  } catch {
    return undefined;
  }
}
