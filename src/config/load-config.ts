// From all sources to one checked configuration: flags over environment over file over preset over defaults. Every
// problem of every source is collected, so that one run shows all that has to be mended. Reads no file, no environment
// and no machine itself: the caller hands in texts and figures.
import { FerriteError } from '../base/errors.ts';
import { crossCheck } from './cross-checks.ts';
import { type Environment, type EnvironmentReading, readEnvironment } from './environment.ts';
import { buildLayer, fieldOf, type Layer, type LayerEntry } from './layer.ts';
import { presets } from './presets.ts';
import { readToml } from './read-toml.ts';
import { type Config, type ConfigKey, configKeys, isConfigKey, presetNames } from './schema.ts';
import type { Setting } from './setting.ts';

export interface ConfigSources {
  readonly file?: { readonly path: string; readonly text: string };
  readonly env?: Environment;
  /** Flags, --set and the library's options, weakest first. */
  readonly settings?: readonly Setting[];
  /** What the machine or container has: see machineMemoryBytes. */
  readonly machineMemoryBytes: number;
}

export interface LoadedConfig {
  readonly config: Config;
  /** Who set each key: `edge.toml:7`, `preset iot`, `default`. */
  readonly where: ReadonlyMap<ConfigKey, string>;
  readonly warnings: readonly string[];
}

const mb = 1024 * 1024;

/** The smaller of the machine's memory and its container's limit (0, absent or absurd where there is none). */
export function machineMemoryBytes(totalBytes: number, constrainedBytes: number | undefined): number {
  return constrainedBytes !== undefined && constrainedBytes > 0
    ? Math.min(totalBytes, constrainedBytes)
    : totalBytes;
}

/** A quarter of the machine in whole MiB, at least 1 MiB and at most 1 GiB. */
function defaultMemoryLimitBytes(machineBytes: number): number {
  return Math.min(1024 * mb, Math.max(mb, Math.floor(machineBytes / 4 / mb) * mb));
}

function defaultLayer(machineBytes: number): Layer {
  const layer = new Map<ConfigKey, LayerEntry>(
    configKeys.map((key) => [key, { value: fieldOf(key).default, where: 'default' }]),
  );
  layer.set('edge.resources.memory_limit', {
    value: defaultMemoryLimitBytes(machineBytes),
    where: 'default',
  });
  return layer;
}

function presetLayer(layers: readonly Layer[]): Layer {
  const named = layers.map((layer) => layer.get('edge.preset')).find((entry) => entry !== undefined)?.value;
  const name = presetNames.find((n) => n === named);
  if (name === undefined) return new Map();
  const values = Object.entries(presets[name]).filter((pair): pair is [ConfigKey, Config[ConfigKey]] =>
    isConfigKey(pair[0]),
  );
  return new Map(values.map(([key, value]) => [key, { value, where: `preset ${name}` }]));
}

/** Where somebody names an interval and nobody a policy, the policy is periodic; an interval of 0 is never. */
function impliedPolicy(named: readonly Layer[]): Layer {
  const interval = named.map((layer) => layer.get('edge.sync_interval')).find((entry) => entry !== undefined);
  if (interval === undefined || named.some((layer) => layer.has('edge.sync_policy'))) return new Map();
  const value = interval.value === 0 ? 'never' : 'periodic';
  return new Map([['edge.sync_policy', { value, where: `${interval.where} (by sync_interval)` }]]);
}

/** Puts the variable that edge.token_env names into edge.token. */
function withTokenFromEnvironment(
  values: Map<ConfigKey, LayerEntry>,
  env: Environment,
  problems: string[],
): void {
  const named = values.get('edge.token_env');
  if (typeof named?.value !== 'string') return;
  if (values.get('edge.token')?.value !== undefined) {
    const where = values.get('edge.token')?.where;
    problems.push(`${named.where}: edge.token_env: edge.token is set too (${where}), allowed: one of them`);
    return;
  }
  const token = env[named.value] ?? '';
  if (token === '') {
    problems.push(
      `${named.where}: edge.token_env: the variable that it names is not set, allowed: the name of one with a token`,
    );
    return;
  }
  const where = `environment ${named.value}`;
  const checked = buildLayer([{ key: 'edge.token', given: { text: token }, where }], problems).get(
    'edge.token',
  );
  if (checked !== undefined) values.set('edge.token', checked);
}

/**
 * The configuration that `sources` add up to. Throws FerriteError CONFIG whose message has one line a problem:
 * `edge.toml:7: edge.sync_interval: found "30x", allowed: a duration such as ...`
 */
export function loadConfig(sources: ConfigSources): LoadedConfig {
  const problems: string[] = [];
  const toml = sources.file === undefined ? undefined : readToml(sources.file.path, sources.file.text);
  problems.push(...(toml?.problems ?? []));
  const env = sources.env ?? {};
  const environment = readEnvironment(env);
  const named = [toml?.settings ?? [], environment.settings, sources.settings ?? []]
    .map((settings) => buildLayer(settings, problems))
    .reverse();
  const values = new Map<ConfigKey, LayerEntry>();
  const weakest = [defaultLayer(sources.machineMemoryBytes), presetLayer(named), impliedPolicy(named)];
  for (const layer of [...weakest, ...named.toReversed()]) {
    for (const [key, entry] of layer) values.set(key, entry);
  }
  withTokenFromEnvironment(values, env, problems);
  const config = Object.fromEntries([...values].map(([key, entry]) => [key, entry.value])) as Config;
  const where = new Map([...values].map(([key, entry]) => [key, entry.where]));
  const isNamed = (key: ConfigKey): boolean => where.get(key) !== 'default';
  if (problems.length === 0)
    problems.push(...crossCheck(config, (key) => where.get(key) ?? 'default', isNamed));
  if (problems.length > 0) throw new FerriteError('CONFIG', problems.join('\n'));
  const warnings = [...unknownVariables(environment, config), ...unusedDirectory(config, where)];
  return { config, where, warnings };
}

/** Who names a directory expects to find something there. */
function unusedDirectory(config: Config, where: ReadonlyMap<ConfigKey, string>): string[] {
  const named = where.get('persistence.dir');
  if (config['persistence.enabled'] || named === undefined || named === 'default') return [];
  const by = where.get('persistence.enabled');
  return [`${named}: persistence.dir: nothing is kept there, for persistence.enabled is false (${by})`];
}

function unknownVariables(environment: EnvironmentReading, config: Config): string[] {
  return [...environment.unknown]
    .filter(([name]) => name !== config['edge.token_env'])
    .map(
      ([name, near]) =>
        `environment ${name} names no key${near === undefined ? '' : `, did you mean ${near}?`}`,
    );
}
