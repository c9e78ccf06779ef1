// The commands that a client has queued between MULTI and EXEC, as copies of their requests. It knows how much it may
// hold and whether something was refused on the way in; running them is EXEC's business.
import { CommandError } from '../base/errors.ts';
import type { CommandEntry } from './command-table.ts';
import { copyArguments } from './copy-arguments.ts';
import type { RequestArgs } from './executor.ts';

export interface QueuedCommand {
  readonly entry: CommandEntry;
  readonly args: RequestArgs;
}

/** Most commands, and bytes of their arguments, of one transaction. */
const commandsMax = 1024 * 1024;
const bytesMax = 512 * 1024 * 1024;

export class Transaction {
  readonly queue: QueuedCommand[] = [];
  /** A command was refused while queueing: EXEC must not run the rest. */
  failed = false;
  /** Whether a queued command writes, whether a pause of writes holds one, and whether one may need memory. */
  writes = false;
  isPausedAsWrite = false;
  needsMemory = false;
  bytes = 0;

  /** Keeps a copy of the request. Throws CommandError where that is too much. */
  add(entry: CommandEntry, args: RequestArgs): void {
    const copied = copyArguments(args);
    this.bytes += copied.buf.length;
    if (this.queue.length >= commandsMax || this.bytes > bytesMax) {
      this.queue.length = 0;
      throw new CommandError(`ERR a transaction holds at most ${commandsMax} commands and ${bytesMax} bytes`);
    }
    this.queue.push({ entry, args: copied });
    if (entry.isWrite) this.writes = true;
    if (entry.isWrite || entry.spec.isPausedAsWrite === true) this.isPausedAsWrite = true;
    if (entry.needsMemory) this.needsMemory = true;
  }
}
