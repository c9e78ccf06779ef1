// Copies of elements, one behind the other in one buffer, while what they were copied from and what they are put into
// may change: a million of them are a few objects. It knows no tables and no dots.
//
//   name bytes, value bytes, name bytes, ...
const initialBytes = 4096;

/** Receives one element: two ranges of the same bytes. */
export type CopyVisitor = (
  bytes: Uint8Array,
  name: number,
  nameLength: number,
  value: number,
  valueLength: number,
  deadlineMs: number,
) => void;

export class CopiedElements {
  /** Bytes of names and values together. */
  length = 0;
  private bytes = Buffer.allocUnsafe(initialBytes);
  private readonly lengths: number[] = [];
  private readonly deadlines: number[] = [];

  get count(): number {
    return this.deadlines.length;
  }

  add(
    name: Uint8Array,
    nameOffset: number,
    nameLength: number,
    value: Uint8Array,
    valueOffset: number,
    valueLength: number,
    deadlineMs: number,
  ): void {
    this.ensure(nameLength + valueLength);
    this.bytes.set(name.subarray(nameOffset, nameOffset + nameLength), this.length);
    this.bytes.set(value.subarray(valueOffset, valueOffset + valueLength), this.length + nameLength);
    this.length += nameLength + valueLength;
    this.lengths.push(nameLength, valueLength);
    this.deadlines.push(deadlineMs);
  }

  each(visit: CopyVisitor): void {
    let at = 0;
    for (let i = 0; i < this.count; i++) {
      const [nameLength, valueLength] = [this.lengths[i * 2]!, this.lengths[i * 2 + 1]!];
      visit(this.bytes, at, nameLength, at + nameLength, valueLength, this.deadlines[i]!);
      at += nameLength + valueLength;
    }
  }

  private ensure(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(this.length + more, this.bytes.length * 2));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}
