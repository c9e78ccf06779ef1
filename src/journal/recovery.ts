// Reads a data directory back: the newest sound snapshot joined into an empty store, then the log from the snapshot's
// record on. It changes files only where a crash leaves a well-known trace: it removes unfinished snapshots, cuts a
// torn tail, and drops segments in which nothing was ever written, those begun after a failed write but never vouched
// for, and those that end before the snapshot. All else stops the start.
//
// Which bad end is a torn tail: only in the last segment. With no sound block behind it, it is one. With sound blocks
// behind it, a page in between was lost with the power if a sector reads as zeros and no later block says that the
// place was on the disk already; then nothing from there on was durable. Anything else is damage.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { FerriteError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { BatchReader } from '../delta/batch-reader.ts';
import { DeltaKind, isBookkeeping } from '../delta/kinds.ts';
import type { Origins } from '../delta/origins.ts';
import type { Ledger } from '../store/ledger.ts';
import { blockCountAt, blockFirstSeqAt, blockRecordsAt } from './block.ts';
import { BlockScanner, isTornTail, lookBeyond, ScanStep } from './block-scanner.ts';
import {
  type FileHeader,
  headerBytes,
  isUnfinished,
  jumpFlag,
  Magic,
  restartFlag,
  runName,
  runNumberOf,
  segmentSeqOf,
  snapshotSeqOf,
} from './file-header.ts';
import type { FileLayer } from './file-layer.ts';
import { JoinOutcome, type ReplicaStore } from './replica-store.ts';
import { type PlacedRun, walkRun } from './run-files.ts';
import { corrupt, type Damage, isBlankSegment, readHeader, Segment, walkSegment } from './segment.ts';

export interface RecoveryOptions {
  readonly dir: string;
  readonly files: FileLayer;
  readonly origins: Origins;
  readonly store: ReplicaStore;
  readonly ledger: Ledger;
  readonly log: Log;
  readonly nowMs: () => number;
}

/** Where the log stands, and figures for the log line. */
export interface Recovered {
  id: string;
  seq: number;
  ownSeq: number;
  /** Unix ms when the snapshot was begun; 0 = there is none. */
  snapshotMs: number;
  snapshotSeq: number;
  snapshotBytes: number;
  /** Oldest first; the last one is appended to. */
  segments: Segment[];
  /** Those that the segments read name, in their order. */
  runs: PlacedRun[];
  snapshotRecords: number;
  journalRecords: number;
  /** Bytes of a torn tail that were cut. */
  cutBytes: number;
  /** Records that could not be applied without the whole value of their key. */
  wants: number;
  durationMs: number;
}

/** Records after which the size to expect is judged anew. */
const judgedRecords = 8192;
/** In a block of fewer records nothing is gained by looking ahead. */
const lookedAheadMin = 8;

class Recovery {
  readonly result: Recovered;
  private readonly options: RecoveryOptions;
  private readonly scanner: BlockScanner;
  private readonly reader: BatchReader;
  private readonly ahead: BatchReader;
  /** For what is in runs, made with the first. */
  private inner: { readonly scanner: BlockScanner; readonly reader: BatchReader } | undefined;
  private ownOrigin: number;
  private ownHi = 0;
  private ownLo = 0;
  private needSeq = 0;
  /** Where the last segment read ends. */
  private walkedSeq = 0;
  /** Segments whose header never reached the disk. */
  private readonly blanks: string[] = [];
  private damagedSnapshot: FerriteError | undefined = undefined;
  /** Bytes of the log still to be read, and what had been read when the size to expect was judged last. */
  private bytesLeft = 0;
  private judged = { bytes: 0, records: 0, size: 0 };

  constructor(options: RecoveryOptions) {
    this.options = options;
    this.scanner = new BlockScanner(options.files);
    this.reader = new BatchReader(options.origins);
    this.ahead = new BatchReader(options.origins);
    this.ownOrigin = options.ledger.ownOrigin;
    this.result = {
      id: '',
      seq: 0,
      ownSeq: 0,
      snapshotMs: 0,
      snapshotSeq: 0,
      snapshotBytes: 0,
      segments: [],
      runs: [],
      snapshotRecords: 0,
      journalRecords: 0,
      cutBytes: 0,
      wants: 0,
      durationMs: 0,
    };
  }

