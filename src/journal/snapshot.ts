// Writes a snapshot: all that the store and the ledger hold, as blocks, while both go on changing. The scan is fuzzy;
// replay of the log from the record at which it began makes it exact. It knows the journal only through its plan.
//
//   header (file-header.ts) | ledger block | store blocks ... | trailer: records, and how far the log is needed
//
// Blocks are those of the log; their first seq counts the snapshot's records from 0. A scan may have seen writes that
// a power loss still takes from the log; so the log is made durable up to the scan's end before the snapshot counts.
import { join } from 'node:path';
import { BatchWriter } from '../delta/batch-writer.ts';
import type { Origins } from '../delta/origins.ts';
import type { Ledger } from '../store/ledger.ts';
import { BlockForm, blockHeaderBytes, sealBlock } from './block.ts';
import { encodeHeader, headerBytes, Magic, noSeed, snapshotName } from './file-header.ts';
import { type FileDone, type FileLayer, writeWholeLater } from './file-layer.ts';
import type { ReplicaStore } from './replica-store.ts';

export const sliceBytesDefault = 64 * 1024;
/** A slice ends early where the processor is slow: the clock is looked at after each step. */
const sliceMsMax = 1.5;
const stepBytes = 4 * 1024;
/** Written bytes are synced in steps, so that the last sync is no long one that others wait behind. */
const syncStepBytes = 16 * 1024 * 1024;

export interface SnapshotPlan {
  readonly dir: string;
  readonly files: FileLayer;
  readonly origins: Origins;
  readonly store: ReplicaStore;
  readonly ledger: Ledger;
  readonly id: string;
  /** Where the log stands now. */
  readonly seq: number;
  readonly ownSeq: number;
  readonly nowMs: () => number;
  readonly sliceBytes: number;
  /** Lets the node do other work after a slice that took so long. */
  readonly pause: (sliceMs: number) => Promise<void>;
  /** Told after each slice; throws to give up. */
  readonly progress: (records: number) => void;
  /** Makes the log durable as far as it goes now and returns how far that is. */
  readonly logDurable: () => Promise<number>;
}

export interface WrittenSnapshot {
  readonly name: string;
  readonly bytes: number;
  readonly records: number;
}

export function writeAll(
  files: FileLayer,
  fd: number,
  buf: Buffer,
  length: number,
  at: number,
): Promise<void> {
  return done((settle) => writeWholeLater(files, fd, buf, 0, length, at, settle));
}

/** Resolves when what `begin` began is done. */
function done(begin: (done: FileDone) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    begin((error) => (error === null ? resolve() : reject(error)));
  });
}

export function syncFile(files: FileLayer, fd: number): Promise<void> {
  return done((settle) => files.syncLater(fd, settle));
}

export function syncDirectory(files: FileLayer, dir: string): Promise<void> {
  return done((settle) => files.syncDirLater(dir, settle));
}

/** Blocks of records on their way into a file of their own. */
class BlockFile {
  bytes = 0;
  records = 0;
  private syncedBytes = 0;
  private readonly files: FileLayer;
  private readonly fd: number;

  constructor(files: FileLayer, fd: number) {
    this.files = files;
    this.fd = fd;
  }

  async append(buf: Buffer, length: number): Promise<void> {
    await writeAll(this.files, this.fd, buf, length, this.bytes);
    this.bytes += length;
    if (this.bytes - this.syncedBytes < syncStepBytes) return;
    await syncFile(this.files, this.fd);
    this.syncedBytes = this.bytes;
  }

  /** Appends what the writer holds as one block, and empties it. */
  async appendBlock(writer: BatchWriter): Promise<void> {
    if (writer.count > 0) {
      sealBlock(writer.buf, 0, writer.pos, BlockForm.records, '', this.records, writer.count, 0);
      this.records += writer.count;
      await this.append(writer.buf, writer.pos);
    }
    writer.reset(blockHeaderBytes);
  }
}

/** Writes the snapshot and makes it durable under its name. The unfinished file is removed if anything fails. */
export async function writeSnapshot(plan: SnapshotPlan): Promise<WrittenSnapshot> {
  const { dir, files, seq } = plan;
  const name = snapshotName(seq);
  const unfinished = join(dir, name.replace(/snap$/, 'tmp'));
  const fd = files.open(unfinished, 'w');
  let isOpen = true;
  try {
    const file = new BlockFile(files, fd);
    await writeContents(plan, file);
    await syncFile(files, fd);
    isOpen = false;
    files.close(fd);
    await done((settle) => files.renameLater(unfinished, join(dir, name), settle));
    await syncDirectory(files, dir);
    return { name, bytes: file.bytes, records: file.records };
  } catch (error) {
    if (isOpen) files.close(fd);
    try {
      files.remove(unfinished);
    } catch {
      // Renamed already, or the disk refuses this too: recovery removes what is unfinished.
    }
    throw error;
  }
}

/**
 * What the scan has seen of keys at work counts with the rest of it only, which is in the log when the work has ended.
 */
async function workEnded({ store, progress, pause }: SnapshotPlan, file: BlockFile): Promise<void> {
  const { atWork } = store;
  const ended = atWork?.ended;
  while (atWork?.isAny === true && atWork.ended === ended) {
    progress(file.records);
    await pause(1);
  }
}

async function writeContents(plan: SnapshotPlan, file: BlockFile): Promise<void> {
  const { id, seq, ownSeq, nowMs, sliceBytes } = plan;
  const writer = new BatchWriter(plan.origins, sliceBytes + sliceBytes / 4);
  writer.restart(blockHeaderBytes);
  plan.ledger.write(writer);
  const scan = plan.store.scan(undefined, true);
  await file.append(
    encodeHeader(Magic.snapshot, {
      flags: 0,
      id,
      seed: plan.store.scanSeed?.() ?? noSeed,
      seq,
      ownSeq,
      a: nowMs(),
      b: plan.store.sizeHint?.() ?? 0,
    }),
    headerBytes,
  );
  await file.appendBlock(writer);
  for (let more = true; more; ) {
    const startedMs = performance.now();
    let sliceMs = 0;
    do {
      more = scan.next(writer, Math.min(stepBytes, sliceBytes));
      sliceMs = performance.now() - startedMs;
    } while (more && sliceMs < sliceMsMax && writer.pos < sliceBytes);
    await file.appendBlock(writer);
    plan.progress(file.records);
    await plan.pause(sliceMs);
  }
  await workEnded(plan, file);
  const endSeq = await plan.logDurable();
  const trailer = encodeHeader(Magic.trailer, {
    flags: 0,
    id,
    seed: noSeed,
    seq,
    ownSeq,
    a: file.records,
    b: endSeq,
  });
  await file.append(trailer, headerBytes);
}
