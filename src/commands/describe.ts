// The commands as tables of Markdown, one for each group, for docs/compatibility.md: made from their own metadata, so
// that the document can say nothing else than COMMAND does. A test holds it to them.
import type { CommandSpec } from './command.ts';
import { shownSyntax } from './syntax.ts';

/** All tables, in order of group and of name. */
export function commandTables(specs: readonly CommandSpec[]): string {
  const groups = [...new Set(specs.map(({ group }) => group))].sort();
  return groups.map((group) => tableOf(group, specs)).join('\n\n');
}

function tableOf(group: string, specs: readonly CommandSpec[]): string {
  const members = specs.filter((spec) => spec.group === group).sort(byName);
  const rows = members.flatMap((spec) =>
    spec.subcommands === undefined
      ? [rowOf(spec, spec.name)]
      : [...spec.subcommands].sort(byName).map((sub) => rowOf(sub, `${spec.name} ${sub.name}`)),
  );
  const title = `### ${group[0]?.toUpperCase()}${group.slice(1)}`;
  return [title, '', '| command | since | what it does | cost |', '|---|---|---|---|', ...rows].join('\n');
}

function rowOf({ syntax, since, summary, complexity }: CommandSpec, name: string): string {
  const line = `${name.toUpperCase()} ${shownSyntax(syntax ?? '')}`.trim().replaceAll('|', '\\|');
  return `| \`${line}\` | ${since} | ${summary} | ${complexity ?? ''} |`;
}

function byName(a: CommandSpec, b: CommandSpec): number {
  return a.name < b.name ? -1 : 1;
}
