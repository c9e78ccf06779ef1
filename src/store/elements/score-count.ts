// A count on the score of a member that only this node has counted on: the slot in its packed state is changed where it
// lies, and recorded, without the state being unpacked. Each form finds the state and gives the member its place
// itself.
import { stampHi, stampLo } from '../../base/clock.ts';
import { wholeSumEnd } from '../state-codec.ts';
import type { OpenElements } from './open-elements.ts';

export class ScoreCount {
  /** What the score becomes. */
  score = 0;
  private sum = 0;
  private slot = 0;
  private readonly open: OpenElements;

  constructor(open: OpenElements) {
    this.open = open;
  }

  /** Whether `by` can be added in place to the packed state at this offset; nothing has changed yet. */
  prepare(state: number, by: number): boolean {
    const { store } = this.open;
    const { codec } = store;
    const { view } = store.arena;
    this.slot = codec.loneSlot(view, state, store.self);
    if (this.slot === 0 || codec.slotStamp(view, this.slot) < store.markSinceStamp) return false;
    this.sum = codec.slotSum(view, this.slot) + by;
    this.score = codec.base + this.sum;
    return Math.abs(this.sum) < wholeSumEnd && Number.isFinite(this.score);
  }

  /** Counts, under a new stamp, and records it for the member of this name. */
  commit(name: Uint8Array, offset: number, length: number): void {
    const { open, slot, sum } = this;
    const { store } = open;
    const { codec, clock, self, recorder } = store;
    const { view } = store.arena;
    codec.setSlot(view, slot, clock.next(), sum);
    if (recorder === undefined) return;
    const run = codec.slotRun(view, slot);
    const { hi, lo } = clock;
    const [runHi, runLo] = [stampHi(run), stampLo(run)];
    open.within();
    recorder.countDecimal(open.id, name, offset, length, self, hi, lo, runHi, runLo, String(sum));
    recorder.outside();
  }
}
