// Walks all files of a data directory and says what each holds and where it is damaged, a run where a block of the log
// names it; with `repair`, makes a
// directory that recovery refuses one that it takes. It joins nothing and needs no store. A repair deletes nothing: it
// cuts the log at the first damage and sets what it cuts aside as `*.corrupt`, keeps of a damaged snapshot the blocks
// before the damage, and lets the log go on behind a gap, so that no record number is ever given out twice.
import { join } from 'node:path';
import { FerriteError } from '../base/errors.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import { DeltaKind } from '../delta/kinds.ts';
import { Origins } from '../delta/origins.ts';
import { blockCountAt, blockRecordsAt } from './block.ts';
import { BlockScanner, isTornTail, lookBeyond, ScanStep } from './block-scanner.ts';
import {
  encodeHeader,
  type FileHeader,
  headerBytes,
  isUnfinished,
  jumpFlag,
  Magic,
  noSeed,
  restartFlag,
  runName,
  segmentSeqOf,
  snapshotName,
  snapshotSeqOf,
} from './file-header.ts';
import { diskFiles, type FileLayer, reasonOf, writeWhole } from './file-layer.ts';
import { lockDir } from './lock.ts';
import { walkRun } from './run-files.ts';
import { type Damage, isBlankSegment, readHeader, Segment, walkSegment } from './segment.ts';

export interface CheckedFile {
  readonly name: string;
  /** `unfinished` is a snapshot, `blank` a segment: a start removes both. */
  readonly kind: 'segment' | 'snapshot' | 'unfinished' | 'blank';
  readonly bytes: number;
  /** Sound ones, up to the first damage. */
  blocks: number;
  records: number;
  firstSeq: number;
  /** Segment: where its sound part ends; snapshot: how far it needs the log. */
  endSeq: number;
  damage: Damage | undefined;
  /** The damage is what a crash leaves at the log's end: a start cuts it without being asked. */
  isTorn: boolean;
}

export interface CheckReport {
  readonly dir: string;
  readonly files: CheckedFile[];
  /** Why a start would refuse, one line each; empty = it would not. */
  readonly problems: string[];
  /** What a repair did, and what is lost by it. */
  readonly repairs: string[];
  readonly losses: string[];
}

export interface CheckOptions {
  readonly repair: boolean;
  readonly files?: FileLayer;
  /** Called with each file's report as soon as it is there. */
  readonly onFile?: (file: CheckedFile) => void;
}

interface CheckedSegment {
  readonly file: CheckedFile;
  readonly header: FileHeader | undefined;
  readonly endOwnSeq: number;
}

interface CheckedSnapshot {
  readonly file: CheckedFile;
  readonly header: FileHeader | undefined;
  readonly records: number | undefined;
}

class Check {
  readonly report: CheckReport;
  private readonly dir: string;
  private readonly files: FileLayer;
  private readonly options: CheckOptions;
  private readonly scanner: BlockScanner;
  private readonly runScanner: BlockScanner;
  private readonly reader = new BatchReader(new Origins());
  private segments: CheckedSegment[] = [];
  private snapshots: CheckedSnapshot[] = [];
  private readonly blanks: string[] = [];

  constructor(dir: string, options: CheckOptions) {
    this.dir = dir;
    this.options = options;
    this.files = options.files ?? diskFiles;
    this.scanner = new BlockScanner(this.files);
    this.runScanner = new BlockScanner(this.files);
    this.report = { dir, files: [], problems: [], repairs: [], losses: [] };
  }

  run(): CheckReport {
    this.walk();
    const base = this.checkSnapshots();
    this.checkLog(base);
    return this.report;
  }

  private walk(): void {
    const names = this.files.list(this.dir).sort();
    const written = names.filter((name) => segmentSeqOf(name) !== undefined && !this.isBlank(name));
    for (const name of names) {
      if (isUnfinished(name)) this.addUnfinished(name);
      else if (snapshotSeqOf(name) !== undefined) this.snapshots.unshift(this.walkSnapshot(name));
      else if (written.includes(name)) {
        this.segments.push(this.walkLogFile(name, name === written.at(-1)));
      } else if (segmentSeqOf(name) !== undefined) this.addBlank(name);
    }
  }

