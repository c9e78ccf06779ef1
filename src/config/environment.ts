// Settings from FERRITE_... environment variables. An unknown variable is worth a warning and no error, because
// container platforms make up variables of this form for a service that happens to be called "ferrite".
import { aliases, configKeys, environmentName } from './schema.ts';
import type { Setting } from './setting.ts';
import { suggest } from './suggest.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Names the configuration file where --config does not. */
export const configFileVariable = 'FERRITE_CONFIG';

export interface EnvironmentReading {
  readonly settings: readonly Setting[];
  /** Variable to the one it may have meant. */
  readonly unknown: ReadonlyMap<string, string | undefined>;
}

/** An empty variable counts as absent, as container files write it. */
export function readEnvironment(env: Environment): EnvironmentReading {
  const keyOf = new Map([...configKeys, ...aliases.keys()].map((key) => [environmentName(key), key]));
  const settings: Setting[] = [];
  const unknown = new Map<string, string | undefined>();
  for (const [name, value] of Object.entries(env)) {
    if (!name.startsWith('FERRITE_') || value === undefined || value === '') continue;
    const key = keyOf.get(name);
    if (key !== undefined) {
      settings.push({ key, given: { text: value }, where: `environment ${name}` });
    } else if (name !== configFileVariable) {
      unknown.set(name, suggest(name, keyOf.keys()));
    }
  }
  return { settings, unknown };
}
