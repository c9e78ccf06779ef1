// Shows configuration to people: the effective values as TOML with who set each (--check), and every key with its type,
// default and meaning as a Markdown table (docs/configuration.md, held to the schema by a test). Secrets are `***`.
import { fieldOf } from './layer.ts';
import type { LoadedConfig } from './load-config.ts';
import { type ConfigKey, configKeys } from './schema.ts';

export const hidden = '***';

/** The text of a value, as TOML; secrets hidden. An empty list is no secret. */
export function showConfigValue(key: ConfigKey, value: unknown): string {
  const field = fieldOf(key);
  const empty = Array.isArray(value) && value.length === 0;
  return field.secret && !empty ? `"${hidden}"` : field.show(value);
}

function tableOf(key: string): string {
  return key.slice(0, key.lastIndexOf('.'));
}

/**
 * The effective configuration as TOML text, each line with its source as a comment. Keys without a value are left out.
 */
export function formatEffective(loaded: LoadedConfig): string {
  const lines: string[] = [];
  let table = '';
  for (const key of configKeys) {
    const value = loaded.config[key];
    if (value === undefined) continue;
    if (tableOf(key) !== table) {
      table = tableOf(key);
      lines.push(...(lines.length === 0 ? [] : ['']), `[${table}]`);
    }
    const assignment = `${key.slice(table.length + 1)} = ${showConfigValue(key, value)}`;
    lines.push(`${assignment.padEnd(40)} # ${loaded.where.get(key) ?? 'default'}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Every key as rows of a Markdown table. */
export function configTable(): string {
  const rows = configKeys.map((key) => {
    const field = fieldOf(key);
    const value = field.default === undefined ? '' : `\`${field.show(field.default)}\``;
    return `| \`${key}\` | ${value} | ${field.allowed} | ${field.description} |`;
  });
  return ['| key | default | allowed | meaning |', '|---|---|---|---|', ...rows, ''].join('\n');
}
