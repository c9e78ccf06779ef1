// What the binary does: hands arguments, environment, files and signals of the process to the parts that are pure, and
// is with node/host.ts the only reader of `process`. Exit codes: 0 done, 1 failed, 2 a mistake in arguments or
// configuration.
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { FerriteError } from './base/errors.ts';
import { createLog, type Log } from './base/log.ts';
import { version } from './base/version.generated.ts';
import { runCommandLine } from './cli/run.ts';
import { type LoadedConfig, machineMemoryBytes } from './config/load-config.ts';
import type { Config } from './config/schema.ts';
import { clientsThatFit, openFilesMax } from './node/open-files.ts';
import { EdgeNode } from './node.ts';

/** An orderly stop that takes longer is cut. */
const stopMsMax = 10_000;

/** As Redis: fewer clients where the system would not let the process open so many sockets. */
function withRoomForFiles(config: Config, log: Log): Config {
  const openFiles = openFilesMax();
  const maxclients = clientsThatFit(config['server.maxclients'], openFiles);
  if (openFiles === undefined || maxclients === config['server.maxclients']) return config;
  log.warn('server.maxclients is lowered to what the limit of open files allows', { maxclients, openFiles });
  return { ...config, 'server.maxclients': maxclients };
}

async function serve(loaded: LoadedConfig, configFile: string): Promise<void> {
  const log = createLog(loaded.config['log.level'], (line) => process.stdout.write(line), Date.now);
  const config = withRoomForFiles(loaded.config, log);
  const stop = (reason: string): void => {
    log.info('stopping', { reason });
    setTimeout(() => process.exit(1), stopMsMax).unref();
    node.close().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error('stopping failed', { reason: String(error) });
        process.exit(1);
      },
    );
  };
  const node = new EdgeNode({
    config,
    configFile,
    log,
    listenTcp: true,
    onShutdown: async ({ now }) => {
      // What was to be saved is not, or not for sure.
      if (now) process.exit(1);
      stop('SHUTDOWN');
    },
  });
  let signalled = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (signalled) process.exit(1);
      signalled = true;
      stop(signal);
    });
  }
  await node.open();
  log.info('Ready to accept connections', { port: node.port, pid: process.pid, node: node.nodeId, version });
}

async function runArguments(): Promise<boolean> {
  // A reader of our output that goes away (`| head`, a log collector that restarts) must not end the node.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const outcome = await runCommandLine(process.argv.slice(2), {
    env: process.env,
    machineMemoryBytes: machineMemoryBytes(totalmem(), process.constrainedMemory()),
    version,
    output: {
      out: (line: string) => process.stdout.write(`${line}\n`),
      err: (line: string) => process.stderr.write(`${line}\n`),
    },
    readFile: (path: string, encoding: 'utf8' | 'latin1' = 'utf8') => readFileSync(path, encoding),
  });
  if ('exitCode' in outcome) {
    process.exitCode = outcome.exitCode;
    return false;
  }
  await serve(outcome.serve, outcome.configFile ?? '');
  return true;
}

/** Runs what the arguments say, until a node serves (true) or a command has answered. Exits where that fails. */
export async function run(): Promise<boolean> {
  try {
    return await runArguments();
  } catch (error) {
    const message =
      error instanceof FerriteError ? error.message : error instanceof Error ? error.stack : String(error);
    process.stderr.write(`ferrite-ts: ${message}\n`);
    process.exit(error instanceof FerriteError && error.code === 'CONFIG' ? 2 : 1);
  }
}
