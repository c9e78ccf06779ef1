// The frame of the EDGE family: each is one command, `EDGE.STATUS`, and one subcommand, `EDGE STATUS`, of the same
// body. Arguments are counted from behind the name, whichever form was used.
import type { Call } from '../call.ts';
import type { CommandSpec } from '../command.ts';
import type { Row } from '../edge-view.ts';

const dotted = 'edge.';

export interface EdgeCommand {
  readonly name: string;
  /** Arguments behind the name, at least and at most. */
  readonly min: number;
  readonly max: number;
  readonly syntax?: string;
  readonly summary: string;
  readonly run: (call: Call) => void;
}

/** The specification of `EDGE.<name>`. */
export function edgeCommand(edge: EdgeCommand): CommandSpec {
  return spec(edge, `${dotted}${edge.name}`, 1);
}

/** The same as a subcommand of EDGE. */
export function asSubcommand(command: CommandSpec): CommandSpec {
  const arity = command.arity < 0 ? command.arity - 1 : command.arity + 1;
  return { ...command, name: command.name.slice(dotted.length), arity };
}

function spec(edge: EdgeCommand, name: string, words: number): CommandSpec {
  const exact = edge.min === edge.max;
  return {
    name,
    arity: exact ? edge.min + words : -(edge.min + words),
    flags: ['admin', 'loading', 'stale'],
    group: 'edge',
    since: '0.1.0',
    summary: edge.summary,
    ...(edge.syntax === undefined ? {} : { syntax: edge.syntax }),
    run: (call) => {
      if (edgeArguments(call) > edge.max) call.syntaxError();
      edge.run(call);
    },
  };
}

/** How many arguments are behind the name. */
export function edgeArguments(call: Call): number {
  return call.argc - firstArgument(call);
}

/** The index of the first argument behind the name. */
export function firstArgument(call: Call): number {
  return call.name.startsWith(dotted) ? 1 : 2;
}

/** A map of names to texts and integers. */
export function replyRows(call: Pick<Call, 'reply'>, rows: readonly Row[]): void {
  const { reply } = call;
  reply.map(rows.length);
  for (const [name, value] of rows) {
    reply.bulkText(name);
    if (typeof value === 'number') reply.integer(value);
    else reply.bulkText(value);
  }
}

/** Why something failed, in words. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
