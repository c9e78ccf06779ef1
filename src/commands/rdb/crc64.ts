// CRC-64 with the polynomial of Jones, reflected, as at the end of RDB files and DUMP payloads. In two halves of 32
// bits, because that is what JavaScript computes with at full speed; it knows nothing of what the bytes mean.

const polynomial = 0x95ac9329ac4bc9b5n;
const high = new Int32Array(256);
const low = new Int32Array(256);
for (let i = 0; i < 256; i++) {
  let crc = BigInt(i);
  for (let bit = 0; bit < 8; bit++) crc = (crc & 1n) === 1n ? (crc >> 1n) ^ polynomial : crc >> 1n;
  high[i] = Number(BigInt.asIntN(32, crc >> 32n));
  low[i] = Number(BigInt.asIntN(32, crc));
}

/** The checksum of bytes[start .. end), behind others of which it is `before`. */
export function crc64(bytes: Uint8Array, start: number, end: number, before = 0n): bigint {
  let hi = Number(before >> 32n) | 0;
  let lo = Number(before & 0xffff_ffffn) | 0;
  for (let i = start; i < end; i++) {
    const k = (lo ^ bytes[i]!) & 255;
    lo = ((lo >>> 8) | (hi << 24)) ^ low[k]!;
    hi = (hi >>> 8) ^ high[k]!;
  }
  return (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);
}
