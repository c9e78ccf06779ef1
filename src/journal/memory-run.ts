// A run in the making, as blocks in memory, for a log that is there. It knows no log: whoever keeps placed runs is
// told.
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { Origins } from '../delta/origins.ts';
import type { DeltaRun } from '../store/delta-run.ts';
import type { Block } from './delta-log.ts';
import { RunBlocks } from './run-blocks.ts';

export class MemoryRun implements DeltaRun {
  readonly number: number;
  readonly blocks: Block[] = [];
  bytes = 0;
  private readonly making: RunBlocks;
  private readonly onPlace: (run: MemoryRun) => void;

  constructor(number: number, origins: Origins, onPlace: (run: MemoryRun) => void) {
    this.number = number;
    this.onPlace = onPlace;
    this.making = new RunBlocks(origins, true, (block) => {
      this.bytes += block.end;
      this.blocks.push(block);
    });
  }

  get writer(): BatchWriter {
    return this.making.writer;
  }

  get count(): number {
    return this.making.count;
  }

  flush(): undefined {
    this.making.flush();
  }

  finish(): boolean | Promise<boolean> {
    this.making.handOn();
    return true;
  }

  place(): void {
    this.onPlace(this);
  }

  spill(to: BatchWriter): void {
    this.making.spill(to);
  }

  discard(): void {
    // Where it has not been placed nothing holds it any longer.
  }
}
