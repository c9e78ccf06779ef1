// Things that come one by one, some at a time. It knows nothing of what they are.

/** Arrays of `count` each, the last one of what is left. */
export function* inParts<T>(all: Iterable<T>, count: number): Generator<T[], void, void> {
  let part: T[] = [];
  for (const one of all) {
    part.push(one);
    if (part.length < count) continue;
    yield part;
    part = [];
  }
  if (part.length > 0) yield part;
}
