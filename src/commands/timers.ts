// Time that passes, as the commands need it: what runs later. Injected, so that tests decide when later is.
export interface Timers {
  /** Runs once after so many ms (at most 2^31 - 1), unless the returned function is called before. */
  after(delayMs: number, run: () => void): () => void;
  /** Runs once this turn of the event loop has ended. */
  soon(run: () => void): void;
}

/** The process's own. Timers keep no process alive. */
export const systemTimers: Timers = {
  after: (delayMs, run) => {
    const timer = setTimeout(run, delayMs).unref();
    return () => clearTimeout(timer);
  },
  soon: (run) => {
    setImmediate(run);
  },
};
