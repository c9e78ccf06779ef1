// Subcommands in a row each, for containers that have many of one kind. It knows no command by name.
import type { Call } from './call.ts';
import type { CommandFlag, CommandSpec } from './command.ts';

/**
 * Makes a subcommand of what it differs in from the others; `syntax` is '' where it takes no arguments, `own` is what
 * few of them have.
 */
export type SubcommandRow = (
  name: string,
  arity: number,
  flags: readonly CommandFlag[],
  summary: string,
  syntax: string,
  run: (call: Call) => void,
  own?: Partial<CommandSpec>,
) => CommandSpec;

/** Rows of a container whose subcommands share this, where they do not say otherwise. */
export function subcommandsOf(
  shared: Pick<CommandSpec, 'group' | 'since'> & Partial<CommandSpec>,
): SubcommandRow {
  return (name, arity, flags, summary, syntax, run, own = {}) => {
    const spec: CommandSpec = { ...shared, name, arity, flags, summary, run, ...own };
    return syntax === '' ? spec : { ...spec, syntax };
  };
}