  /** Whether nothing was ever written in a segment: a start removes it, and looks for no record there. */
  private isBlank(name: string): boolean {
    return this.withFile(name, (fd) => {
      const header = readHeader(this.files, fd, Magic.segment, 0);
      return typeof header === 'string' && isBlankSegment(this.files, fd);
    });
  }

  private addBlank(name: string): void {
    const bytes = this.withFile(name, (fd) => this.files.bytesOf(fd));
    this.options.onFile?.(this.add(name, 'blank', bytes, segmentSeqOf(name)!));
    this.blanks.push(name);
  }

  private add(name: string, kind: CheckedFile['kind'], bytes: number, firstSeq: number): CheckedFile {
    const file: CheckedFile = {
      name,
      kind,
      bytes,
      blocks: 0,
      records: 0,
      firstSeq,
      endSeq: firstSeq,
      damage: undefined,
      isTorn: false,
    };
    this.report.files.push(file);
    return file;
  }

  private addUnfinished(name: string): void {
    const file = this.withFile(name, (fd) => this.add(name, 'unfinished', this.files.bytesOf(fd), 0));
    this.options.onFile?.(file);
  }

  private walkSnapshot(name: string): CheckedSnapshot {
    return this.withFile(name, (fd) => {
      const bytes = this.files.bytesOf(fd);
      const file = this.add(name, 'snapshot', bytes, snapshotSeqOf(name)!);
      const header = readHeader(this.files, fd, Magic.snapshot, 0);
      const trailerAt = Math.max(0, bytes - headerBytes);
      const trailer = readHeader(this.files, fd, Magic.trailer, trailerAt);
      const damage = this.walkBlocks(fd, file, typeof trailer === 'string' ? bytes : trailerAt);
      if (typeof trailer !== 'string') {
        file.endSeq = trailer.b;
        if (damage === undefined && trailer.a !== file.records) {
          file.damage = { offset: trailerAt, reason: 'blocks are missing' };
        }
      } else file.damage = { offset: trailerAt, reason: trailer };
      if (damage !== undefined) file.damage = damage;
      if (typeof header === 'string') file.damage = { offset: 0, reason: header };
      this.options.onFile?.(file);
      const records = typeof trailer === 'string' ? undefined : trailer.a;
      return { file, header: typeof header === 'string' ? undefined : header, records };
    });
  }

  private walkBlocks(fd: number, file: CheckedFile, end: number): Damage | undefined {
    const { scanner } = this;
    scanner.open(fd, headerBytes, Math.max(headerBytes, end));
    for (let step = scanner.next(); step !== ScanStep.end; step = scanner.next()) {
      if (step === ScanStep.bad) return { offset: scanner.offset, reason: scanner.reason };
      file.blocks += 1;
      file.records += blockCountAt(scanner.buf, scanner.start);
    }
    return undefined;
  }

  private walkLogFile(name: string, isLast: boolean): CheckedSegment {
    return this.withFile(name, (fd) => {
      const bytes = this.files.bytesOf(fd);
      const file = this.add(name, 'segment', bytes, segmentSeqOf(name)!);
      const header = readHeader(this.files, fd, Magic.segment, 0);
      if (typeof header === 'string') {
        file.damage = { offset: 0, reason: header };
        this.options.onFile?.(file);
        return { file, header: undefined, endOwnSeq: 0 };
      }
      const segment = new Segment(this.dir, header.seq, header.ownSeq, header.flags);
      let inRun: string | undefined;
      const walked = walkSegment(this.scanner, fd, bytes, segment, () => {
        inRun = this.walkRuns();
        return inRun;
      });
      file.blocks = walked.blocks;
      file.records = walked.records;
      file.endSeq = walked.seq;
      file.damage = walked.damage;
      if (walked.damage !== undefined && inRun === undefined && isLast) {
        const beyond = lookBeyond(this.files, fd, walked.damage.offset, bytes, walked.seq);
        file.isTorn = isTornTail(beyond, walked.damage.offset);
      }
      this.options.onFile?.(file);
      return { file, header, endOwnSeq: walked.ownSeq };
    });
  }

