// The blocks of a run in the making: what is written is handed on in pieces as blocks of the log, whose first seq
// counts from the run's beginning. Where the run may have to be put into the log as it is after all, the blocks are
// kept until then. It knows no file.
import { BatchReader } from '../delta/batch-reader.ts';
import { BatchWriter } from '../delta/batch-writer.ts';
import { copyRecord } from '../delta/copy-record.ts';
import type { Origins } from '../delta/origins.ts';
import { BlockForm, blockHeaderBytes, sealBlock } from './block.ts';
import type { Block } from './delta-log.ts';
import { blockAt } from './tail.ts';

/** About the size of a block, and what the writer takes at first. */
const pieceBytes = 256 * 1024;

export class RunBlocks {
  readonly writer: BatchWriter;
  private readonly origins: Origins;
  private readonly keeps: boolean;
  private readonly onBlock: (block: Block) => void;
  private readonly kept: Block[] = [];
  private handed = 0;

  constructor(origins: Origins, keeps: boolean, onBlock: (block: Block) => void) {
    this.origins = origins;
    this.keeps = keeps;
    this.onBlock = onBlock;
    this.writer = new BatchWriter(origins, pieceBytes);
    this.writer.restart(blockHeaderBytes);
  }

  get count(): number {
    return this.handed + this.writer.count;
  }

  /** Hands on what has been written so far, where that is much. */
  flush(): void {
    if (this.writer.pos > pieceBytes / 2) this.handOn();
  }

  handOn(): void {
    const { writer } = this;
    if (writer.count === 0) return;
    sealBlock(writer.buf, 0, writer.pos, BlockForm.records, '', this.handed, writer.count, 0);
    this.handed += writer.count;
    const block = blockAt(writer.take(blockHeaderBytes), 0);
    if (this.keeps) this.kept.push(block);
    this.onBlock(block);
  }

  /** Copies all that is kept and what has not been handed on. */
  spill(to: BatchWriter): void {
    const { writer } = this;
    const reader = new BatchReader(this.origins);
    for (const { buf, start, end } of [
      ...this.kept,
      { buf: writer.buf, start: blockHeaderBytes, end: writer.pos },
    ]) {
      reader.open(buf, start, end);
      while (reader.next()) copyRecord(reader, to);
    }
  }
}
