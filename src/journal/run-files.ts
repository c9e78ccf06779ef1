// The runs of a log on a disk: files of records that count from the place in the log where a record names them. A run
// is written in slices by whoever makes it, in order, from the thread pool, and is durable before it is named; it goes
// when no segment is left that can name it. It knows neither stores nor what the records say. Layout of a file:
//
//   header (file-header.ts), its seq the number of the run | blocks, their first seq counting from 0
import { join } from 'node:path';
import type { BatchWriter } from '../delta/batch-writer.ts';
import type { Origins } from '../delta/origins.ts';
import type { DeltaRun, DeltaRuns } from '../store/delta-run.ts';
import { blockCountAt } from './block.ts';
import { type BlockScanner, ScanStep } from './block-scanner.ts';
import type { Block } from './delta-log.ts';
import { encodeHeader, headerBytes, Magic, noSeed, runName } from './file-header.ts';
import { type FileLayer, reasonOf } from './file-layer.ts';
import { RunBlocks } from './run-blocks.ts';
import { type Damage, readHeader } from './segment.ts';
import { readAllBlocks } from './segment-reader.ts';
import { syncDirectory, syncFile, writeAll } from './snapshot.ts';

/** Whoever makes a run waits where so much is on its way to the disk. */
const unwrittenBytesMax = 8 * 1024 * 1024;

/** A run that the log names: `seq` of the record or of one before it in its block. */
export interface PlacedRun {
  readonly number: number;
  readonly seq: number;
  readonly bytes: number;
}

export interface RunFilesParts {
  readonly dir: string;
  readonly files: FileLayer;
  readonly origins: Origins;
  /** Of the log. */
  readonly id: string;
  /** The number that the next record gets. */
  readonly nextSeq: () => number;
  readonly onPlaced: (bytes: number) => void;
  readonly onWarning: (text: string, file: string, reason: string) => void;
}

class RunFile implements DeltaRun {
  readonly number: number;
  bytes = 0;
  private readonly parts: RunFilesParts;
  private readonly onPlace: (run: RunFile) => void;
  private readonly blocks: RunBlocks;
  private fd = -1;
  private isOver = false;
  private failure: unknown;
  /** Handed on and not in the file yet. */
  private unwrittenBytes = 0;
  /** Ends when all that was handed on has been written. */
  private writing: Promise<void>;

  constructor(parts: RunFilesParts, number: number, keeps: boolean, onPlace: (run: RunFile) => void) {
    this.parts = parts;
    this.number = number;
    this.onPlace = onPlace;
    this.blocks = new RunBlocks(parts.origins, keeps, ({ buf, end }) => this.write(buf, end));
    const header = { flags: 0, id: parts.id, seed: noSeed, seq: number, ownSeq: 0, a: 0, b: 0 };
    this.writing = Promise.resolve();
    try {
      this.fd = parts.files.open(this.path, 'w');
    } catch (error) {
      this.failure = error;
    }
    this.write(encodeHeader(Magic.run, header), headerBytes);
  }

  private get path(): string {
    return join(this.parts.dir, runName(this.number));
  }

  get writer(): BatchWriter {
    return this.blocks.writer;
  }

  get count(): number {
    return this.blocks.count;
  }

  flush(): Promise<void> | undefined {
    this.blocks.flush();
    return this.unwrittenBytes > unwrittenBytesMax ? this.writing : undefined;
  }

  private write(buf: Buffer, length: number): void {
    const at = this.bytes;
    this.bytes += length;
    this.unwrittenBytes += length;
    this.after(() => writeAll(this.parts.files, this.fd, buf, length, at));
    void this.writing.then(() => {
      this.unwrittenBytes -= length;
    });
  }

  /** Does the next thing with the file, where nothing has failed so far. */
  private after(next: () => Promise<void>): void {
    this.writing = this.writing.then(async () => {
      if (this.failure !== undefined || this.isOver) return;
      try {
        await next();
      } catch (error) {
        this.failure = error;
      }
    });
  }

