// Which arguments of a request must not be shown to anybody: passwords. MONITOR and the slow log ask here; a command
// says so in its own metadata. It knows no command by name.
import type { CommandEntry } from './command-table.ts';
import type { RequestArgs } from './executor.ts';

/** What stands in place of a secret, as in Redis. */
export const redacted = '(redacted)';

export function isSecret(entry: CommandEntry, args: RequestArgs, i: number): boolean {
  return entry.spec.isSecret?.(args, i) === true;
}
