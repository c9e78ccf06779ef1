// Work that is written in steps, done without a stop between them. It knows nothing of what is done.

/** Takes all the steps that are left, whatever they yield, and gives what the last one returns. */
export function atOnce<T>(steps: Generator<unknown, T, void>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}
