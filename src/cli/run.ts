// Does what the command line asks, but for starting a node: that comes back to the caller as a loaded configuration.
// Knows no process: files, environment, output and the machine's figures are handed in, and the exit code is returned.
import { FerriteError } from '../base/errors.ts';
import { formatEffective } from '../config/describe.ts';
import { configFileVariable, type Environment } from '../config/environment.ts';
import { type ConfigSources, type LoadedConfig, loadConfig } from '../config/load-config.ts';
import type { Config } from '../config/schema.ts';
import type { Setting } from '../config/setting.ts';
import { type Invocation, parseArguments } from './arguments.ts';
import type { NodeAddress } from './ask-node.ts';
import { checkDirectory } from './check.ts';
import { fileProblems } from './check-files.ts';
import { helpText } from './help.ts';
import { ExitCode, type Output } from './output.ts';
import { ping } from './ping.ts';
import { status } from './status.ts';

export interface Surroundings {
  readonly env: Environment;
  readonly machineMemoryBytes: number;
  readonly version: string;
  readonly output: Output;
  /** Text of a file; throws as node:fs does. */
  readFile(path: string, encoding?: 'latin1'): string;
}

/** An exit code, or the configuration of a node that is to be started. */
export type Outcome =
  | { readonly exitCode: ExitCode }
  | { readonly serve: LoadedConfig; readonly configFile: string | undefined };

const answerTimeoutMs = 5000;

interface ConfigWords {
  readonly configFile?: string;
  readonly settings: readonly Setting[];
}

function readConfigFile(path: string, surroundings: Surroundings): NonNullable<ConfigSources['file']> {
  try {
    return { path, text: surroundings.readFile(path) };
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    throw new FerriteError('CONFIG', `${path}: cannot read this configuration file: ${reason}`, error);
  }
}

function configFileOf(words: ConfigWords, env: Environment): string | undefined {
  const variable = env[configFileVariable];
  return words.configFile ?? (variable === '' ? undefined : variable);
}

function loadFor(words: ConfigWords, surroundings: Surroundings): LoadedConfig {
  const { env, machineMemoryBytes } = surroundings;
  const path = configFileOf(words, env);
  const file = path === undefined ? {} : { file: readConfigFile(path, surroundings) };
  return loadConfig({ ...file, env, machineMemoryBytes, settings: words.settings });
}

/** Where to ask a node that listens as `config` says: one that listens everywhere is asked on this machine. */
export function addressOf(config: Config): NodeAddress {
  const bind = config['server.bind'];
  const host = bind === '0.0.0.0' ? '127.0.0.1' : bind === '::' ? '::1' : bind;
  return { host, port: config['server.port'], password: config['server.requirepass'] };
}

async function dispatch(invocation: Invocation, surroundings: Surroundings): Promise<Outcome> {
  const { output, version } = surroundings;
  switch (invocation.kind) {
    case 'mistake':
      output.err(`ferrite-ts: ${invocation.message}`);
      output.err('try ferrite-ts --help');
      return { exitCode: ExitCode.mistake };
    case 'help':
      output.out(helpText(version).trimEnd());
      return { exitCode: ExitCode.done };
    case 'version':
      output.out(`ferrite-ts ${version}`);
      return { exitCode: ExitCode.done };
    case 'check':
      return { exitCode: checkDirectory(invocation.dir, invocation.repair, output) };
  }
  const loaded = loadFor(invocation, surroundings);
  for (const warning of loaded.warnings) output.err(`ferrite-ts: warning: ${warning}`);
  switch (invocation.kind) {
    case 'serve':
      return { serve: loaded, configFile: configFileOf(invocation, surroundings.env) };
    case 'check-config': {
      const problems = fileProblems(loaded, (path, encoding) => surroundings.readFile(path, encoding));
      if (problems.length > 0) throw new FerriteError('CONFIG', problems.join('\n'));
      output.out(formatEffective(loaded).trimEnd());
      return { exitCode: ExitCode.done };
    }
    case 'ping':
      return { exitCode: await ping(addressOf(loaded.config), answerTimeoutMs, output) };
    case 'status':
      return { exitCode: await status(addressOf(loaded.config), answerTimeoutMs, output) };
  }
}

/** Runs the words after the program's name. Operational failures are printed and become exit codes. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<Outcome> {
  try {
    return await dispatch(parseArguments(args), surroundings);
  } catch (error) {
    if (!(error instanceof FerriteError)) throw error;
    for (const line of error.message.split('\n')) surroundings.output.err(`ferrite-ts: ${line}`);
    return { exitCode: error.code === 'CONFIG' ? ExitCode.mistake : ExitCode.failed };
  }
}
