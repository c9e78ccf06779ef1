// Turns the text of a configuration file into settings, one for each key that stands in it, with file and line. It
// knows the shape of the schema only to tell a table from a value; whether a value is allowed is decided later, with
// those of the other sources.
import type { TomlError } from 'smol-toml';
import { late } from '../base/late.ts';
import { locateKeys } from './locate-keys.ts';
import { configKeys, isConfigKey } from './schema.ts';
import type { Setting } from './setting.ts';

const smolToml = late<typeof import('smol-toml')>('smol-toml');

export interface TomlReading {
  readonly settings: readonly Setting[];
  readonly problems: readonly string[];
}

function isTable(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}

const tableNames: ReadonlySet<string> = new Set(
  configKeys.flatMap((key) => {
    const parts = key.split('.');
    return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
  }),
);

function syntaxProblem(path: string, error: TomlError): string {
  // Only the first line: the rest quotes the file, which may hold secrets.
  const what = error.message.split('\n')[0]?.replace('Invalid TOML document: ', '') ?? '';
  return `${path}:${error.line}: not valid TOML at column ${error.column}: ${what}`;
}

/**
 * Where a byte was that is not UTF-8: whoever decoded the file put U+FFFD there, and a password would be another one.
 */
function encodingProblem(path: string, toml: string): string | undefined {
  const at = toml.indexOf('\ufffd');
  if (at < 0) return undefined;
  return `${path}:${toml.slice(0, at).split('\n').length}: found bytes that are not UTF-8, allowed: text in UTF-8`;
}

/** The settings of `toml`; `path` is only for messages. */
export function readToml(path: string, toml: string): TomlReading {
  const misread = encodingProblem(path, toml);
  if (misread !== undefined) return { settings: [], problems: [misread] };
  const { parse, TomlError } = smolToml();
  let root: unknown;
  try {
    root = parse(toml);
  } catch (error) {
    if (error instanceof TomlError) return { settings: [], problems: [syntaxProblem(path, error)] };
    throw error;
  }
  const lines = locateKeys(toml);
  const settings: Setting[] = [];
  const problems: string[] = [];
  const where = (key: string): string => `${path}${lines.has(key) ? `:${lines.get(key)}` : ''}`;
  const walk = (prefix: string, table: Readonly<Record<string, unknown>>): void => {
    for (const [name, value] of Object.entries(table)) {
      const key = prefix === '' ? name : `${prefix}.${name}`;
      if (isTable(value) && !isConfigKey(key)) {
        if (Object.keys(value).length === 0 && !tableNames.has(key)) {
          problems.push(`${where(key)}: ${key}: unknown table, allowed: ${[...tableNames].join(', ')}`);
        }
        walk(key, value);
      } else if (tableNames.has(key)) {
        problems.push(`${where(key)}: ${key}: found a value, allowed: a table, [${key}]`);
      } else {
        settings.push({ key, given: { value }, where: where(key) });
      }
    }
  };
  if (isTable(root)) walk('', root);
  return { settings, problems };
}
