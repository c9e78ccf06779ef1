// A value that is looked for in chunks of lists. A value has one form only, so equal values are equal bytes.
import { valueHeadBytesMax, writeValueHead } from './list-value.ts';

export class ValueNeedle {
  private readonly head = new Uint8Array(valueHeadBytesMax);
  private headBytes = 0;
  private tailBytes = 0;
  private from: Uint8Array = this.head;
  private offset = 0;

  /** Takes up a value, which must stay where it is. */
  prepare(bytes: Uint8Array, offset: number, length: number): void {
    const { head } = this;
    this.headBytes = writeValueHead(bytes, offset, length, head, 0);
    this.tailBytes = head[0]! >= 0x80 && head[0]! < 0xd0 ? length : 0;
    this.from = bytes;
    this.offset = offset;
  }

  /** Whether the value at `p` is the one. */
  isAt(u8: Uint8Array, p: number): boolean {
    const { head } = this;
    return u8[p] === head[0] && this.goesOnAt(u8, p);
  }

  private goesOnAt(u8: Uint8Array, p: number): boolean {
    const { head, headBytes, tailBytes, from, offset } = this;
    for (let i = 1; i < headBytes; i++) if (u8[p + i] !== head[i]) return false;
    const tail = p + headBytes;
    for (let i = 0; i < tailBytes; i++) if (u8[tail + i] !== from[offset + i]) return false;
    return true;
  }
}