  run(): Recovered {
    const { dir, files, nowMs } = this.options;
    const startedMs = nowMs();
    const names = files.list(dir).sort();
    for (const name of names.filter(isUnfinished)) files.remove(join(dir, name));
    const segments = this.openSegments(names.filter((n) => segmentSeqOf(n) !== undefined));
    this.loadSnapshots(names.filter((n) => snapshotSeqOf(n) !== undefined).reverse(), segments);
    this.replay(segments);
    this.removeRuns(names);
    this.options.store.expect?.(0);
    this.tellOwn();
    // Last, because it is they that explain why what follows them is dropped.
    for (const name of this.blanks) files.remove(join(dir, name));
    const { result } = this;
    if (result.seq < this.needSeq) {
      const path = result.segments.at(-1)?.path ?? dir;
      throw corrupt(
        dir,
        path,
        result.segments.at(-1)?.bytes ?? 0,
        `the log ends at record ${result.seq}, the snapshot needs it up to ${this.needSeq}`,
      );
    }
    if (result.id === '') result.id = randomBytes(8).toString('hex');
    result.durationMs = nowMs() - startedMs;
    return result;
  }

  /** The segments by their headers. One whose header never reached the disk held nothing and goes. */
  private openSegments(names: readonly string[]): Segment[] {
    const { dir, files, log } = this.options;
    const segments: Segment[] = [];
    for (const name of names.toReversed()) {
      const path = join(dir, name);
      const header = this.withFile(path, (fd) => readHeader(files, fd, Magic.segment, 0));
      if (typeof header === 'string') {
        if (!this.withFile(path, (fd) => isBlankSegment(files, fd))) throw corrupt(dir, path, 0, header);
        log.warn('a segment was never written', { file: name });
        this.blanks.push(name);
        continue;
      }
      if (header.seq !== segmentSeqOf(name)) throw corrupt(dir, path, 32, 'header and name disagree');
      this.checkId(path, header);
      segments.unshift(new Segment(dir, header.seq, header.ownSeq, header.flags));
    }
    return segments;
  }

  private checkId(path: string, header: FileHeader): void {
    const { result } = this;
    if (result.id === '') result.id = header.id;
    if (header.id !== result.id) {
      throw corrupt(this.options.dir, path, 16, `of journal ${header.id}, others are of ${result.id}`);
    }
  }

  /** Joins the newest sound snapshot; an older one only where the log still reaches back to it. */
  private loadSnapshots(names: readonly string[], segments: readonly Segment[]): void {
    const { dir, log } = this.options;
    let first: FerriteError | undefined;
    for (const name of names) {
      const damage = this.withFile(join(dir, name), (fd) => this.loadSnapshot(fd, join(dir, name)));
      if (damage === undefined) break;
      first ??= corrupt(dir, join(dir, name), damage.offset, damage.reason);
      log.error('snapshot is damaged', { file: name, offset: damage.offset, reason: damage.reason });
    }
    this.damagedSnapshot = first;
    if (first === undefined) return;
    const { snapshotSeq } = this.result;
    if (!segments.some((s) => s.firstSeq <= snapshotSeq)) throw first;
    log.warn('an older snapshot and the log stand in for it', { seq: snapshotSeq });
  }

  /** Every block vouches for itself, so what was joined before damage shows is true and may stay. */
  private loadSnapshot(fd: number, path: string): Damage | undefined {
    const { files } = this.options;
    const { result, scanner } = this;
    const bytes = files.bytesOf(fd);
    const header = readHeader(files, fd, Magic.snapshot, 0);
    if (typeof header === 'string') return { offset: 0, reason: header };
    const trailer = readHeader(files, fd, Magic.trailer, Math.max(0, bytes - headerBytes));
    if (typeof trailer === 'string') return { offset: Math.max(0, bytes - headerBytes), reason: trailer };
    this.checkId(path, header);
    this.options.store.adoptSeed?.(header.seed);
    this.options.store.expect?.(header.b);
    let records = 0;
    scanner.open(fd, headerBytes, bytes - headerBytes);
    for (let step = scanner.next(); step !== ScanStep.end; step = scanner.next()) {
      if (step === ScanStep.bad) return { offset: scanner.offset, reason: scanner.reason };
      records += blockCountAt(scanner.buf, scanner.start);
      this.joinBlock(path);
    }
    if (records !== trailer.a) return { offset: bytes - headerBytes, reason: 'blocks are missing' };
    result.snapshotSeq = result.seq = header.seq;
    result.ownSeq = header.ownSeq;
    result.snapshotMs = header.a;
    result.snapshotBytes = bytes;
    result.snapshotRecords = records;
    this.needSeq = trailer.b;
    return undefined;
  }

