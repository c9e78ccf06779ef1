// The words for infinite numbers, as C's strtod reads them and Redis with it. It reads no other number.

const infinite = /^([+-]?)inf(?:inity)?$/i;

/** The infinite number that a text names; undefined for any other text. */
export function infinityOf(text: string): number | undefined {
  const found = infinite.exec(text);
  if (found === null) return undefined;
  return found[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
