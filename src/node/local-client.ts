// A client inside the process: runs commands through the same dispatch as the network's, so that the library has every
// command with every check. Writes end in a commit of their own turn, shared by all writes of that turn.
import { CommandError } from '../base/errors.ts';
import {
  type ClientPort,
  type Committer,
  ExecuteResult,
  type Executor,
  type RequestArgs,
} from '../commands/executor.ts';
import { Session } from '../commands/session.ts';
import { type Reply, ReplyReader } from '../resp/reply-reader.ts';
import { ReplyWriter } from '../resp/reply-writer.ts';

export type Argument = string | number | Uint8Array;

export interface LocalResult {
  readonly reply: Reply;
  /** Resolves when the write is as durable as configured; undefined for a read. */
  readonly committed: Promise<void> | undefined;
}

export class LocalClient implements ClientPort {
  readonly session: Session;
  readonly inputBytes = 0;
  readonly outputBytes = 0;
  private readonly executor: Executor;
  private readonly committer: Committer;
  private readonly writer = new ReplyWriter(4096);
  private commitOfTurn: Promise<void> | undefined;
  /** The command that `run` runs has taken the right to reply later. */
  private isLate = false;

  constructor(executor: Executor, committer: Committer, nowMs: number) {
    this.executor = executor;
    this.committer = committer;
    this.session = new Session(0, { remote: 'library', local: 'library' }, nowMs, true);
    this.session.denyBlocking = true;
  }

  defer(): ReturnType<ClientPort['defer']> {
    this.isLate = true;
    return { gone: true, resume: () => {} };
  }

  close(): void {}

  kill(): void {}

  push(): void {
    // The library's client subscribes to nothing, so nothing is ever pushed to it.
  }

  /**
   * Runs a command that replies at once. Throws CommandError with Redis's words for an error reply, and for a command
   * that replies later: what it began goes on.
   */
  run(args: readonly Argument[]): LocalResult {
    refusePushes(args);
    const { writer } = this;
    this.isLate = false;
    writer.reset(65_536);
    writer.open();
    writer.protocol = 2;
    this.executor.beginTurn();
    const result = this.executor.execute(this, encode(args), writer);
    this.executor.rest();
    if (this.isLate) throw new CommandError(`ERR '${String(args[0])}' replies later: use execute()`);
    const reply = decode(writer);
    return { reply, committed: result === ExecuteResult.write ? this.commit() : undefined };
  }

  /** Runs any command, also one that replies later. */
  runLater(args: readonly Argument[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      refusePushes(args);
      const late = new ReplyWriter(4096);
      late.open();
      const answer = (): void => settle(() => decode(late), resolve, reject);
      const port: ClientPort = {
        session: this.session,
        mayWait: true,
        inputBytes: 0,
        outputBytes: 0,
        close: () => {},
        kill: () => {},
        push: () => {},
        defer: () => ({
          gone: false,
          resume: (write) => {
            write(late);
            this.commit().then(answer, reject);
          },
        }),
      };
      this.executor.beginTurn();
      const result = this.executor.execute(port, encode(args), late);
      this.executor.rest();
      if (result === ExecuteResult.read) answer();
      else if (result === ExecuteResult.write) this.commit().then(answer, reject);
    });
  }

  private commit(): Promise<void> {
    this.commitOfTurn ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.commitOfTurn = undefined;
        this.committer.commit((error) => (error === undefined ? resolve() : reject(error)));
      });
    });
    return this.commitOfTurn;
  }
}

/** Messages would have nowhere to go. */
function refusePushes([name]: readonly Argument[]): void {
  const word = typeof name === 'object' ? Buffer.from(name).toString('latin1') : String(name);
  if (/^([ps]?subscribe|monitor)$/i.test(word)) {
    throw new CommandError(`ERR '${word}' needs a connection: the library's client is sent no messages`);
  }
}

function settle(read: () => Reply, resolve: (reply: Reply) => void, reject: (error: unknown) => void): void {
  try {
    resolve(read());
  } catch (error) {
    reject(error);
  }
}

function encode(args: readonly Argument[]): RequestArgs {
  const parts = args.map((a) => (typeof a === 'object' ? a : Buffer.from(String(a))));
  const buf = Buffer.concat(parts);
  const offsets = new Int32Array(parts.length);
  const lengths = Int32Array.from(parts, (p) => p.length);
  for (let i = 1; i < parts.length; i++) offsets[i] = offsets[i - 1]! + lengths[i - 1]!;
  return { buf, argc: parts.length, offsets, lengths };
}

function decode(writer: ReplyWriter): Reply {
  const [reply] = new ReplyReader().read(Buffer.from(writer.buf.subarray(writer.start, writer.pos)));
  if (reply instanceof Error) throw new CommandError(reply.message);
  return reply ?? null;
}
