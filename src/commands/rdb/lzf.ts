// Decodes LZF (Marc Lehmann), in which Redis compresses strings of RDB files and DUMP payloads. Bytes come from
// outside, so the length that they claim is weighed before anything is made for it, and nothing is read or written
// beyond its end.
//
//   000nnnnn                        n + 1 literal bytes follow
//   lllddddd [llllllll] dddddddd    copy l + 2 bytes from d + 1 back; l 7 = the extra byte is added to it

/** The most that one byte can stand for: 264 bytes are said in three. */
const expansionMax = 88;

/** The plain bytes, or undefined where the data is malformed or cannot be as long as it claims. */
export function decodeLzf(src: Uint8Array, plainLength: number): Buffer | undefined {
  if (plainLength > src.length * expansionMax) return undefined;
  const out = Buffer.allocUnsafe(plainLength);
  let at = 0;
  for (let p = 0; p < src.length; ) {
    const control = src[p++]!;
    if (control < 32) {
      const length = control + 1;
      if (p + length > src.length || at + length > plainLength) return undefined;
      for (let i = 0; i < length; i++) out[at++] = src[p++]!;
      continue;
    }
    let length = control >> 5;
    if (length === 7) {
      if (p >= src.length) return undefined;
      length += src[p++]!;
    }
    if (p >= src.length) return undefined;
    const from = at - (((control & 31) << 8) | src[p++]!) - 1;
    length += 2;
    if (from < 0 || at + length > plainLength) return undefined;
    for (let i = 0; i < length; i++) out[at + i] = out[from + i]!;
    at += length;
  }
  return at === plainLength ? out : undefined;
}
