// Splits an inline request, a line as a person types it into telnet, into arguments. Blanks separate; double quotes
// take escapes (`\n \r \t \b \a \xHH`, else the character itself), single quotes only `\'`; a closing quote must be
// followed by a blank or the line's end. Arguments without quotes stay where they are in the chunk; a line with
// quotes is decoded into a small buffer of its own.

import { type DecodedArgs, growArguments } from './request-args.ts';

const DOUBLE = 34;
const SINGLE = 39;
const BACKSLASH = 92;

function isBlank(byte: number): boolean {
  return byte === 32 || (byte >= 9 && byte <= 13);
}

function hexDigit(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}

function escaped(byte: number): number {
  switch (byte) {
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
    case 98:
      return 8;
    case 97:
      return 7;
    default:
      return byte;
  }
}

/** Fills `args` from the line `buf[from .. to)`; false when its quotes do not match. */
export function splitInline(buf: Buffer, from: number, to: number, args: DecodedArgs): boolean {
  let quoted = false;
  for (let p = from; p < to && !quoted; p++) quoted = buf[p] === DOUBLE || buf[p] === SINGLE;
  args.argc = 0;
  if (quoted) return splitQuoted(buf.subarray(from, to), args);
  args.buf = buf;
  let p = from;
  for (;;) {
    while (p < to && isBlank(buf[p]!)) p++;
    if (p === to) return true;
    const start = p;
    while (p < to && !isBlank(buf[p]!)) p++;
    append(args, start, p - start);
  }
}

function append(args: DecodedArgs, offset: number, length: number): void {
  if (args.argc === args.offsets.length) growArguments(args, args.argc + 1);
  args.offsets[args.argc] = offset;
  args.lengths[args.argc++] = length;
}

function splitQuoted(line: Buffer, args: DecodedArgs): boolean {
  const out = Buffer.allocUnsafeSlow(line.length);
  args.buf = out;
  let at = 0;
  let p = 0;
  for (;;) {
    while (p < line.length && isBlank(line[p]!)) p++;
    if (p === line.length) return true;
    const start = at;
    while (p < line.length && !isBlank(line[p]!)) {
      const byte = line[p++]!;
      if (byte !== DOUBLE && byte !== SINGLE) {
        out[at++] = byte;
        continue;
      }
      // In quotes up to the closing one, which ends the argument.
      for (;;) {
        if (p === line.length) return false;
        const inner = line[p++]!;
        if (inner === byte) break;
        if (inner !== BACKSLASH || p === line.length) {
          out[at++] = inner;
        } else if (byte === SINGLE) {
          out[at++] = line[p] === SINGLE ? line[p++]! : inner;
        } else {
          const high = line[p] === 120 ? hexDigit(line[p + 1]) : -1;
          const low = high < 0 ? -1 : hexDigit(line[p + 2]);
          out[at++] = low < 0 ? escaped(line[p]!) : high * 16 + low;
          p += low < 0 ? 1 : 3;
        }
      }
      if (p < line.length && !isBlank(line[p]!)) return false;
    }
    append(args, start, at - start);
  }
}
