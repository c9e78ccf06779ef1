// The journal of a simulated node: blocks on a simulated disk, durable some time after they were written, lost with
// the power until then. The disk outlives the node, can be copied, and can be put back to an earlier state.
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { notesSource } from '../../src/delta/kinds.ts';
import type { Origins } from '../../src/delta/origins.ts';
import { MemoryRun } from '../../src/journal/memory-run.ts';
import type { DeltaRun, DeltaRuns } from '../../src/store/delta-run.ts';
import type { SyncBlock, SyncLog, Timers } from '../../src/sync/ports.ts';

export interface Disk {
  readonly id: string;
  blocks: SyncBlock[];
  /** By number: those that a block names, or named before the power was lost. */
  readonly runs: Map<number, readonly SyncBlock[]>;
  /** Blocks that a power loss leaves. */
  durable: number;
}

export function newDisk(id: string): Disk {
  return { id, blocks: [], runs: new Map(), durable: 0 };
}

export function copyDisk(disk: Disk): Disk {
  const blocks = disk.blocks.slice(0, disk.durable);
  return { id: disk.id, blocks, runs: new Map(disk.runs), durable: disk.durable };
}

function endOf(block: SyncBlock | undefined): number {
  return block === undefined ? 0 : block.firstSeq + block.count;
}

export class SimLog implements SyncLog {
  readonly id: string;
  readonly writer: BatchWriter;
  readonly runs: DeltaRuns;
  readonly failure = undefined;
  /** Records kept for links; 0 = all. */
  keepRecords = 0;
  /** Records kept for what a link has pinned. */
  pinnedRecords = 0;
  ownSeq: number;
  private source = '';
  private readonly disk: Disk;
  private readonly timers: Timers;
  private readonly syncMs: () => number;
  private readonly listeners = new Set<() => void>();
  private syncing = false;
  /** Of those begun: several may be open. */
  private lastRun: number;
  private readonly pins = new Map<string, number>();

  constructor(disk: Disk, origins: Origins, timers: Timers, syncMs: () => number) {
    this.disk = disk;
    this.id = disk.id;
    this.writer = new BatchWriter(origins, 4096);
    this.timers = timers;
    this.syncMs = syncMs;
    this.runs = { begin: () => this.beginRun(origins) };
    this.lastRun = Math.max(-1, ...disk.runs.keys());
    this.ownSeq = disk.blocks.reduce((sum, b) => sum + b.ownCount, 0);
  }

  get seq(): number {
    return endOf(this.disk.blocks.at(-1));
  }

  get newsSeq(): number {
    return endOf(this.disk.blocks.findLast((block) => block.source !== notesSource));
  }

  get durableSeq(): number {
    return endOf(this.disk.blocks[this.disk.durable - 1]);
  }

  get oldestSeq(): number {
    if (this.keepRecords === 0) return 0;
    const oldest = Math.max(0, this.seq - this.keepRecords);
    return Math.min(oldest, Math.max(this.seq - this.pinnedRecords, Math.min(...this.pins.values())));
  }

  setSource(peer: string): void {
    if (peer === this.source) return;
    this.closeBlock();
    this.source = peer;
  }

  /** A run takes its time to get to the disk, and now and then does not. */
  private beginRun(origins: Origins): DeltaRun {
    const { disk, timers, syncMs } = this;
    const number = Math.max(this.seq, this.lastRun + 1);
    this.lastRun = number;
    const run = new MemoryRun(number, origins, ({ blocks }) => disk.runs.set(number, blocks));
    const handOn = run.finish.bind(run);
    run.finish = (): Promise<boolean> => {
      handOn();
      return new Promise((resolve) => {
        timers.after(syncMs(), () => resolve(timers.random() < 0.9));
      });
    };
    return run;
  }

  readRun(number: number): Promise<SyncBlock[] | undefined> {
    const blocks = this.disk.runs.get(number);
    return Promise.resolve(blocks === undefined ? undefined : [...blocks]);
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

  /** From memory or from the disk, which takes its time: nobody may count on either. */
  read(
    fromSeq: number,
    limitBytes: number,
  ): readonly SyncBlock[] | Promise<readonly SyncBlock[]> | undefined {
    if (fromSeq < this.oldestSeq) return undefined;
    const found: SyncBlock[] = [];
    let bytes = 0;
    let at = this.disk.durable;
    while (at > 0 && endOf(this.disk.blocks[at - 1]) > fromSeq) at--;
    for (; at < this.disk.durable && bytes < limitBytes; at++) {
      found.push(this.disk.blocks[at]!);
      bytes += this.disk.blocks[at]!.buf.length;
    }
    if (this.timers.random() < 0.5) return found;
    return new Promise((resolve) => {
      this.timers.after(this.syncMs(), () => resolve(found));
    });
  }

  retain(name: string, seq: number | undefined): void {
    if (seq === undefined) this.pins.delete(name);
    else this.pins.set(name, seq);
  }
}
