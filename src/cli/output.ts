// Where a subcommand writes and with what it ends: lines for people, and the exit code of the process. Subcommands get
// it handed in, so that a test reads what a user would.

export interface Output {
  /** One line for standard output, without its newline. */
  out(line: string): void;
  /** One line for standard error. */
  err(line: string): void;
}

export const ExitCode = {
  done: 0,
  failed: 1,
  /** A mistake in the command line or the configuration. */
  mistake: 2,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