  private replay(segments: readonly Segment[]): void {
    const { result } = this;
    const { dir } = this.options;
    const from = segments.findLastIndex((s) => s.firstSeq <= result.seq);
    const first = segments[0]?.flags ?? jumpFlag;
    const beginsBlank = this.blanks.some((name) => segmentSeqOf(name)! <= result.seq);
    const isExplained = (first & jumpFlag) !== 0 || ((first & restartFlag) !== 0 && beginsBlank);
    if (from < 0 && !isExplained) {
      throw corrupt(
        dir,
        segments[0]!.path,
        0,
        `records ${result.seq} to ${segments[0]!.firstSeq} are missing`,
      );
    }
    // A restart beyond the snapshot was never vouched for: nothing in it or after it was acknowledged.
    const orphan = segments.findIndex((s, i) => i > from && (s.flags & restartFlag) !== 0);
    if (orphan >= 0 && this.damagedSnapshot !== undefined) throw this.damagedSnapshot;
    const end = orphan < 0 ? segments.length : orphan;
    for (const segment of segments.slice(end))
      this.drop(segment, 'begun after a failed write, never completed');
    for (const segment of segments.slice(0, Math.max(0, from))) this.keepCovered(segment, segments);
    for (let i = Math.max(0, from); i < end; i++) {
      this.bytesLeft += this.withFile(segments[i]!.path, (fd) => this.options.files.bytesOf(fd));
    }
    this.judged = { bytes: this.bytesLeft, records: 0, size: this.options.store.sizeHint?.() ?? 0 };
    for (let i = Math.max(0, from); i < end; i++) this.replaySegment(segments[i]!, i === end - 1);
    if (this.walkedSeq < result.seq && this.needSeq <= result.seq) this.leaveBehind();
  }

  /** The log ends before the snapshot, which needs none of it: it goes on behind that, without a gap in its midst. */
  private leaveBehind(): void {
    const { result } = this;
    for (const segment of result.segments.splice(0)) this.drop(segment, 'ends before the snapshot');
    result.runs.length = 0;
  }

  /** Segments before the snapshot's are kept for links as long as they lead up to it without a gap. */
  private keepCovered(segment: Segment, segments: readonly Segment[]): void {
    const next = segments[segments.indexOf(segment) + 1]!;
    const { files } = this.options;
    if ((next.flags & (restartFlag | jumpFlag)) !== 0) {
      for (const old of this.result.segments.splice(0)) this.drop(old, 'covered by the snapshot');
      this.drop(segment, 'covered by the snapshot');
      return;
    }
    segment.bytes = this.withFile(segment.path, (fd) => files.bytesOf(fd));
    this.result.segments.push(segment);
  }

  private drop(segment: Segment, reason: string): void {
    this.options.log.info('removed a segment', { file: segment.name, reason });
    this.options.files.remove(segment.path);
  }

  private replaySegment(segment: Segment, isLast: boolean): void {
    const { result } = this;
    const { dir, files } = this.options;
    const snapshotSeq = result.snapshotSeq;
    const isGap = segment.firstSeq > result.seq && (segment.flags & jumpFlag) === 0;
    const isFirst = result.seq === snapshotSeq && segment.firstSeq <= snapshotSeq;
    if (isGap || (segment.firstSeq < result.seq && !isFirst)) {
      throw corrupt(dir, segment.path, 0, `begins at record ${segment.firstSeq}, not at ${result.seq}`);
    }
    this.withFile(segment.path, (fd) => {
      const bytes = files.bytesOf(fd);
      const walked = walkSegment(this.scanner, fd, bytes, segment, (seq) => {
        const { buf, start, end } = this.scanner;
        this.bytesLeft -= end - start;
        if (seq + blockCountAt(buf, start) <= snapshotSeq) return undefined;
        result.journalRecords += blockCountAt(buf, start);
        this.joinBlock(segment.path);
        if (result.journalRecords - this.judged.records >= judgedRecords) this.judgeSize();
        return undefined;
      });
      if (walked.damage !== undefined) {
        if (!isLast) throw corrupt(dir, segment.path, walked.damage.offset, walked.damage.reason);
        this.cutTail(segment, fd, bytes, walked.damage, walked.seq);
      }
      this.walkedSeq = walked.seq;
      if (walked.seq >= result.seq) {
        result.seq = walked.seq;
        result.ownSeq = walked.ownSeq;
      }
    });
    result.segments.push(segment);
  }

  /** Tells the store what size to expect if the rest of the log brings new keys as the last part has done. */
  private judgeSize(): void {
    const { result, judged, bytesLeft } = this;
    const { store } = this.options;
    const size = store.sizeHint?.() ?? 0;
    const records = result.journalRecords;
    const ahead = bytesLeft / (judged.bytes - bytesLeft);
    store.expect?.(Math.round(size + Math.max(0, size - judged.size) * ahead) || 1);
    this.judged = { bytes: bytesLeft, records, size };
  }

