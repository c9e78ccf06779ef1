// One source of configuration, checked against the schema: which keys it sets, to what, and from where. Knows aliases
// and "did you mean"; does not know the other sources nor which of them wins.
import type { Field } from './field.ts';
import { aliases, type ConfigKey, configKeys, isConfigKey, schema } from './schema.ts';
import { type Setting, valueProblem } from './setting.ts';
import { suggest } from './suggest.ts';

export interface LayerEntry {
  /** Undefined takes back what a weaker source says, for keys that may have no value. */
  readonly value: unknown;
  readonly where: string;
}

export type Layer = ReadonlyMap<ConfigKey, LayerEntry>;

/** The field of a key, its value's type set aside: for code that treats all keys alike. */
export function fieldOf(key: ConfigKey): Field<unknown> {
  return schema[key] as Field<unknown>;
}

/** The key that `name` stands for, or undefined where there is no such key. */
export function resolveKey(name: string): ConfigKey | undefined {
  return isConfigKey(name) ? name : aliases.get(name);
}

function unknownKeyHint(name: string): string {
  const near = suggest(name, [...configKeys, ...aliases.keys()]);
  return near === undefined ? 'unknown key' : `unknown key, did you mean ${near}?`;
}

function readGiven(field: Field<unknown>, setting: Setting): unknown {
  return 'text' in setting.given ? field.fromText(setting.given.text) : field.fromValue(setting.given.value);
}

function isCleared(field: Field<unknown>, setting: Setting): boolean {
  const given = 'text' in setting.given ? setting.given.text : setting.given.value;
  return field.default === undefined && given === '';
}

/** Checks `settings`, later ones over earlier ones, and appends what is wrong with them to `problems`. */
export function buildLayer(settings: readonly Setting[], problems: string[]): Layer {
  const layer = new Map<ConfigKey, LayerEntry>();
  const spelling = new Map<ConfigKey, Setting>();
  for (const setting of settings) {
    const key = resolveKey(setting.key);
    if (key === undefined) {
      problems.push(`${setting.where}: ${setting.key}: ${unknownKeyHint(setting.key)}`);
      continue;
    }
    const other = spelling.get(key);
    if (other !== undefined && other.key !== setting.key) {
      problems.push(
        `${setting.where}: ${setting.key}: also named as ${other.key} (${other.where}), allowed: one of them`,
      );
      continue;
    }
    spelling.set(key, setting);
    const field = fieldOf(key);
    const value = readGiven(field, setting);
    if (value === undefined && !isCleared(field, setting)) {
      const misfit = field.misfit?.(setting.given);
      problems.push(
        misfit === undefined
          ? valueProblem(setting, field.secret, field.allowed)
          : valueProblem(
              { ...setting, key: `${setting.key}[${misfit.index}]`, given: misfit.given },
              field.secret,
              misfit.allowed,
            ),
      );
    } else {
      layer.set(key, { value, where: setting.where });
    }
  }
  return layer;
}
