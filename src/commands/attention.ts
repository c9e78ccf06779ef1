// Why dispatch has to look up from a command's own work, as bits: while there are none and the client is an ordinary
// one, a command costs nothing for what others want to know. It is plain state; whoever wants attention sets its bit.
export const AttentionBit = {
  /** Keys that come to be are told of. */
  created: 1,
  /** Somebody is shown every command. */
  monitored: 2,
  /** Requests are held. */
  paused: 4,
  /** Some keys are not held whole here, and can be fetched. */
  unheld: 8,
  /** Work that takes several turns is in the midst of some keys. */
  atWork: 16,
} as const;

export class Attention {
  bits = 0;

  set(bit: number, isOn: boolean): void {
    this.bits = isOn ? this.bits | bit : this.bits & ~bit;
  }
}
