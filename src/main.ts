#!/usr/bin/env node
// The binary: hands arguments, environment, files and signals of the process to the parts that are pure, and is with
// node/host.ts the only reader of `process`. Exit codes: 0 done, 1 failed, 2 a mistake in arguments or configuration.
import { readFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import { setFlagsFromString } from 'node:v8';
import { FerriteError } from './base/errors.ts';
import { createLog } from './base/log.ts';
import { version } from './base/version.generated.ts';
import { runCommandLine } from './cli/run.ts';
import { type LoadedConfig, machineMemoryBytes } from './config/load-config.ts';
import { EdgeNode } from './node.ts';

// All data is in the arena, so what the collector finds young is dead: a young generation that grows under load costs
// 10 MB of memory and saves nothing.
setFlagsFromString('--semi-space-growth-factor=1');
// With next to nothing that survives, helpers have nothing to do but to be waited for: on two busy cores a scavenge takes
// 0.2 ms without them and 0.9 with them, at worst 1 and 30.
setFlagsFromString('--no-parallel-scavenge');
// A command is many small functions, more than V8 takes into one by default (920): with this, commands need 0.8 of the CPU
// time once they are compiled. Still more in one (4000) is 0.97 of that, and half as much again to compile.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=2500');

/** An orderly stop that takes longer is cut. */
const stopMsMax = 10_000;

async function serve(loaded: LoadedConfig, configFile: string): Promise<void> {
  const { config } = loaded;
  const log = createLog(config['log.level'], (line) => process.stdout.write(line), Date.now);
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
    listen: true,
    onShutdown: async ({ now }) => {
      if (now) process.exit(0);
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

async function main(): Promise<void> {
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
    readFile: (path: string) => readFileSync(path, 'utf8'),
  });
  if ('exitCode' in outcome) process.exitCode = outcome.exitCode;
  else await serve(outcome.serve, outcome.configFile ?? '');
}

main().catch((error: unknown) => {
  const message =
    error instanceof FerriteError ? error.message : error instanceof Error ? error.stack : String(error);
  process.stderr.write(`ferrite-ts: ${message}\n`);
  process.exit(error instanceof FerriteError && error.code === 'CONFIG' ? 2 : 1);
});
