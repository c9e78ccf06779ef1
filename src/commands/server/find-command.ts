// Finds a command by the name that COMMAND's answers use: `get`, `config|get`.
import type { CommandEntry, CommandTable } from '../command-table.ts';

/** The command of that name, letter case aside, or undefined. */
export function findCommand(table: CommandTable, name: string): CommandEntry | undefined {
  const [first = '', second, ...more] = name.toLowerCase().split('|');
  const entry = table.get(first);
  if (second === undefined) return entry;
  return more.length === 0 ? entry?.subcommands?.get(second) : undefined;
}
