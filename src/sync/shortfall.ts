// What a peer cannot take, because a single record is larger than it has memory for: how large that is, as far as it
// has said so, and what is left out on its account. While something is, the peer is sent all the rest, and is told of
// no place in the log and no frontier, so that nothing counts as given that it does not have. It knows no link and no
// log.
import type { BatchReader } from '../delta/batch-reader.ts';
import type { BatchWriter } from '../delta/batch-writer.ts';
import { copyRecord } from '../delta/copy-record.ts';
import { DeltaKind } from '../delta/kinds.ts';

/** Names that are kept; of more the patches are sent, which the peer then cannot apply. */
const namesMax = 4096;
/** So much everybody takes. */
const recordBytesLeast = 1024;

function keyOf(d: BatchReader): string {
  return `${d.db}:${d.buf.toString('latin1', d.keyOffset, d.keyOffset + d.keyLength)}`;
}

/** What a record speaks of: a key, or an element of one. */
export function addressOf(d: BatchReader): string {
  if (d.elementType === 0) return keyOf(d);
  const key = d.buf.toString('latin1', d.keyOffset, d.keyOffset + d.keyLength);
  const element = d.buf.toString('latin1', d.elementOffset, d.elementOffset + d.elementLength);
  return `${d.db},${d.elementType},${d.keyLength}:${key}${element}`;
}

export class Shortfall {
  /** The longest record that the peer takes. */
  recordBytesMax = Number.POSITIVE_INFINITY;
  /** Something has been said since of what is left out: it may fit by now. */
  mayFit = false;
  /** When the first string that is left out expires, Unix ms: nothing is said of it then. */
  deadlineMs = Number.POSITIVE_INFINITY;
  /** Keys and elements that are left out, and their keys. */
  private readonly names = new Set<string>();
  private readonly keys = new Set<string>();
  /** Bytes of the largest. */
  private bytes = 0;

  get isAny(): boolean {
    return this.bytes > 0;
  }

  /** In words; undefined where nothing is left out. */
  get text(): string | undefined {
    if (!this.isAny) return undefined;
    const { size } = this.names;
    return `${size} values of up to ${this.bytes} bytes are too large for the peer, which takes ${this.recordBytesMax}`;
  }

  /** The peer has refused something, and takes records up to so many bytes. */
  learn(recordBytes: number): void {
    this.recordBytesMax = Math.min(this.recordBytesMax, Math.max(recordBytesLeast, recordBytes));
  }

  /** Everything is looked at anew. */
  clear(): void {
    this.names.clear();
    this.keys.clear();
    this.bytes = 0;
    this.mayFit = false;
    this.deadlineMs = Number.POSITIVE_INFINITY;
  }

  /** Whether the record of the log at which a reader stands is to be left out. */
  leavesOut(reader: BatchReader): boolean {
    const { kind } = reader;
    if (this.isTooLong(reader)) return true;
    if (!this.isAny) return false;
    const isNamed = this.names.has(addressOf(reader));
    if (isNamed && kind === DeltaKind.patch) return true;
    if (kind === DeltaKind.expire) {
      if (isNamed) this.noteDeadline(reader);
      return false;
    }
    // A string takes the place of a collection without a word on its elements.
    const isOfWhole = kind === DeltaKind.clear || (kind === DeltaKind.put && reader.elementType === 0);
    this.mayFit ||= isNamed || kind === DeltaKind.clearDb || (isOfWhole && this.keys.has(keyOf(reader)));
    return false;
  }

  /** Leaves out of the batch `writer.buf[start .. writer.pos)`, of a scan, what is too large. */
  sift(writer: BatchWriter, start: number, reader: BatchReader): void {
    const end = writer.pos;
    if (end - start <= this.recordBytesMax) return;
    const buf = writer.take(start);
    reader.open(buf, start, end);
    while (reader.next()) {
      if (this.isTooLong(reader)) continue;
      if (reader.kind === DeltaKind.expire && this.names.has(addressOf(reader))) this.noteDeadline(reader);
      copyRecord(reader, writer);
    }
  }

  /** Takes note of the record where it is too long. */
  private isTooLong(reader: BatchReader): boolean {
    const bytes = reader.pos - reader.start;
    if (bytes <= this.recordBytesMax) return false;
    if (this.names.size < namesMax) {
      this.names.add(addressOf(reader));
      this.keys.add(keyOf(reader));
    }
    this.bytes = Math.max(this.bytes, bytes);
    if (reader.kind === DeltaKind.put) this.noteDeadline(reader);
    return true;
  }

  private noteDeadline({ deadlineMs, elementType }: BatchReader): void {
    if (deadlineMs !== 0 && elementType === 0) this.deadlineMs = Math.min(this.deadlineMs, deadlineMs);
  }
}
