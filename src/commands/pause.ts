// CLIENT PAUSE: requests that are held until it ends, all of them or those that write, and then run in the order in which
// they came. It keeps copies of requests and runs none itself: dispatch does.
import { type Attention, AttentionBit } from './attention.ts';
import type { Call, Deferral } from './call.ts';
import type { CommandEntry } from './command-table.ts';
import { copyArguments } from './copy-arguments.ts';
import type { ClientPort, RequestArgs } from './executor.ts';
import type { KeyChanges } from './key-changes.ts';
import type { Session } from './session.ts';
import type { Timers } from './timers.ts';

export interface HeldRequest {
  readonly client: ClientPort;
  readonly args: RequestArgs;
  readonly deferral: Deferral;
}

const timerMsMax = 2 ** 31 - 1;

export class Pause {
  /** Runs a held request: dispatch's business. */
  run: ((request: HeldRequest) => void) | undefined;
  private readonly attention: Attention;
  private readonly changes: KeyChanges;
  private readonly timers: Timers;
  private readonly onChange: (isOn: boolean) => void;
  private readonly held: HeldRequest[] = [];
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

  /** Holds requests until `endMs` (Unix ms), or longer where a pause is on that lasts longer; the stricter one holds. */
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
    const executes = entry.spec.runsTransaction === true && session.transaction?.writes === true;
    return this.holdsAll || entry.isWrite || entry.spec.isPausedAsWrite === true || executes;
  }

  /** Keeps the request of the call for later. */
  hold(call: Call): void {
    const deferral = call.defer();
    this.held.push({ client: call.client!, args: copyArguments(call.args), deferral });
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
    if (this.isOn || this.held.length === 0) return;
    for (const request of this.held.splice(0)) if (!request.deferral.gone) this.run?.(request);
  }
}