  /** What is wrong with the runs that the scanner's block names. */
  private walkRuns(): string | undefined {
    const { reader, scanner, files, dir, runScanner } = this;
    reader.open(scanner.buf, blockRecordsAt(scanner.buf, scanner.start), scanner.end);
    while (reader.next()) {
      if (reader.kind !== DeltaKind.run) continue;
      const run = { number: reader.runNumber, count: reader.runCount };
      const name = runName(run.number);
      if (!files.list(dir).includes(name)) return `${name} is missing`;
      const damage = this.withFile(name, (fd) => walkRun(runScanner, files, fd, run, () => {}));
      if (damage !== undefined) return `${name} at offset ${damage.offset}: ${damage.reason}`;
    }
    return undefined;
  }

  /** The snapshot that a start would use; damaged ones are problems where the log does not stand in for them. */
  private checkSnapshots(): CheckedSnapshot | undefined {
    const sound = this.snapshots.find((s) => s.file.damage === undefined);
    const damaged = this.snapshots.filter((s) => s.file.damage !== undefined);
    if (damaged.length === 0) return sound;
    const fromSeq = sound?.file.firstSeq ?? 0;
    const hasLog = this.segments.some((s) => s.header !== undefined && s.file.firstSeq <= fromSeq);
    for (const { file } of damaged) {
      if (!hasLog) this.problem(file.name, file.damage!);
      if (this.options.repair && (hasLog || file !== damaged[0]!.file)) this.setAside(file.name);
    }
    if (hasLog || !this.options.repair) return sound;
    return this.salvage(damaged[0]!);
  }

  private problem(name: string, damage: Damage): void {
    this.report.problems.push(
      `${join(this.dir, name)} is damaged at offset ${damage.offset}: ${damage.reason}`,
    );
  }

  /** A snapshot of what stands before the damage takes the damaged one's place. */
  private salvage(damaged: CheckedSnapshot): CheckedSnapshot {
    const { file, header, records } = damaged;
    const after = this.segments.find((s) => s.header !== undefined && s.file.firstSeq >= file.firstSeq);
    const ownSeq = header?.ownSeq ?? after?.header?.ownSeq ?? 0;
    const id = header?.id ?? after?.header?.id ?? '0000000000000000';
    const aside = this.setAside(file.name);
    this.rewriteSnapshot(aside, headerBytes, file, {
      flags: 0,
      id,
      seed: noSeed,
      seq: file.firstSeq,
      ownSeq,
      a: 0,
      b: 0,
    });
    const missing = records === undefined ? 'an unknown number' : String(records - file.records);
    this.report.losses.push(`${missing} of the records of ${file.name}; ${file.records} are kept`);
    file.damage = undefined;
    file.endSeq = file.firstSeq;
    return {
      file,
      header: { flags: 0, id, seed: noSeed, seq: file.firstSeq, ownSeq, a: 0, b: 0 },
      records: file.records,
    };
  }

  /** Writes a snapshot with the first `file.records` records of the file `source`. */
  private rewriteSnapshot(
    source: string | undefined,
    from: number,
    file: CheckedFile,
    header: FileHeader,
  ): void {
    const { files, scanner } = this;
    const path = join(this.dir, snapshotName(header.seq));
    const out = files.open(path.replace(/snap$/, 'tmp'), 'w');
    writeWhole(files, out, encodeHeader(Magic.snapshot, header), 0, headerBytes, 0);
    let at = headerBytes;
    if (source !== undefined && file.blocks > 0) {
      this.withFile(source, (fd) => {
        scanner.open(fd, from, files.bytesOf(fd));
        for (let i = 0; i < file.blocks && scanner.next() === ScanStep.block; i++) {
          const length = scanner.end - scanner.start;
          writeWhole(files, out, scanner.buf, scanner.start, length, at);
          at += length;
        }
      });
    }
    const trailer = encodeHeader(Magic.trailer, { ...header, a: file.records, b: header.seq });
    writeWhole(files, out, trailer, 0, headerBytes, at);
    files.sync(out);
    files.close(out);
    files.rename(path.replace(/snap$/, 'tmp'), path);
    files.syncDir(this.dir);
    this.report.repairs.push(`wrote ${snapshotName(header.seq)} with ${file.records} records`);
  }

