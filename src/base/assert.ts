// A bug is an assertion and a crash: this is the one place that raises it. Never use it for what a client,
// a peer or a disk can cause; those are CommandError and FerriteError (errors.ts).

export class AssertionError extends Error {
  override readonly name = 'AssertionError';
}

/** Throws AssertionError with `message` unless `condition` holds. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
