// Ends connections a few in a turn of the event loop. When thousands of clients leave at once, each end costs system
// calls and callbacks, and the replies of all others would leave behind the last of them. It knows no sockets.

/** Ends in a turn: about two milliseconds of work. */
const endsPerTurn = 64;

export interface Ending {
  /** Goes on with the end that was put off. Does nothing where something else has ended it meanwhile. */
  endNow(): void;
}

export class Endings {
  /** Those that were put off, the first to be ended first: no more than there are connections. */
  private readonly waiting: Ending[] = [];
  /** Ended since the last turn that had some to end: to look at every turn would cost each of them. */
  private done = 0;
  private scheduled = false;
  private readonly later: (run: () => void) => void;
  private readonly nextTurn = (): void => this.turn();

  /** `later` runs something in the next turn of the event loop. */
  constructor(later: (run: () => void) => void) {
    this.later = later;
  }

  /** Ends one, at once or, where many have ended lately, in a later turn. */
  end(one: Ending): void {
    this.done += 1;
    if (this.done <= endsPerTurn) {
      one.endNow();
      return;
    }
    this.waiting.push(one);
    this.schedule();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.later(this.nextTurn);
  }

  private turn(): void {
    this.scheduled = false;
    const due = this.waiting.splice(0, endsPerTurn);
    this.done = due.length;
    if (this.waiting.length > 0) this.schedule();
    for (const one of due) one.endNow();
  }
}