  async finish(): Promise<boolean> {
    const { files, dir, onWarning } = this.parts;
    this.blocks.handOn();
    this.after(() => syncFile(files, this.fd));
    this.after(() => syncDirectory(files, dir));
    await this.writing;
    if (this.failure === undefined) return true;
    onWarning('a run could not be written', runName(this.number), reasonOf(this.failure));
    return false;
  }

  place(): void {
    this.isOver = true;
    this.close();
    this.onPlace(this);
  }

  spill(to: BatchWriter): void {
    this.blocks.spill(to);
    this.discard();
  }

  discard(): void {
    if (this.isOver) return;
    this.isOver = true;
    void this.writing.then(() => {
      this.close();
      this.parts.files.removeLater(this.path, () => {});
    });
  }

  private close(): void {
    if (this.fd < 0) return;
    try {
      this.parts.files.close(this.fd);
    } catch (error) {
      this.parts.onWarning('closing a run failed', runName(this.number), reasonOf(error));
    }
    this.fd = -1;
  }
}

export class RunFiles implements DeltaRuns {
  /** Those that the log names, oldest first. */
  private readonly placed: PlacedRun[];
  private readonly parts: RunFilesParts;
  private lastNumber: number;

  constructor(parts: RunFilesParts, placed: readonly PlacedRun[]) {
    this.parts = parts;
    this.placed = [...placed];
    this.lastNumber = Math.max(-1, ...placed.map((run) => run.number));
  }

  get bytes(): number {
    return this.placed.reduce((sum, run) => sum + run.bytes, 0);
  }

  /** Numbers never come again: a file that is removed may be gone only later. */
  begin(maySpill = false): DeltaRun {
    const { parts } = this;
    this.lastNumber = Math.max(this.lastNumber + 1, parts.nextSeq());
    return new RunFile(parts, this.lastNumber, maySpill, ({ number, bytes }) => {
      this.placed.push({ number, bytes, seq: parts.nextSeq() });
      parts.onPlaced(bytes);
    });
  }

  /** All blocks of a run that the log names; undefined where it is gone. Throws FerriteError where it is damaged. */
  async read(number: number): Promise<Block[] | undefined> {
    const run = this.placed.find((placed) => placed.number === number);
    if (run === undefined) return undefined;
    const { files, dir } = this.parts;
    return readAllBlocks(files, join(dir, runName(number)), run.bytes);
  }

  /** No record before `seq` will be read any more. */
  prune(seq: number): void {
    const { files, dir, onWarning } = this.parts;
    while (this.placed.length > 0 && this.placed[0]!.seq < seq) {
      const name = runName(this.placed.shift()!.number);
      files.removeLater(join(dir, name), (error) => {
        if (error !== null) onWarning('removing a file failed', name, reasonOf(error));
      });
    }
  }
}

/** Walks the blocks of a run; `visit` sees each as the scanner's. Returns what is wrong with the file. */
export function walkRun(
  scanner: BlockScanner,
  files: FileLayer,
  fd: number,
  run: { readonly number: number; readonly count: number },
  visit: () => void,
): Damage | undefined {
  const header = readHeader(files, fd, Magic.run, 0);
  if (typeof header === 'string') return { offset: 0, reason: header };
  if (header.seq !== run.number) return { offset: 32, reason: 'header and name disagree' };
  let count = 0;
  scanner.open(fd, headerBytes, files.bytesOf(fd));
  for (let step = scanner.next(); step !== ScanStep.end; step = scanner.next()) {
    if (step === ScanStep.bad) return { offset: scanner.offset, reason: scanner.reason };
    count += blockCountAt(scanner.buf, scanner.start);
    visit();
  }
  return count === run.count ? undefined : { offset: scanner.offset, reason: 'blocks are missing' };
}
