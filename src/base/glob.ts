// Redis's glob patterns over bytes: `*`, `?`, `[a-z]`, `[^a]` and `\` before a byte to be taken as it is. A pattern is
// compiled once into elements that each stand for one byte, and stars; matching keeps one place to return to, the last
// star, so it takes at most pattern times text steps, never exponential time, and no recursion. Bytes in ranges are
// unsigned. A class that is not closed ends with the pattern; a `\` at the very end stands for itself.

const star = 256;
const any = 257;
/** Elements from here on are classes: element - firstClass is the index of a bitmap. */
const firstClass = 258;

const STAR = 42;
const DASH = 45;
const QUESTION = 63;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CARET = 94;

/** Longer patterns are not for `Glob`: the caller refuses them. */
export const globBytesMax = 16_384;

export class Glob {
  /** Each a byte, `any`, `star` or a class. */
  private readonly elements: number[] = [];
  /** 256 bits a class. */
  private readonly classes: Uint8Array[] = [];

  constructor(pattern: Uint8Array) {
    for (let p = 0; p < pattern.length; ) p = this.compile(pattern, p);
  }

  /** Whether the pattern matches whatever the text. */
  get matchesAll(): boolean {
    return this.elements.length === 1 && this.elements[0] === star;
  }

  matches(text: Uint8Array, offset: number, length: number): boolean {
    const { elements } = this;
    const end = offset + length;
    let e = 0;
    let t = offset;
    let afterStar = -1;
    let retry = 0;
    while (t < end) {
      const element = e < elements.length ? elements[e]! : -1;
      if (element === star) {
        afterStar = ++e;
        retry = t;
      } else if (this.matchesByte(element, text[t]!)) {
        e += 1;
        t += 1;
      } else if (afterStar >= 0) {
        e = afterStar;
        t = ++retry;
      } else return false;
    }
    while (elements[e] === star) e += 1;
    return e === elements.length;
  }

  private matchesByte(element: number, byte: number): boolean {
    if (element < star) return element === byte;
    return element === any || (this.classes[element - firstClass]![byte >> 3]! & (1 << (byte & 7))) !== 0;
  }

  /** Compiles the element at `p`; returns where the next one begins. */
  private compile(pattern: Uint8Array, p: number): number {
    const byte = pattern[p]!;
    if (byte === OPEN) return this.compileClass(pattern, p + 1);
    if (byte === STAR) {
      if (this.elements.at(-1) !== star) this.elements.push(star);
    } else if (byte === QUESTION) this.elements.push(any);
    else if (byte === BACKSLASH && p + 1 < pattern.length) {
      this.elements.push(pattern[p + 1]!);
      return p + 2;
    } else this.elements.push(byte);
    return p + 1;
  }

  private compileClass(pattern: Uint8Array, from: number): number {
    const bits = new Uint8Array(32);
    const add = (byte: number): void => {
      bits[byte >> 3]! |= 1 << (byte & 7);
    };
    let p = from;
    const negated = pattern[p] === CARET;
    if (negated) p += 1;
    while (p < pattern.length && pattern[p] !== CLOSE) {
      const byte = pattern[p]!;
      if (byte === BACKSLASH && p + 1 < pattern.length) {
        add(pattern[p + 1]!);
        p += 2;
      } else if (pattern[p + 1] === DASH && p + 2 < pattern.length) {
        const other = pattern[p + 2]!;
        for (let b = Math.min(byte, other); b <= Math.max(byte, other); b++) add(b);
        p += 3;
      } else {
        add(byte);
        p += 1;
      }
    }
    if (negated) for (let i = 0; i < bits.length; i++) bits[i] = ~bits[i]!;
    this.elements.push(firstClass + this.classes.length);
    this.classes.push(bits);
    return p + 1;
  }
}
