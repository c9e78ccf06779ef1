// Waiting for what comes to be by itself: what another node, process or thread does in its own time. It looks again and
// again rather than after a fixed time, and ends with an error that says what never came.
import { setTimeout as delay } from 'node:timers/promises';

/** Far beyond what anything takes on a busy machine: a wait that fails has found a fault, not a slow day. */
const deadlineMs = 30_000;
const pauseMsMax = 20;

/** Resolves once the condition holds; the error of a wait in vain says `what`, by default the condition itself. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string | (() => string) = String(holds),
): Promise<void> {
  const endMs = performance.now() + deadlineMs;
  for (let pauseMs = 1; !(await holds()); pauseMs = Math.min(pauseMsMax, pauseMs * 2)) {
    if (performance.now() > endMs) {
      throw new Error(`not so after ${deadlineMs / 1000} s: ${typeof what === 'string' ? what : what()}`);
    }
    await delay(pauseMs);
  }
}
