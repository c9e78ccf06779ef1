// HELP of the commands that have subcommands, made from their metadata: what can be asked for, and what it does.
// It knows no command by name.
import type { Call } from './call.ts';
import type { CommandGroup, CommandSpec } from './command.ts';
import { shownSyntax } from './syntax.ts';

/** The subcommand HELP of a container of the given group; `categories`: those that the group does not imply. */
export function helpSubcommand(
  group: CommandGroup,
  since: string,
  categories: readonly string[] = [],
): CommandSpec {
  return {
    name: 'help',
    arity: 2,
    flags: ['loading', 'stale'],
    categories,
    group,
    since,
    summary: 'Lists the subcommands.',
    run: replyHelp,
  };
}

function replyHelp(call: Call): void {
  const container = call.name.slice(0, call.name.indexOf('|'));
  const subcommands = call.services.table.get(container)?.subcommands?.entries() ?? [];
  const lines = [`${container.toUpperCase()} <subcommand> [<argument> ...]. The subcommands are:`];
  for (const { spec } of subcommands) {
    lines.push(
      `${spec.name.toUpperCase()}${spec.syntax === undefined ? '' : ` ${shownSyntax(spec.syntax)}`}`,
    );
    lines.push(`    ${spec.summary}`);
  }
  call.reply.array(lines.length);
  for (const line of lines) call.reply.simple(line);
}
