// The log of refusals that ACL LOG shows: the newest first, alike ones within a minute counted as one, and never more
// than a limit. It keeps names and reasons, never a password. https://redis.io/commands/acl-log
export type LogReason = 'command' | 'key' | 'channel' | 'auth';

/** What the log is told of a refusal. */
export interface Refusal {
  readonly reason: LogReason;
  readonly context: 'toplevel' | 'multi';
  /** The command, key or channel that was refused. */
  readonly object: string;
  readonly username: string;
  /** The line of CLIENT INFO. */
  readonly clientInfo: string;
}

export interface LogEntry extends Refusal {
  readonly id: number;
  count: number;
  clientInfo: string;
  readonly createdAtMs: number;
  updatedAtMs: number;
}

/** Refusals so near to one another are counted as one where they are alike. */
const groupMs = 60_000;
const objectCharsMax = 1024;

export class AclLog {
  /** `acllog-max-len`. */
  private lengthMax = 128;
  private entries: LogEntry[] = [];
  private nextId = 0;

  get maxLength(): number {
    return this.lengthMax;
  }

  set maxLength(value: number) {
    this.lengthMax = value;
    this.entries.length = Math.min(this.entries.length, value);
  }

  /** The newest first. */
  newest(count: number): readonly LogEntry[] {
    return this.entries.slice(0, count);
  }

  add(refusal: Refusal, nowMs: number): void {
    const object = refusal.object.slice(0, objectCharsMax);
    const at = this.entries.findIndex(
      (entry) =>
        entry.reason === refusal.reason &&
        entry.context === refusal.context &&
        entry.object === object &&
        entry.username === refusal.username &&
        nowMs - entry.createdAtMs <= groupMs,
    );
    const known = this.entries[at];
    if (known === undefined) {
      const id = this.nextId++;
      this.entries.unshift({ ...refusal, object, id, count: 1, createdAtMs: nowMs, updatedAtMs: nowMs });
      this.entries.length = Math.min(this.entries.length, this.lengthMax);
      return;
    }
    known.count += 1;
    known.updatedAtMs = nowMs;
    known.clientInfo = refusal.clientInfo;
    this.entries.splice(at, 1);
    this.entries.unshift(known);
  }

  reset(): void {
    this.entries = [];
  }
}
