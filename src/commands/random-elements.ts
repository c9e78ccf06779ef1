// Random elements of a collection: what SPOP, SRANDMEMBER and HRANDFIELD draw. Elements come as copies, so that what was
// drawn may be removed. Different ones are drawn by tries while few are wanted, and by a shuffle of all where many are.
import type { Elements } from '../store/elements.ts';

export interface Drawn {
  readonly name: Buffer;
  readonly value: Buffer;
}

/** One element of the open collection, which has some. */
export function drawOne(elements: Elements, random: () => number): Drawn {
  let drawn: Drawn | undefined;
  elements.sample(random, (name, offset, length, value, valueOffset, valueLength) => {
    drawn = {
      name: Buffer.from(name.subarray(offset, offset + length)),
      value: Buffer.from(value.subarray(valueOffset, valueOffset + valueLength)),
    };
  });
  return drawn ?? { name: Buffer.alloc(0), value: Buffer.alloc(0) };
}

/** `count` different elements of the open collection, or all where there are no more. */
export function drawDifferent(elements: Elements, count: number, random: () => number): Drawn[] {
  const { shown: size } = elements;
  if (count >= size) return all(elements);
  if (count * 3 > size) {
    const drawn = all(elements);
    for (let i = 0; i < count; i++) {
      const k = i + Math.floor(random() * (drawn.length - i));
      const other = drawn[k]!;
      drawn[k] = drawn[i]!;
      drawn[i] = other;
    }
    return drawn.slice(0, count);
  }
  const drawn = new Map<string, Drawn>();
  while (drawn.size < count) {
    const one = drawOne(elements, random);
    drawn.set(one.name.toString('latin1'), one);
  }
  return [...drawn.values()];
}

function all(elements: Elements): Drawn[] {
  const out: Drawn[] = [];
  elements.each((name, offset, length, value, valueOffset, valueLength) => {
    out.push({
      name: Buffer.from(name.subarray(offset, offset + length)),
      value: Buffer.from(value.subarray(valueOffset, valueOffset + valueLength)),
    });
  });
  return out;
}
