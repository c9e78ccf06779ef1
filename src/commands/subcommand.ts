// Subcommands in a row each, for containers that have many of one group and age. It knows no command by name.
import type { Call } from './call.ts';
import type { CommandFlag, CommandGroup, CommandSpec } from './command.ts';

/** Makes a subcommand of what it differs in from the others; `syntax` is '' where it takes no arguments. */
export type SubcommandRow = (
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  summary: string,
  syntax: string,
  run: (call: Call) => void,
) => CommandSpec;

/** Rows of a container of that group, whose subcommands came with version `since` of Redis. */
export function subcommandsOf(group: CommandGroup, since: string): SubcommandRow {
  return (name, arity, flags, summary, syntax, run) => {
    const spec: CommandSpec = { name, arity, flags, group, since, summary, run };
    return syntax === '' ? spec : { ...spec, syntax };
  };
}
