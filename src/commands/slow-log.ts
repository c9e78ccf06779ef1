// The log of slow commands: the newest ones that took longer than slowlog-log-slower-than, with their arguments cut
// short and secrets left out. It reads no clock.
import type { CommandEntry } from './command-table.ts';
import type { RequestArgs } from './executor.ts';
import { isSecret, redacted } from './secret-arguments.ts';
import type { Session } from './session.ts';

export interface SlowCommand {
  readonly id: number;
  /** Unix seconds. */
  readonly atSeconds: number;
  readonly usec: number;
  readonly args: readonly Buffer[];
  readonly address: string;
  readonly name: string;
}

/** As in Redis: the last of the arguments shown may say how many more there are. */
const argumentsMax = 32;
const argumentBytesMax = 128;
/** Entries kept, whatever slowlog-max-len says. */
const entriesMax = 1_000_000;

export class SlowLog {
  /** Commands that take so long are kept; infinite: none. */
  slowerThanUsec = 10_000;
  private lengthMax = 128;
  private nextId = 0;
  /** Oldest first. */
  private entries: SlowCommand[] = [];

  get length(): number {
    return this.entries.length;
  }

  get maxLength(): number {
    return this.lengthMax;
  }

  set maxLength(value: number) {
    this.lengthMax = value;
    this.trim();
  }

  add(session: Session, entry: CommandEntry, args: RequestArgs, usec: number, nowMs: number): void {
    if (entry.spec.flags.includes('skip_slowlog')) return;
    this.entries.push({
      id: this.nextId++,
      atSeconds: Math.floor(nowMs / 1000),
      usec: Math.round(usec),
      args: shorten(entry, args),
      address: session.address,
      name: session.name,
    });
    this.trim();
  }

  /** The newest entries, newest first. */
  newest(count: number): SlowCommand[] {
    return this.entries.slice(Math.max(0, this.entries.length - count)).reverse();
  }

  reset(): void {
    this.entries = [];
  }

  private trim(): void {
    const max = Math.min(this.lengthMax, entriesMax);
    if (this.entries.length > max) this.entries.splice(0, this.entries.length - max);
  }
}

function shorten(entry: CommandEntry, args: RequestArgs): Buffer[] {
  const { argc, buf, offsets, lengths } = args;
  const shown = argc > argumentsMax ? argumentsMax - 1 : argc;
  const parts: Buffer[] = [];
  for (let i = 0; i < shown; i++) {
    const [from, length] = [offsets[i]!, lengths[i]!];
    if (isSecret(entry, args, i)) parts.push(Buffer.from(redacted));
    else if (length <= argumentBytesMax) parts.push(Buffer.from(buf.subarray(from, from + length)));
    else {
      const rest = Buffer.from(`... (${length - argumentBytesMax} more bytes)`);
      parts.push(Buffer.concat([buf.subarray(from, from + argumentBytesMax), rest]));
    }
  }
  if (argc > shown) parts.push(Buffer.from(`... (${argc - shown} more arguments)`));
  return parts;
}
