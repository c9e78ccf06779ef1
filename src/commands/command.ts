// What a command is: its metadata, from which COMMAND, ACL and dispatch are served, and its function. A command is one
// file under src/commands/<family>/ that exports `command` (or `commands`, where one body serves several names); the
// build collects them, so there is no list to edit.
import type { Call } from './call.ts';

/** Redis's command flags that ours use. */
export type CommandFlag =
  | 'write'
  | 'readonly'
  | 'denyoom'
  | 'admin'
  | 'pubsub'
  | 'noscript'
  | 'blocking'
  | 'loading'
  | 'stale'
  | 'fast'
  | 'no_auth'
  | 'no_multi'
  | 'no_async_loading'
  | 'allow_busy'
  | 'movablekeys'
  | 'skip_slowlog'
  | 'skip_monitor';

export type CommandGroup =
  | 'string'
  | 'generic'
  | 'connection'
  | 'server'
  | 'edge'
  | 'transactions'
  | 'pubsub';

/** Where the keys are: the first, the last (negative: from the end) and the step, as in COMMAND. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

export interface CommandSpec {
  /** Lower case; for a subcommand its own name alone. */
  readonly name: string;
  /** Exact number of arguments, the name included; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: KeyRange;
  /** ACL categories without the `@`, beyond those that flags and group imply. */
  readonly categories?: readonly string[];
  readonly group: CommandGroup;
  readonly since: string;
  readonly summary: string;
  /** The arguments behind the name, as HELP shows them: `<key> [SAMPLES <count>]`. */
  readonly syntax?: string;
  readonly subcommands?: readonly CommandSpec[];
  /** Runs it: one reply, or call.defer(). Throws CommandError for the client's mistakes. Containers have none. */
  readonly run?: (call: Call) => void;
}
