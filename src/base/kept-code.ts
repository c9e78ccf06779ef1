// A script whose compiled code is kept in a file beside it: to parse a large program again takes a third of a start.
// The file is for this very script, Node and processor, which its name says; V8 itself compares lengths, its own
// version and flags. It does not look for damage, so a CRC-32 ends the file, and what does not match is as if it were
// not there.
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeSync } from 'node:fs';
import { Script } from 'node:vm';
import { crc32 } from 'node:zlib';

const crcBytes = 4;

export interface KeptScript {
  readonly script: Script;
  /** The code of an earlier run was there and is used. */
  readonly isKept: boolean;
  /** Keeps what is compiled by now, for later runs. Where the directory cannot be written to nothing happens. */
  keep(): void;
}

/** The script of an ASCII file, between `before` and `after`. Throws where there is none. */
export function keptScript(file: string, before: string, after: string): KeptScript {
  const bytes = readFileSync(file);
  // Its time would not do: layers of images keep whole seconds.
  const digest = `${bytes.length}-${crc32(bytes).toString(16)}`;
  const codeFile = `${file}.${process.arch}-${process.version}-${digest}.code`;
  const cachedData = readCode(codeFile);
  // ASCII read as bytes is half as large in memory, and quicker to hash.
  const script = new Script(`${before}${bytes.toString('latin1')}${after}`, {
    filename: file,
    ...(cachedData !== undefined && { cachedData }),
  });
  const isKept = cachedData !== undefined && script.cachedDataRejected === false;
  return { script, isKept, keep: () => writeCode(codeFile, script.createCachedData()) };
}

function readCode(codeFile: string): Buffer | undefined {
  try {
    const bytes = readFileSync(codeFile);
    const length = bytes.length - crcBytes;
    if (length <= 0) return undefined;
    const code = bytes.subarray(0, length);
    return crc32(code) === bytes.readUInt32LE(length) ? code : undefined;
  } catch {
    return undefined;
  }
}

function writeCode(codeFile: string, code: Buffer): void {
  const written = `${codeFile}.${process.pid}`;
  const crc = Buffer.alloc(crcBytes);
  crc.writeUInt32LE(crc32(code));
  try {
    const fd = openSync(written, 'w');
    try {
      putCode(fd, code, crc);
      renameSync(written, codeFile);
    } catch {
      rmSync(written, { force: true });
    }
  } catch {}
}

function putCode(fd: number, code: Buffer, crc: Buffer): void {
  try {
    writeSync(fd, code);
    writeSync(fd, crc);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
