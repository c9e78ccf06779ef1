// The few things that the journal does with files, behind an interface, so that a test can fail any call, lose what was
// not synced, or keep files in memory. Sync calls throw, others hand an error to `done`; both as node:fs makes them.
import fs from 'node:fs';
import { dirname } from 'node:path';
import { FerriteError } from '../base/errors.ts';

export type FileDone = (error: Error | null) => void;
export type TransferDone = (error: Error | null, bytes: number) => void;

export interface FileLayer {
  /** `r`, `r+` open what exists, `wx` creates, `w` creates or empties. */
  open(path: string, flags: 'r' | 'r+' | 'wx' | 'w'): number;
  close(fd: number): void;
  bytesOf(fd: number): number;
  read(fd: number, buf: Buffer, offset: number, length: number, position: number): number;
  readLater(
    fd: number,
    buf: Buffer,
    offset: number,
    length: number,
    position: number,
    done: TransferDone,
  ): void;
  write(fd: number, buf: Buffer, offset: number, length: number, position: number): number;
  writeLater(
    fd: number,
    buf: Buffer,
    offset: number,
    length: number,
    position: number,
    done: TransferDone,
  ): void;
  /** fdatasync. */
  sync(fd: number): void;
  syncLater(fd: number, done: FileDone): void;
  /** Makes creations, renames and removals in `dir` durable. */
  syncDir(dir: string): void;
  syncDirLater(dir: string, done: FileDone): void;
  truncate(fd: number, bytes: number): void;
  rename(from: string, to: string): void;
  /** Where what `to` names may be a big file: see `removeLater`. */
  renameLater(from: string, to: string, done: FileDone): void;
  remove(path: string): void;
  /** For big files, which some file systems take tens of milliseconds to free. */
  removeLater(path: string, done: FileDone): void;
  list(dir: string): string[];
  makeDir(dir: string): void;
}

/** Some file systems cannot sync a directory; their errors for that are not failures. */
function isUnsupported(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'EINVAL' || code === 'ENOTSUP' || code === 'EPERM' || code === 'EISDIR';
}

export const diskFiles: FileLayer = {
  open: (path, flags) => fs.openSync(path, flags, 0o600),
  close: (fd) => fs.closeSync(fd),
  bytesOf: (fd) => fs.fstatSync(fd).size,
  read: (fd, buf, offset, length, position) => fs.readSync(fd, buf, offset, length, position),
  readLater: (fd, buf, offset, length, position, done) => fs.read(fd, buf, offset, length, position, done),
  write: (fd, buf, offset, length, position) => fs.writeSync(fd, buf, offset, length, position),
  writeLater: (fd, buf, offset, length, position, done) => fs.write(fd, buf, offset, length, position, done),
  sync: (fd) => fs.fdatasyncSync(fd),
  syncLater: (fd, done) => fs.fdatasync(fd, done),
  syncDir: (dir) => {
    const fd = fs.openSync(dir, 'r');
    try {
      fs.fsyncSync(fd);
    } catch (error) {
      if (!isUnsupported(error)) throw error;
    } finally {
      fs.closeSync(fd);
    }
  },
  syncDirLater: (dir, done) => {
    fs.open(dir, 'r', (openError, fd) => {
      if (openError !== null) return done(openError);
      fs.fsync(fd, (error) => {
        fs.close(fd, () => done(error !== null && !isUnsupported(error) ? error : null));
      });
    });
  },
  truncate: (fd, bytes) => fs.ftruncateSync(fd, bytes),
  rename: (from, to) => fs.renameSync(from, to),
  renameLater: (from, to, done) => fs.rename(from, to, done),
  remove: (path) => fs.unlinkSync(path),
  removeLater: (path, done) => fs.unlink(path, done),
  list: (dir) => fs.readdirSync(dir),
  makeDir,
};

/** With all its parents. Node's own recursion does not end where a parent cannot be made, as under /proc. */
function makeDir(dir: string): void {
  if (fs.existsSync(dir)) return;
  const parent = dirname(dir);
  if (parent !== dir) makeDir(parent);
  fs.mkdirSync(dir, { mode: 0o700 });
}

/**
 * Writes all of it. The rest of a short write is tried once: what the system says to that is the reason, as ENOSPC.
 * Throws what it says.
 */
export function writeWhole(
  files: FileLayer,
  fd: number,
  buf: Buffer,
  offset: number,
  length: number,
  position: number,
): void {
  let n = files.write(fd, buf, offset, length, position);
  if (n < length) n += files.write(fd, buf, offset + n, length - n, position + n);
  if (n !== length) throw shortWrite();
}

/** The same from the thread pool. */
export function writeWholeLater(
  files: FileLayer,
  fd: number,
  buf: Buffer,
  offset: number,
  length: number,
  position: number,
  done: FileDone,
): void {
  files.writeLater(fd, buf, offset, length, position, (error, n) => {
    if (error !== null || n === length) return done(error);
    files.writeLater(fd, buf, offset + n, length - n, position + n, (restError, more) => {
      done(restError ?? (n + more === length ? null : shortWrite()));
    });
  });
}

function shortWrite(): FerriteError {
  return new FerriteError('JOURNAL_IO', 'short write');
}

/** The error's code and nothing of its path, for replies and the log: `ENOSPC`. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  if (error instanceof FerriteError) return error.message;
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message;
}
