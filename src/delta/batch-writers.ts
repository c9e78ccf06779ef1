// Writers for batches that are being made, each with a buffer. A node has many links and few of them make a batch at
// the same time, so writers are lent for as long as that takes. It knows no link and does not look at what is written.
import { BatchWriter } from './batch-writer.ts';
import type { Origins } from './origins.ts';

/** Writers that wait to be lent again. */
const sparesMax = 4;
/** One whose buffer has grown beyond so many times its first length is not kept. */
const grownMax = 4;

export class BatchWriters {
  private readonly origins: Origins;
  private readonly initialBytes: number;
  private readonly spares: BatchWriter[] = [];

  constructor(origins: Origins, initialBytes: number) {
    this.origins = origins;
    this.initialBytes = initialBytes;
  }

  /** A writer with whatever it wrote last, until it is given back. */
  lend(): BatchWriter {
    return this.spares.pop() ?? new BatchWriter(this.origins, this.initialBytes);
  }

  giveBack(writer: BatchWriter): void {
    const isLarge = writer.buf.length > this.initialBytes * grownMax;
    if (!isLarge && this.spares.length < sparesMax) this.spares.push(writer);
  }
}