  private cutTail(segment: Segment, fd: number, bytes: number, damage: Damage, seq: number): void {
    const { dir, files, log } = this.options;
    const beyond = lookBeyond(files, fd, damage.offset, bytes, seq);
    if (!isTornTail(beyond, damage.offset)) {
      throw corrupt(dir, segment.path, damage.offset, damage.reason);
    }
    const cutBytes = bytes - damage.offset;
    this.result.cutBytes += cutBytes;
    log.warn(`cut a torn tail of ${cutBytes} bytes`, {
      file: segment.name,
      offset: damage.offset,
      reason: damage.reason,
    });
    files.truncate(fd, damage.offset);
    files.sync(fd);
  }

  /** Joins the scanner's current block. */
  private joinBlock(path: string): void {
    const { buf, start, end } = this.scanner;
    const isLong = blockCountAt(buf, start) >= lookedAheadMin;
    if (isLong) this.ahead.open(buf, blockRecordsAt(buf, start), end);
    this.joinRecords(path, this.scanner, this.reader, isLong ? this.ahead : undefined);
    this.options.store.endBlock?.();
  }

  /** `ahead`: of the same records, for what is looked at before it is joined. */
  private joinRecords(path: string, scanner: BlockScanner, reader: BatchReader, ahead?: BatchReader): void {
    const { store, ledger } = this.options;
    reader.open(scanner.buf, blockRecordsAt(scanner.buf, scanner.start), scanner.end);
    let loaded = 0;
    while (reader.next()) {
      if (ahead !== undefined && loaded === 0) loaded = store.loadAhead?.(ahead) ?? 0;
      loaded -= 1;
      if (reader.kind === DeltaKind.run) {
        if (reader !== this.reader)
          throw corrupt(this.options.dir, path, scanner.offset, 'a run within a run');
        this.joinRun(reader);
        continue;
      }
      if (isBookkeeping(reader.kind)) {
        this.tellOwn();
        ledger.apply(reader);
        this.ownOrigin = ledger.ownOrigin;
        continue;
      }
      const { hi, lo } = reader;
      if (
        reader.origin === this.ownOrigin &&
        (hi > this.ownHi || (hi === this.ownHi && lo >>> 0 > this.ownLo >>> 0))
      ) {
        this.ownHi = hi;
        this.ownLo = lo;
      }
      const outcome = store.join(reader, undefined, true);
      if (outcome === JoinOutcome.full) {
        throw new FerriteError('MEMORY', `the data in ${path} does not fit in the memory limit`);
      }
      if (outcome === JoinOutcome.want) this.result.wants += 1;
    }
  }

  /** Joins what the run has that the record at which the reader stands names. */
  private joinRun({ runNumber: number, runCount: count }: BatchReader): void {
    const { dir, files, origins } = this.options;
    this.inner ??= { scanner: new BlockScanner(files), reader: new BatchReader(origins) };
    const { scanner, reader } = this.inner;
    const runPath = join(dir, runName(number));
    this.withFile(runPath, (fd) => {
      const visit = (): void => this.joinRecords(runPath, scanner, reader);
      const damage = walkRun(scanner, files, fd, { number, count }, visit);
      if (damage !== undefined) throw corrupt(dir, runPath, damage.offset, damage.reason);
      const seq = blockFirstSeqAt(this.scanner.buf, this.scanner.start);
      this.result.runs.push({ number, seq, bytes: files.bytesOf(fd) });
    });
  }

  /** Runs that were never named, or that nothing needs any more. */
  private removeRuns(names: readonly string[]): void {
    const { dir, files } = this.options;
    const kept = new Set(this.result.runs.map((run) => run.number));
    for (const name of names) {
      const number = runNumberOf(name);
      if (number !== undefined && !kept.has(number)) files.remove(join(dir, name));
    }
  }

  /** Own stamps are gathered in halves and told before the ledger turns to a new start. */
  private tellOwn(): void {
    if (this.ownHi === 0 && this.ownLo === 0) return;
    this.options.ledger.witnessOwn(this.ownHi * 4294967296 + (this.ownLo >>> 0));
    this.ownHi = 0;
    this.ownLo = 0;
  }

  private withFile<T>(path: string, use: (fd: number) => T): T {
    const { files } = this.options;
    let fd = -1;
    try {
      fd = files.open(path, 'r+');
      return use(fd);
    } catch (error) {
      if (error instanceof FerriteError && error.code !== 'LINK_PROTOCOL') throw error;
      if (error instanceof FerriteError)
        throw corrupt(this.options.dir, path, this.scanner.offset, error.message);
      throw new FerriteError('JOURNAL_IO', `cannot read ${path}`, error);
    } finally {
      if (fd >= 0) files.close(fd);
    }
  }
}

/**
 * Joins what `dir` holds into the empty store and ledger and says where the log stands. Throws FerriteError
 * JOURNAL_CORRUPT (file, offset, advice), JOURNAL_IO, or MEMORY when the store is too small.
 */
export function recover(options: RecoveryOptions): Recovered {
  return new Recovery(options).run();
}