  /** Follows the log from the snapshot on and finds the first place where it breaks. */
  private checkLog(base: CheckedSnapshot | undefined): void {
    const { segments, report } = this;
    const baseSeq = base?.file.firstSeq ?? 0;
    const from = segments.findLastIndex((s) => s.file.firstSeq <= baseSeq);
    let seq = segments[from]?.file.firstSeq ?? baseSeq;
    if (from < 0 && segments.length > 0 && !this.isBeginExplained(segments[0]!, baseSeq)) {
      this.headless(segments[0]!, baseSeq);
      seq = segments[0]!.file.firstSeq;
    }
    for (let i = Math.max(0, from); i < segments.length; i++) {
      const { file, header } = segments[i]!;
      const isOrphan = i > from && header !== undefined && (header.flags & restartFlag) !== 0;
      if (isOrphan) break;
      const mayJump = header !== undefined && (header.flags & jumpFlag) !== 0;
      if (file.firstSeq !== seq && !(mayJump && file.firstSeq > seq)) {
        report.problems.push(`${join(this.dir, file.name)} begins at record ${file.firstSeq}, not at ${seq}`);
        this.cutBefore(i, seq);
        return;
      }
      if (file.damage !== undefined && !(file.isTorn && i === segments.length - 1)) {
        const next = segments[i + 1]?.header;
        const isBeforeRestart = next !== undefined && (next.flags & restartFlag) !== 0;
        if (!isBeforeRestart) {
          this.problem(file.name, file.damage);
          this.cutWithin(i);
          return;
        }
      }
      seq = file.endSeq;
    }
    const needSeq = base?.file.endSeq ?? 0;
    if (base === undefined || Math.max(seq, baseSeq) >= needSeq) return;
    report.problems.push(`the log ends at record ${seq}, ${base.file.name} needs it up to ${needSeq}`);
    this.goOnWithout(base);
  }

  /** Whether a log that begins with `first`, after what the snapshot needs, is one that a start takes. */
  private isBeginExplained(first: CheckedSegment, baseSeq: number): boolean {
    const flags = first.header?.flags ?? 0;
    const beginsBlank = this.blanks.some((name) => segmentSeqOf(name)! <= baseSeq);
    return (flags & jumpFlag) !== 0 || ((flags & restartFlag) !== 0 && beginsBlank);
  }

  /** The log begins after what the snapshot, or its absence, needs. */
  private headless(first: CheckedSegment, baseSeq: number): void {
    const { file } = first;
    this.report.problems.push(
      `${join(this.dir, file.name)} begins at record ${file.firstSeq}, not at ${baseSeq}`,
    );
    if (!this.options.repair || first.header === undefined) return;
    const empty = { ...file, blocks: 0, records: 0 };
    const { id, ownSeq } = first.header;
    const header = { flags: 0, id, seed: noSeed, seq: file.firstSeq, ownSeq, a: 0, b: 0 };
    this.rewriteSnapshot(undefined, 0, empty, header);
    this.report.losses.push(
      `everything before record ${file.firstSeq}, but for what an older snapshot holds`,
    );
  }

  /** The sound part of segment `i` stays, the rest and all later segments are set aside. */
  private cutWithin(i: number): void {
    if (!this.options.repair) return;
    const { file, header, endOwnSeq } = this.segments[i]!;
    if (header === undefined) {
      this.cutBefore(i, file.firstSeq);
      return;
    }
    const { files } = this;
    const offset = file.damage!.offset;
    const aside = `${file.name}.${offset}.corrupt`;
    this.withFile(file.name, (fd) => {
      this.copyTail(fd, offset, file.bytes, aside);
      files.truncate(fd, offset);
      files.sync(fd);
    });
    this.report.repairs.push(
      `cut ${file.name} at offset ${offset}, ${file.bytes - offset} bytes are in ${aside}`,
    );
    this.goOnBehind(i + 1, file.endSeq, endOwnSeq, header.id, file.bytes - offset);
  }

