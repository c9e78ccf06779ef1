// For tests of the journal: a store of puts in a Map, and files in memory that lose what was not synced and fail on
// demand. It knows nothing of the real store.
import type { Log } from '../../src/base/log.ts';
import { silentLog } from '../../src/base/log.ts';
import type { BatchReader } from '../../src/delta/batch-reader.ts';
import type { BatchWriter } from '../../src/delta/batch-writer.ts';
import { Origins } from '../../src/delta/origins.ts';
import { FileJournal, type FileJournalOptions } from '../../src/journal/file-journal.ts';
import type { FileLayer } from '../../src/journal/file-layer.ts';
import { type Recovered, recover } from '../../src/journal/recovery.ts';
import type { ReplicaStore, StoreScan } from '../../src/journal/replica-store.ts';
import { Ledger } from '../../src/store/ledger.ts';

const two32 = 4294967296;

export class ToyStore implements ReplicaStore {
  readonly values = new Map<string, { stamp: number; value: string }>();
  readonly own: number;
  /** What a snapshot said of its size. */
  expected = 0;

  constructor(origins: Origins) {
    this.own = origins.intern('edge/00000001');
  }

  join(d: BatchReader): number {
    const key = d.buf.toString('latin1', d.keyOffset, d.keyOffset + d.keyLength);
    const known = this.values.get(key);
    if (known !== undefined && known.stamp >= d.stamp) return 1;
    const value = d.buf.toString('latin1', d.valueOffset, d.valueOffset + d.valueLength);
    this.values.set(key, { stamp: d.stamp, value });
    return 0;
  }

  sizeHint(): number {
    return this.values.size;
  }

  expect(sizeHint: number): void {
    this.expected = Math.max(this.expected, sizeHint);
  }

  scan(): StoreScan {
    const entries = this.values.entries();
    return {
      next: (writer, bytesMax) => {
        const end = writer.pos + bytesMax;
        while (writer.pos < end) {
          const entry = entries.next();
          if (entry.done === true) return false;
          putRecord(writer, this.own, entry.value[0], entry.value[1].stamp, entry.value[1].value);
        }
        return true;
      },
    };
  }

  /** What a SET does: changes the store and appends the delta. */
  set(writer: BatchWriter, key: string, stamp: number, value: string): void {
    this.values.set(key, { stamp, value });
    putRecord(writer, this.own, key, stamp, value);
  }

  dump(): Record<string, string> {
    return Object.fromEntries([...this.values].sort().map(([k, v]) => [k, `${v.stamp}=${v.value}`]));
  }
}

export function putRecord(writer: BatchWriter, own: number, key: string, stamp: number, value: string): void {
  const k = Buffer.from(key, 'latin1');
  const v = Buffer.from(value, 'latin1');
  const hi = Math.floor(stamp / two32);
  writer.put(0, k, 0, k.length, own, hi, (stamp % two32) | 0, v, 0, v.length, true, 0, 0, 0, 0);
}

interface ToyFile {
  data: Buffer;
  /** What a power loss leaves. */
  synced: Buffer;
}

type Op = 'open' | 'write' | 'sync' | 'syncDir' | 'rename' | 'remove' | 'read';

/** Files in memory: one directory, names as paths. */
export class ToyFiles implements FileLayer {
  names = new Map<string, ToyFile>();
  /** Directory entries that a power loss leaves. */
  syncedNames = new Map<string, ToyFile>();
  /** Called before each operation; throws to fail it. `short`: writes only so many bytes. */
  intercept: (op: Op, path: string) => void = () => {};
  shortBytes: number | undefined = undefined;
  /** What the disk holds; beyond it writes are short, then fail. */
  diskBytes = Number.POSITIVE_INFINITY;
  /** Asynchronous operations that wait; undefined = they finish in the next turn by themselves. */
  held: (() => void)[] | undefined = undefined;
  private readonly open_ = new Map<number, { path: string; file: ToyFile }>();
  private lastFd = 100;

  get openCount(): number {
    return this.open_.size;
  }

  open(path: string, flags: 'r' | 'r+' | 'wx' | 'w'): number {
    this.intercept('open', path);
    let file = this.names.get(path);
    if (file === undefined) {
      if (flags === 'r' || flags === 'r+') throw failure('ENOENT');
      file = { data: Buffer.alloc(0), synced: Buffer.alloc(0) };
      this.names.set(path, file);
    } else if (flags === 'wx') throw failure('EEXIST');
    else if (flags === 'w') file.data = Buffer.alloc(0);
    this.lastFd += 1;
    this.open_.set(this.lastFd, { path, file });
    return this.lastFd;
  }

  close(fd: number): void {
    if (!this.open_.delete(fd)) throw failure('EBADF');
  }

  bytesOf(fd: number): number {
    return this.of(fd).file.data.length;
  }

  read(fd: number, buf: Buffer, offset: number, length: number, position: number): number {
    const { path, file } = this.of(fd);
    this.intercept('read', path);
    return file.data.copy(buf, offset, position, Math.min(file.data.length, position + length));
  }

