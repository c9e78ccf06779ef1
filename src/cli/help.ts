// The text of --help, written from the tables that the parser itself uses, so that it cannot name a flag that is not
// there. It knows nothing of the terminal: plain lines, at most 110 columns.
import { configFileVariable } from '../config/environment.ts';
import { configKeys, environmentName } from '../config/schema.ts';
import { flags, subcommands } from './arguments.ts';

function row(left: string, right: string): string {
  return `  ${left.padEnd(24)} ${right}`;
}

/** The whole help text for version `version`. */
export function helpText(version: string): string {
  const usageOf = (name: string, value: string | undefined): string =>
    value === undefined ? name : `${name} ${value}`;
  const flagRows = flags.map((flag) => {
    const only = flag.places.includes('serve') ? '' : ` (${flag.places.join(', ')})`;
    return row(usageOf(flag.name, flag.value), `${flag.meaning}${only}`);
  });
  return [
    `ferrite-ts ${version}: a Redis-protocol server for the edge that works offline and syncs with a hub`,
    '',
    'Usage: ferrite-ts',
    row('[options]', 'start a node'),
    ...subcommands.map((c) => row(`${c.usage} [options]`, c.meaning)),
    '',
    'Options:',
    ...flagRows,
    '',
    'Flags beat the environment, which beats the file, which beats the preset (edge.preset).',
    `Environment: ${configFileVariable} names the file; every key has a variable, ${environmentName('edge.hub_url')} for edge.hub_url.`,
    '',
    'Keys:',
    ...keyRows(),
    '',
    'Exit codes: 0 done, 1 failed, 2 a mistake in the command line or the configuration.',
    'Meaning, limits and defaults of the keys: docs/configuration.md, or --check.',
    '',
  ].join('\n');
}

/** The keys by table: `  server  port bind ...`. */
function keyRows(): string[] {
  const tables = new Map<string, string[]>();
  for (const key of configKeys) {
    const table = key.slice(0, key.lastIndexOf('.'));
    tables.set(table, [...(tables.get(table) ?? []), key.slice(table.length + 1)]);
  }
  return [...tables].flatMap(([table, names]) => wrap(`  ${table.padEnd(16)}`, names));
}

function wrap(start: string, words: readonly string[]): string[] {
  const lines = [start];
  for (const word of words) {
    const last = lines.length - 1;
    const line = `${lines[last]} ${word}`;
    if (line.length <= 100) lines[last] = line;
    else lines.push(`${' '.repeat(start.length)} ${word}`);
  }
  return lines;
}
