// The process and its machine, as INFO tells of them. With program.ts the only reader of `process`.
import { release, totalmem, type } from 'node:os';
import type { Host } from '../commands/services.ts';
import type { Environment } from '../config/environment.ts';
import { clientsThatFit, openFilesMax } from './open-files.ts';

/** The environment as far as this variable goes. */
export function namedVariable(name: string | undefined): Environment {
  return name === undefined ? {} : { [name]: process.env[name] };
}

/** What this process and machine are. */
export function systemHost(): Host {
  return {
    pid: process.pid,
    os: `${type()} ${release()} ${process.arch === 'x64' ? 'x86_64' : process.arch}`,
    archBits: process.arch === 'arm' || process.arch === 'ia32' ? 32 : 64,
    nodeVersion: process.versions.node,
    executable: process.argv[1] ?? process.execPath,
    totalMemoryBytes: totalmem(),
    clientsThatFit: (wanted) => clientsThatFit(wanted, openFilesMax()),
    rssBytes: () => process.memoryUsage.rss(),
    cpu: () => {
      const { user, system } = process.cpuUsage();
      return { userUsec: user, systemUsec: system };
    },
  };
}