  /** Segments from `i` on are set aside. */
  private cutBefore(i: number, seq: number): void {
    if (!this.options.repair) return;
    const before = this.segments[i - 1];
    const id = before?.header?.id ?? this.snapshots[0]?.header?.id ?? this.segments[i]!.header?.id;
    const ownSeq = before?.endOwnSeq ?? this.snapshots[0]?.header?.ownSeq ?? 0;
    this.goOnBehind(i, seq, ownSeq, id ?? '0000000000000000', 0);
  }

  /** A fresh segment beyond every record number that what is cut can hold. */
  private goOnBehind(i: number, seq: number, ownSeq: number, id: string, cutBytes: number): void {
    let highest = seq + cutBytes;
    for (const { file } of this.segments.slice(i)) {
      highest = Math.max(highest, file.endSeq + file.bytes);
      this.setAside(file.name);
    }
    for (const { file } of this.snapshots) highest = Math.max(highest, file.endSeq + 1);
    this.report.losses.push(`the records from ${seq} on`);
    const gap = highest + 1 - seq;
    const header = { flags: jumpFlag, id, seed: noSeed, seq: seq + gap, ownSeq: ownSeq + gap, a: 0, b: 0 };
    const segment = new Segment(this.dir, header.seq, header.ownSeq, jumpFlag);
    const fd = this.files.open(segment.path, 'w');
    writeWhole(this.files, fd, encodeHeader(Magic.segment, header), 0, headerBytes, 0);
    this.files.sync(fd);
    this.files.close(fd);
    this.files.syncDir(this.dir);
    this.report.repairs.push(`the log goes on in ${segment.name}`);
  }

  /** The log ends before what the snapshot needs: go on behind it. */
  private goOnWithout(base: CheckedSnapshot): void {
    if (!this.options.repair) return;
    const last = this.segments.at(-1);
    const { header, file } = base;
    this.goOnBehind(
      this.segments.length,
      last?.file.endSeq ?? file.firstSeq,
      last?.endOwnSeq ?? header!.ownSeq,
      header!.id,
      0,
    );
  }

  private copyTail(fd: number, from: number, to: number, name: string): void {
    const { files } = this;
    const out = files.open(join(this.dir, name), 'w');
    const buf = Buffer.allocUnsafeSlow(1024 * 1024);
    for (let at = from; at < to; ) {
      const n = files.read(fd, buf, 0, Math.min(buf.length, to - at), at);
      if (n === 0) break;
      writeWhole(files, out, buf, 0, n, at - from);
      at += n;
    }
    files.sync(out);
    files.close(out);
  }

  private setAside(name: string): string {
    const taken = new Set(this.files.list(this.dir));
    let aside = `${name}.corrupt`;
    for (let i = 2; taken.has(aside); i++) aside = `${name}.${i}.corrupt`;
    this.files.rename(join(this.dir, name), join(this.dir, aside));
    this.report.repairs.push(`set ${name} aside as ${aside}`);
    return aside;
  }

  private withFile<T>(name: string, use: (fd: number) => T): T {
    const fd = this.files.open(join(this.dir, name), this.options.repair ? 'r+' : 'r');
    try {
      return use(fd);
    } finally {
      this.files.close(fd);
    }
  }
}

/**
 * Reports on every file of the data directory `dir`. A repair takes the directory's lock; throws FerriteError
 * JOURNAL_IO if a node runs on it, or if a file cannot be read or written.
 */
export function check(dir: string, options: CheckOptions): CheckReport {
  const unlock = options.repair && options.files === undefined ? lockDir(dir) : undefined;
  try {
    return new Check(dir, options).run();
  } catch (error) {
    if (error instanceof FerriteError) throw error;
    throw new FerriteError('JOURNAL_IO', `cannot check ${dir}: ${reasonOf(error)}`, error);
  } finally {
    unlock?.();
  }
}
