// The seam between the server, which knows sockets, and the commands, which do not. The connection decodes one
// request into `RequestArgs`, the executor runs it and appends exactly one reply to the writer, or defers it.
import type { ReplyWriter } from '../resp/reply-writer.ts';
import type { Session } from './session.ts';

/** One decoded request: argument i is `buf[offsets[i] .. offsets[i] + lengths[i])`. Valid until the next decode. */
export interface RequestArgs {
  buf: Buffer;
  argc: number;
  offsets: Int32Array;
  lengths: Int32Array;
  /** The bytes of its arguments stay as they are: who keeps the request need not copy them. */
  isLasting: boolean;
}

/** What the executor needs of the client's connection, beyond its session. */
export interface ClientPort {
  readonly session: Session;
  /** It can wait for a reply even though its session may not block. */
  readonly mayWait?: boolean;
  /** It will send nothing more, and may be gone altogether. */
  readonly hasLeft?: boolean;
  /**
   * The reply to the current request comes later: the connection reads no further request until `resume` runs.
   * `resume(write)` calls `write` with a reply writer set to the client's protocol, once, unless the client is gone.
   */
  defer(): { resume(write: (reply: ReplyWriter) => void): void; readonly gone: boolean };
  /**
   * Sends bytes that are no reply, behind the replies so far. They must not change afterwards. A client that lets too
   * much wait is dropped.
   */
  push(bytes: Buffer): void;
  /** Closes the connection after the replies so far. */
  close(reason: string): void;
  /** Closes the connection at once, or behind its reply where the request of `by` that asks for it is its own. */
  kill(reason: string, by: ClientPort | undefined): void;
  /** Bytes waiting in its input and output, for CLIENT LIST. */
  readonly inputBytes: number;
  readonly outputBytes: number;
}

export const ExecuteResult = {
  /** Replied, and nothing that must be made durable was done. */
  read: 0,
  /** Replied, and the reply acknowledges a write: it must wait for the commit. */
  write: 1,
  /** No reply yet: the command took `defer()`. */
  deferred: 2,
} as const;
export type ExecuteResult = (typeof ExecuteResult)[keyof typeof ExecuteResult];

export interface Executor {
  /**
   * The command under execution writes, so that its reply tells of what has been done: it must not be refused for its
   * length.
   */
  readonly isWriting: boolean;
  /**
   * Set by who serves clients: commits and sends what has been replied so far. It is called before what takes as long
   * as many requests.
   */
  sendReplies: (() => void) | undefined;
  /** Called once per turn of the event loop before its first request: reads the clock. */
  beginTurn(): void;
  /**
   * The first `count` of these requests will be executed next, as far as their client may go: what they need is looked
   * up early.
   */
  expect(requests: readonly RequestArgs[], count: number, session: Session): void;
  /** Runs one request. Never throws for what a client can cause. */
  execute(client: ClientPort, args: RequestArgs, reply: ReplyWriter): ExecuteResult;
  /**
   * No further request follows at once; the arguments of the last ones are still there. Returns a monotonic time in ms,
   * at which the last of them was done.
   */
  rest(): number;
  /** The client asks nothing more and can be told nothing more: its connection is gone or ends. Called once. */
  disconnected(client: ClientPort): void;
}

/** Group commit, as the server sees it: everything executed so far becomes as durable as configured, then `done`. */
export interface Committer {
  /** Bytes of what the executed commands appended since the last commit. */
  readonly pendingBytes: number;
  /**
   * Writes what the executed commands appended. Calls `done` before it returns where it can (nothing appended, or
   * written to the OS under everysec), else later. With an error, the writes of this turn are not acknowledged.
   */
  commit(done: (error?: Error) => void): void;
}
