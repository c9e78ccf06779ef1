// What a command is: its metadata, from which COMMAND, ACL and dispatch are served, and its function. A command is one
// file under src/commands/<family>/ that exports `command` (or `commands`, where one body serves several names); the
// build collects them, so there is no list to edit.
import type { Call } from './call.ts';
import type { RequestArgs } from './executor.ts';

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
  | 'no_mandatory_keys'
  | 'skip_slowlog'
  | 'skip_monitor';

export type CommandGroup =
  | 'string'
  | 'bitmap'
  | 'hyperloglog'
  | 'hash'
  | 'set'
  | 'geo'
  | 'stream'
  | 'sorted-set'
  | 'list'
  | 'generic'
  | 'connection'
  | 'server'
  | 'edge'
  | 'transactions'
  | 'pubsub'
  | 'scripting';

/** Where the keys are: the first, the last (negative: from the end) and the step, as in COMMAND. */
export interface KeyRange {
  readonly first: number;
  readonly last: number;
  readonly step: number;
  /** An argument that names an element of the one key; it is looked up early. */
  readonly element?: number;
}

/** What becomes of a key: read or written as a whole (RO, RW, OW, RM), and what for. Redis's words. */
export type KeyFlag =
  | 'RO'
  | 'RW'
  | 'OW'
  | 'RM'
  | 'access'
  | 'update'
  | 'insert'
  | 'delete'
  | 'not_key'
  | 'incomplete'
  | 'variable_flags';

/** One group of key arguments, for commands whose keys are not all of one kind or do not stand in one range. */
export interface KeySpec {
  readonly flags: readonly KeyFlag[];
  /**
   * The argument that the group begins at, or the one behind a word that is looked for from `from` on (negative:
   * backwards).
   */
  readonly begin: number | { readonly word: string; readonly from: number };
  /**
   * Up to `last` arguments behind the beginning (negative: from the end), of which `limit` leaves the first part in
   * `limit`; or as many as the argument `countAt` behind the beginning says, from `first` behind it on.
   */
  readonly find:
    | { readonly last: number; readonly step: number; readonly limit?: number }
    | { readonly countAt: number; readonly first: number; readonly step: number };
}

/** An argument that is a key. */
export interface KeyUse {
  readonly index: number;
  readonly flags: readonly KeyFlag[];
}

/** The arguments that are channels, or patterns of channels, which a client must be allowed to use. */
export interface ChannelRange {
  readonly first: number;
  /** Negative: from the end. */
  readonly last: number;
  readonly patterns: boolean;
}

export interface CommandSpec {
  /** Lower case; for a subcommand its own name alone. */
  readonly name: string;
  /** Exact number of arguments, the name included; negative: at least so many. */
  readonly arity: number;
  readonly flags: readonly CommandFlag[];
  readonly keys?: KeyRange;
  /** What becomes of the keys of `keys`; by default any write is `RW access update` and anything else `RO access`. */
  readonly keyFlags?: readonly KeyFlag[];
  /** The key arguments where `keys` alone cannot say it; `keys` is then what COMMAND shows of old. */
  readonly keySpecs?: readonly KeySpec[];
  /**
   * The keys of one request where even that cannot say it, `base` being its name; undefined for a request with none.
   */
  readonly findKeys?: (args: RequestArgs, base: number) => readonly KeyUse[] | undefined;
  readonly channels?: ChannelRange;
  /** Runs at once also between MULTI and EXEC, where other commands are queued. */
  readonly isUnqueued?: boolean;
  /** A RESP2 client may call it while it has subscribed to something. */
  readonly isForSubscribers?: boolean;
  /** Called where a request was refused before it ran, with the error; returns what the client is told. */
  readonly onRefused?: (call: Call, message: string) => string;
  /** Its replies are pushes, which come also to a client that wants no replies. */
  readonly repliesByPush?: boolean;
  /** It runs the commands of a transaction. */
  readonly runsTransaction?: boolean;
  /** CLIENT PAUSE WRITE holds it though it writes nothing. */
  readonly isPausedAsWrite?: boolean;
  /** Whether an argument must not be shown to anybody. */
  readonly isSecret?: (args: RequestArgs, i: number) => boolean;
  /**
   * The argument that is a key in another database than the client's, and the number of that, for a request with one.
   */
  readonly keyElsewhere?: (args: RequestArgs) => { readonly index: number; readonly db: number } | undefined;
  /** The database that the client has from then on, for a request that changes it. */
  readonly selects?: (args: RequestArgs) => number | undefined;
  /** It puts other keys in the place of all of a database, or tells of all: as if it named each. */
  readonly concernsAllKeys?: boolean;
  /** The keys that what is under the request's own keys names, as far as that is here and there are not too many. */
  readonly keysBehind?: (call: Call) => readonly Buffer[];
  /**
   * What a request that writes does with keys that are not held whole here, where they cannot be fetched: puts whole
   * values in their place, adds to them what is joined with the rest later, or needs what is not here. By default it
   * needs it.
   */
  readonly onUnheld?: (args: RequestArgs) => 'replaces' | 'adds' | 'needs';
  /** ACL categories without the `@`, beyond those that flags and group imply. */
  readonly categories?: readonly string[];
  readonly group: CommandGroup;
  readonly since: string;
  readonly summary: string;
  /** The arguments behind the name, as HELP shows them: `<key> [SAMPLES <count>]`. */
  readonly syntax?: string;
  /** How its cost grows: `O(1)`, `O(N)` with what N is. */
  readonly complexity?: string;
  readonly subcommands?: readonly CommandSpec[];
  /** Runs it: one reply, or call.defer(). Throws CommandError for the client's mistakes. Containers have none. */
  readonly run?: (call: Call) => void;
}
