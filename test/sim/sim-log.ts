// The journal of a simulated node: blocks on a simulated disk, durable some time after they were written, lost with
// the power until then. The disk outlives the node, can be copied, and can be put back to an earlier state.
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import type { Origins } from '../../src/delta/origins.ts';
import type { SyncBlock, SyncLog, Timers } from '../../src/sync/ports.ts';

export interface Disk {
  readonly id: string;
  blocks: SyncBlock[];
  /** Blocks that a power loss leaves. */
  durable: number;
}

export function newDisk(id: string): Disk {
  return { id, blocks: [], durable: 0 };
}

export function copyDisk(disk: Disk): Disk {
  return { id: disk.id, blocks: disk.blocks.slice(0, disk.durable), durable: disk.durable };
}

function endOf(block: SyncBlock | undefined): number {
  return block === undefined ? 0 : block.firstSeq + block.count;
}

export class SimLog implements SyncLog {
  readonly id: string;
  readonly writer: BatchWriter;
  readonly failure = undefined;
  /** Records kept for links; 0 = all. */
  keepRecords = 0;
  ownSeq: number;
  private source = '';
  private readonly disk: Disk;
  private readonly timers: Timers;
  private readonly syncMs: () => number;
  private readonly listeners = new Set<() => void>();
  private syncing = false;

  constructor(disk: Disk, origins: Origins, timers: Timers, syncMs: () => number) {
    this.disk = disk;
    this.id = disk.id;
    this.writer = new BatchWriter(origins, 4096);
    this.timers = timers;
    this.syncMs = syncMs;
    this.ownSeq = disk.blocks.reduce((sum, b) => sum + b.ownCount, 0);
  }

  get seq(): number {
    return endOf(this.disk.blocks.at(-1));
  }

  get durableSeq(): number {
    return endOf(this.disk.blocks[this.disk.durable - 1]);
  }

  get oldestSeq(): number {
    return this.keepRecords === 0 ? 0 : Math.max(0, this.seq - this.keepRecords);
  }

  setSource(peer: string): void {
    if (peer === this.source) return;
    this.closeBlock();
    this.source = peer;
  }

  /** Simulated stores put nothing into runs. */
  readRun(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  private closeBlock(): void {
    const { writer, source } = this;
    if (writer.count === 0) return;
    const buf = Buffer.from(writer.buf.subarray(0, writer.pos));
    const { count } = writer;
    const ownCount = source === '' ? count : 0;
    this.disk.blocks.push({ source, firstSeq: this.seq, count, ownCount, buf, start: 0, end: buf.length });
    this.ownSeq += ownCount;
    writer.reset();
  }

  commit(done: (error?: Error) => void): void {
    this.closeBlock();
    done();
    this.requestSync();
  }

  requestSync(): void {
    if (this.syncing || this.disk.durable === this.disk.blocks.length) return;
    this.syncing = true;
    const count = this.disk.blocks.length;
    this.timers.after(this.syncMs(), () => {
      this.syncing = false;
      this.disk.durable = count;
      for (const listener of [...this.listeners]) listener();
      this.requestSync();
    });
  }

  onDurable(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  read(fromSeq: number, limitBytes: number): Promise<SyncBlock[]> | undefined {
    if (fromSeq < this.oldestSeq) return undefined;
    const found: SyncBlock[] = [];
    let bytes = 0;
    let at = this.disk.durable;
    while (at > 0 && endOf(this.disk.blocks[at - 1]) > fromSeq) at--;
    for (; at < this.disk.durable && bytes < limitBytes; at++) {
      found.push(this.disk.blocks[at]!);
      bytes += this.disk.blocks[at]!.buf.length;
    }
    return Promise.resolve(found);
  }

  retain(): void {
    // Nothing is ever taken away here but by keepRecords.
  }
}
