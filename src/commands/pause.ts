// CLIENT PAUSE: requests that are held until it ends, all of them or those that write, and then run in the order in
// which they came (held-requests.ts). It knows no command by name: what the table says of one decides.
import { type Attention, AttentionBit } from './attention.ts';
import type { Call } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { HeldRequests } from './held-requests.ts';
import type { KeyChanges } from './key-changes.ts';
import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

const timerMsMax = 2 ** 31 - 1;

export class Pause {
  readonly requests = new HeldRequests();
  private readonly attention: Attention;
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private readonly onChange: (isOn: boolean) => void;
  private holdsAll = false;
  private endMs = 0;
  private cancelTimer: (() => void) | undefined;

  /** `onChange` is told when a pause begins and ends. */
  constructor(attention: Attention, changes: KeyChanges, timers: Timers, onChange: (isOn: boolean) => void) {
    this.onChange = onChange;
    this.attention = attention;
    this.changes = changes;
    this.timers = timers;
    changes.settlers.push(() => this.release());
  }

  get isOn(): boolean {
    return (this.attention.bits & AttentionBit.paused) !== 0;
  }

  /**
   * Holds requests until `endMs` (Unix ms), or longer where a pause is on that lasts longer; the stricter one holds.
   */
  begin(nowMs: number, endMs: number, holdsAll: boolean): void {
    this.endMs = this.isOn ? Math.max(this.endMs, endMs) : endMs;
    this.holdsAll = holdsAll || (this.isOn && this.holdsAll);
    this.attention.set(AttentionBit.paused, true);
    this.onChange(true);
    this.arm(this.endMs - nowMs);
  }

  end(): void {
    this.cancelTimer?.();
    this.cancelTimer = undefined;
    this.attention.set(AttentionBit.paused, false);
    this.onChange(false);
    this.changes.pend();
  }

  /** Whether the command of the session has to wait. */
  holds(entry: CommandEntry, session: Session): boolean {
    if (!this.isOn) return false;
    const executes = entry.spec.runsTransaction === true && session.transaction?.isPausedAsWrite === true;
    return this.holdsAll || entry.isWrite || entry.spec.isPausedAsWrite === true || executes;
  }

  /** Keeps the request of the call for later. It has not begun: of a client that leaves meanwhile it is never run. */
  hold(call: Call): void {
    this.requests.hold(call, call.deferForever());
  }

  private arm(ms: number): void {
    this.cancelTimer?.();
    const nowMs = Math.min(Math.max(0, ms), timerMsMax);
    this.cancelTimer = this.timers.after(nowMs, () => {
      if (ms > nowMs) this.arm(ms - nowMs);
      else this.end();
    });
  }

  private release(): void {
    if (!this.isOn) this.requests.release();
  }
}