  readLater(
    fd: number,
    buf: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, n: number) => void,
  ): void {
    this.later(
      () => this.read(fd, buf, offset, length, position),
      (e, n) => done(e, n ?? 0),
    );
  }

  write(fd: number, buf: Buffer, offset: number, length: number, position: number): number {
    const { path, file } = this.of(fd);
    this.intercept('write', path);
    let used = 0;
    for (const { data } of this.names.values()) used += data.length;
    const end = file.data.length + Math.max(0, this.diskBytes - used);
    const n = Math.min(length, this.shortBytes ?? length, Math.max(0, end - position));
    if (n === 0 && length > 0) throw failure('ENOSPC');
    const grown = Buffer.alloc(Math.max(file.data.length, position + n));
    file.data.copy(grown);
    buf.copy(grown, position, offset, offset + n);
    file.data = grown;
    return n;
  }

  writeLater(
    fd: number,
    buf: Buffer,
    offset: number,
    length: number,
    position: number,
    done: (error: Error | null, n: number) => void,
  ): void {
    this.later(
      () => this.write(fd, buf, offset, length, position),
      (e, n) => done(e, n ?? 0),
    );
  }

  sync(fd: number): void {
    const { path, file } = this.of(fd);
    this.intercept('sync', path);
    file.synced = file.data;
  }

  syncLater(fd: number, done: (error: Error | null) => void): void {
    const { file } = this.of(fd);
    const { data } = file;
    this.later(() => {
      this.intercept('sync', this.of(fd).path);
      if (data.length >= file.synced.length) file.synced = data;
    }, done);
  }

  syncDir(dir: string): void {
    this.intercept('syncDir', dir);
    this.syncedNames = new Map(this.names);
  }

  syncDirLater(dir: string, done: (error: Error | null) => void): void {
    this.later(() => this.syncDir(dir), done);
  }

  truncate(fd: number, bytes: number): void {
    const { file } = this.of(fd);
    file.data = file.data.subarray(0, bytes);
  }

  rename(from: string, to: string): void {
    this.intercept('rename', from);
    const file = this.names.get(from);
    if (file === undefined) throw failure('ENOENT');
    this.names.delete(from);
    this.names.set(to, file);
  }

  renameLater(from: string, to: string, done: (error: Error | null) => void): void {
    this.later(() => this.rename(from, to), done);
  }

  remove(path: string): void {
    this.intercept('remove', path);
    if (!this.names.delete(path)) throw failure('ENOENT');
  }

  removeLater(path: string, done: (error: Error | null) => void): void {
    this.later(() => this.remove(path), done);
  }

  list(dir: string): string[] {
    return [...this.names.keys()].filter((p) => p.startsWith(`${dir}/`)).map((p) => p.slice(dir.length + 1));
  }

  makeDir(): void {}

  /** The disk after a power loss: `keep(file)` says how many bytes beyond the synced ones were written anyway. */
  powerLoss(keep: (bytes: number) => number = () => 0): ToyFiles {
    const after = new ToyFiles();
    for (const [path, file] of this.syncedNames) {
      const extra = keep(Math.max(0, file.data.length - file.synced.length));
      const data = Buffer.concat([
        file.synced,
        file.data.subarray(file.synced.length, file.synced.length + extra),
      ]);
      after.names.set(path, { data, synced: data });
    }
    after.syncedNames = new Map(after.names);
    return after;
  }

  /** The disk after kill -9: what the OS was given stays. */
  killed(): ToyFiles {
    const after = new ToyFiles();
    for (const [path, file] of this.names) {
      after.names.set(path, { data: Buffer.from(file.data), synced: Buffer.from(file.data) });
    }
    after.syncedNames = new Map(after.names);
    return after;
  }

  private of(fd: number): { path: string; file: ToyFile } {
    const open = this.open_.get(fd);
    if (open === undefined) throw failure('EBADF');
    return open;
  }

  private later<T>(run: () => T, done: (error: Error | null, value?: T) => void): void {
    const finish = (): void => {
      let value: T;
      try {
        value = run();
      } catch (error) {
        done(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      done(null, value);
    };
    if (this.held === undefined) setImmediate(finish);
    else this.held.push(finish);
  }
}

export function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** Timers that fire when told to. */
export class ToyTimers {
  nowMs = 1_800_000_000_000;
  private readonly timers = new Set<{ atMs: number; run: () => void }>();

  readonly after = (delayMs: number, run: () => void): (() => void) => {
    const timer = { atMs: this.nowMs + delayMs, run };
    this.timers.add(timer);
    return () => this.timers.delete(timer);
  };

  pass(ms: number): void {
    this.nowMs += ms;
    for (const timer of [...this.timers]) {
      if (timer.atMs > this.nowMs || !this.timers.delete(timer)) continue;
      timer.run();
    }
  }
}

export interface Rig {
  readonly store: ToyStore;
  readonly ledger: Ledger;
  readonly origins: Origins;
  readonly journal: FileJournal;
  readonly recovered: Recovered;
  readonly timers: ToyTimers;
}

/** Recovers `dir` and opens a journal on it, without a lock. */
export function openRig(
  files: FileLayer,
  options: Partial<FileJournalOptions> = {},
  dir = '/data',
  log: Log = silentLog,
): Rig {
  const origins = new Origins();
  const store = new ToyStore(origins);
  const ledger = new Ledger();
  const timers = new ToyTimers();
  const nowMs = (): number => timers.nowMs;
  const recovered = recover({ dir, files, origins, store, ledger, log, nowMs });
  const journal = new FileJournal(
    {
      dir,
      files,
      origins,
      store,
      ledger,
      log,
      appendfsync: 'everysec',
      nowMs,
      after: timers.after,
      ...options,
    },
    recovered,
  );
  return { store, ledger, origins, journal, recovered, timers };
}

/** One SET in one commit; resolves with the commit's error or undefined. */
export function setOne(rig: Rig, key: string, stamp: number, value: string): Promise<Error | undefined> {
  rig.store.set(rig.journal.writer, key, stamp, value);
  return new Promise((resolve) => rig.journal.commit(resolve));
}

export function settle(turns = 20): Promise<void> {
  return new Promise((resolve) => {
    const step = (left: number): void => {
      if (left === 0) resolve();
      else setImmediate(step, left - 1);
    };
    step(turns);
  });
}
