// CRC-32 (as zlib's) of any range of a buffer, in a time that does not grow with the length of the range: the CRC of
// the whole buffer is taken once up to each of many marks, and that of a range is the difference between what is before
// its end and what is before its start. For who must check many ranges that overlap. It knows no blocks.
//
// A CRC is a polynomial over bits, modulo zlib's; what n bytes behind it do to one is a multiplication by x to the
// 8n-th (M. Adler's crc32_combine in zlib).
import { crc32 } from 'node:zlib';

/** Bytes between marks. */
const markBytes = 1024;
const polynomial = 0xedb88320;
const one = 0x80000000 | 0;

/** x to the power of two to the power of i. */
const powers = new Int32Array(32);
powers[0] = one >>> 1;
for (let i = 1; i < powers.length; i++) powers[i] = product(powers[i - 1]!, powers[i - 1]!);

function product(a: number, b: number): number {
  let sum = 0;
  let factor = b;
  for (let bit = one; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) sum ^= factor;
    factor = (factor & 1) === 0 ? factor >>> 1 : (factor >>> 1) ^ polynomial;
  }
  return sum;
}

/** What a CRC becomes where so many bytes of zero follow, but for what they add themselves. */
function behind(crc: number, bytes: number): number {
  let power = one;
  // Eight is two to the third.
  for (let i = 3, n = bytes; n > 0; i++, n = Math.floor(n / 2))
    if (n % 2 === 1) power = product(powers[i & 31]!, power);
  return product(power, crc);
}

export class RangeCrc {
  private readonly buf: Buffer;
  /** The CRC of all before each mark, as far as anybody has asked. */
  private readonly marks: number[] = [0];

  constructor(buf: Buffer) {
    this.buf = buf;
  }

  /** The CRC of `buf[start .. end)` as an unsigned number. */
  of(start: number, end: number): number {
    const { buf } = this;
    if (end - start <= 2 * markBytes) return crc32(buf.subarray(start, end));
    return (this.before(end) ^ behind(this.before(start), end - start)) >>> 0;
  }

  private before(at: number): number {
    const { buf, marks } = this;
    const mark = Math.floor(at / markBytes);
    for (let i = marks.length; i <= mark; i++)
      marks[i] = crc32(buf.subarray((i - 1) * markBytes, i * markBytes), marks[i - 1]!);
    return crc32(buf.subarray(mark * markBytes, at), marks[mark]!);
  }
}
