// The kinds of error of this project. Absence is `undefined`; a client's mistake is a CommandError, caught once in
// dispatch; an operational failure is a FerriteError with a stable code and a cause; a bug is an assert.

/** A client's mistake. `message` is the whole error line as Redis writes it, code first: `ERR syntax error`. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  /** Whether no room that is made could help: then nothing is evicted for it. */
  readonly isFinal: boolean;

  constructor(message: string, isFinal = false) {
    super(message);
    this.isFinal = isFinal;
  }
}

/** Stable codes of operational failures; operators and tests may match on them. */
export type FerriteErrorCode =
  | 'CONFIG'
  | 'JOURNAL_CORRUPT'
  | 'JOURNAL_VERSION'
  | 'JOURNAL_IO'
  | 'MEMORY'
  | 'LISTEN'
  | 'LINK_PROTOCOL'
  | 'LINK_REFUSED'
  | 'SYNC'
  | 'CLOSED';

/** An operational failure: disk, network, configuration, memory. */
export class FerriteError extends Error {
  override readonly name = 'FerriteError';
  readonly code: FerriteErrorCode;

  constructor(code: FerriteErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
