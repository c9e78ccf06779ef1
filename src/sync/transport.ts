// A connection as links see it: text and binary frames, a ping, a close with a code. WebSockets are one
// (ws-connection.ts); the simulation's are in memory. Nothing here knows what the frames mean.

export interface Connection {
  sendText(text: string): void;
  /** Takes the buffer over: the caller does not touch it again. */
  sendBinary(frame: Buffer): void;
  /** Bytes that wait to be taken by the network. */
  readonly bufferedBytes: number;
  ping(): void;
  close(code: number, reason: string): void;
  /** Ends at once, without a word. */
  terminate(): void;
}

/** What a connection tells its link. After `closed` comes nothing more. */
export interface ConnectionSink {
  text(text: string): void;
  binary(frame: Buffer): void;
  /** A pong or a ping came. */
  alive(): void;
  /** The network took what was waiting. */
  drained(): void;
  closed(code: number, error: string | undefined): void;
}

export interface DialFailure {
  readonly error: string;
  /** Trying again soon will not help: bad credentials. */
  readonly longest: boolean;
  readonly retryAfterMs: number;
}

/** Opens a connection and calls exactly one of the two, later. Returns how to give it up. */
export type Dial = (
  opened: (connection: Connection) => ConnectionSink,
  failed: (failure: DialFailure) => void,
) => () => void;
