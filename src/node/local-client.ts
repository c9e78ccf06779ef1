// A client inside the process: runs commands through the same dispatch as the network's, so that the library has every
// command with every check. Writes end in a commit of their own turn, shared by all writes of that turn. One that fails
// does not end the process where nobody waits for it: a full disk is not the embedding program's death.
import { CommandError, type FerriteError } from '../base/errors.ts';
import {
  type ClientPort,
  type Committer,
  ExecuteResult,
  type Executor,
  type RequestArgs,
} from '../commands/executor.ts';
import { Session } from '../commands/session.ts';
import { type DecodedReply, decodeReply, type ReadText } from '../resp/decode-reply.ts';
import { ReplyWriter } from '../resp/reply-writer.ts';

export type Argument = string | number | bigint | Uint8Array;

type Deferral = ReturnType<ClientPort['defer']>;

/** Any time: nothing happens then. */
const holdMs = 1_000_000_000;

interface Late<Text> {
  readonly answer: Promise<DecodedReply<Text>>;
  readonly deferral: Deferral;
}

/** What dispatch sees of a request of the library: messages have nowhere to go, and nothing is to be closed. */
class LocalPort implements ClientPort {
  readonly session: Session;
  readonly mayWait: boolean;
  readonly inputBytes = 0;
  readonly outputBytes = 0;
  readonly defer: () => Deferral;

  constructor(session: Session, mayWait: boolean, defer: () => Deferral) {
    this.session = session;
    this.mayWait = mayWait;
    this.defer = defer;
  }

  close(): void {}

  kill(): void {}

  push(): void {}
}

export class LocalClient {
  private readonly executor: Executor;
  private readonly committer: Committer;
  private readonly nowMs: () => number;
  private readonly session: Session;
  private readonly port: LocalPort;
  private readonly writer = new ReplyWriter(4096);
  private readonly unsettled = new Set<(error: FerriteError) => void>();
  /** Nothing of the node keeps the process from ending where it has no port; somebody who waits for a reply does. */
  private holding: NodeJS.Timeout | undefined;
  private commitOfTurn: Promise<void> | undefined;
  /** The command that `run` runs has taken the right to reply later. */
  private isLate = false;

  constructor(executor: Executor, committer: Committer, nowMs: () => number) {
    this.executor = executor;
    this.committer = committer;
    this.nowMs = nowMs;
    this.session = this.createSession();
    this.port = new LocalPort(this.session, false, () => {
      this.isLate = true;
      return { gone: true, resume: () => {} };
    });
  }

  /**
   * Runs a command that replies at once. Throws CommandError with Redis's words for an error reply, and for a command
   * that replies later: what it began goes on.
   */
  run<Text>(args: readonly Argument[], readText: ReadText<Text>): DecodedReply<Text> {
    refuseShared(args);
    this.isLate = false;
    const result = this.perform(this.port, args);
    if (this.isLate) throw new CommandError(`ERR '${String(args[0])}' replies later: use execute()`);
    // Whatever becomes of the reply, what was done is to be kept.
    if (result === ExecuteResult.write) this.commit();
    return notError(decodeReply(replyBytes(this.writer), readText));
  }

  /**
   * Runs any command, also one that replies later; resolves when what it wrote is as durable as configured. Throws
   * CommandError for a command that is refused here.
   */
  runLater<Text>(args: readonly Argument[], readText: ReadText<Text>): Promise<DecodedReply<Text>> {
    refuseShared(args);
    return this.begin(this.session, args, readText);
  }

  /**
   * Runs commands as EXEC does, in a session of their own. Resolves with their replies, of which some may be errors.
   */
  async transact<Text>(
    commands: readonly (readonly Argument[])[],
    readText: ReadText<Text>,
  ): Promise<DecodedReply<Text>> {
    const session = this.createSession();
    for (const args of commands) refuseInTransaction(args);
    const replies = [['multi'], ...commands, ['exec']].map((args) => this.begin(session, args, readText));
    return (await Promise.all(replies)).at(-1) ?? null;
  }

  /** Tells those who still wait for a reply that none comes. */
  stop(error: FerriteError): void {
    for (const reject of this.unsettled) reject(error);
    this.unsettled.clear();
    this.letGo();
  }

  private letGo(): void {
    clearInterval(this.holding);
    this.holding = undefined;
  }

  private createSession(): Session {
    const session = new Session(0, { remote: 'library', local: 'library' }, this.nowMs(), true);
    session.denyBlocking = true;
    return session;
  }

  /** Runs a command; its reply, if it came at once, is in the writer until the next one. */
  private perform(port: ClientPort, args: readonly Argument[]): ExecuteResult {
    const { writer, executor } = this;
    writer.reset(65_536);
    writer.open();
    writer.protocol = 2;
    executor.beginTurn();
    const result = executor.execute(port, encode(args), writer);
    executor.rest();
    return result;
  }

  private begin<Text>(
    session: Session,
    args: readonly Argument[],
    readText: ReadText<Text>,
  ): Promise<DecodedReply<Text>> {
    const late: Late<Text>[] = [];
    const port = new LocalPort(session, true, () => {
      const expected = this.expect(readText);
      late.push(expected);
      return expected.deferral;
    });
    const result = this.perform(port, args);
    return late[0]?.answer ?? this.settle(this.writer, result === ExecuteResult.write, readText);
  }

  /** A reply that comes later, or never where the node closes before. */
  private expect<Text>(readText: ReadText<Text>): Late<Text> {
    let resume: Deferral['resume'] = () => {};
    const answer = new Promise<DecodedReply<Text>>((resolve, reject) => {
      this.unsettled.add(reject);
      this.holding ??= setInterval(() => {}, holdMs);
      resume = (write) => {
        this.unsettled.delete(reject);
        if (this.unsettled.size === 0) this.letGo();
        const reply = new ReplyWriter(4096);
        reply.open();
        write(reply);
        this.settle(reply, true, readText).then(resolve, reject);
      };
    });
    return { answer, deferral: { gone: false, resume } };
  }

  /** The reply that stands in the writer, once what was written is as durable as configured. */
  private settle<Text>(
    writer: ReplyWriter,
    wrote: boolean,
    readText: ReadText<Text>,
  ): Promise<DecodedReply<Text>> {
    // Whatever becomes of the reply, what was done is to be kept.
    const committed = wrote ? this.commit() : undefined;
    try {
      const reply = decodeReply(replyBytes(writer), readText);
      if (committed === undefined) return Promise.resolve(notError(reply));
      return committed.then(() => notError(reply));
    } catch (error) {
      return Promise.reject(error);
    }
  }

  private commit(): Promise<void> {
    this.commitOfTurn ??= unattended(
      new Promise((resolve, reject) => {
        setImmediate(() => {
          this.commitOfTurn = undefined;
          this.committer.commit((error) => (error === undefined ? resolve() : reject(error)));
        });
      }),
    );
    return this.commitOfTurn;
  }
}

/** The same promise, whose failure ends no process where nobody waits for it. */
export function unattended<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

function wordAt(args: readonly Argument[], index: number): string {
  const word = args[index];
  return typeof word === 'object' ? Buffer.from(word).toString('latin1') : String(word);
}

function notError<Text>(reply: DecodedReply<Text>): DecodedReply<Text> {
  if (reply instanceof CommandError) throw reply;
  return reply;
}

/** Messages would have nowhere to go. */
const pushed = /^([ps]?subscribe|monitor)$/i;
/** Commands that change a session, of which the library has one for all who use it. */
const ofSession = /^(multi|exec|discard|watch|unwatch|select|auth|hello|reset|quit|client reply)$/i;

function refuseShared(args: readonly Argument[], exempt = ''): void {
  const word = wordAt(args, 0);
  if (pushed.test(word)) {
    throw new CommandError(`ERR '${word}' needs a connection: the library's client is sent no messages`);
  }
  const name = /^client$/i.test(word) ? `${word} ${wordAt(args, 1)}` : word;
  if (!ofSession.test(name) || name.toLowerCase() === exempt) return;
  throw new CommandError(`ERR '${name}' would concern all who use this node: use transaction()`);
}

/** A transaction may choose its database. */
function refuseInTransaction(args: readonly Argument[]): void {
  refuseShared(args, 'select');
}

/** Throws TypeError for what a caller without types may have handed in: `undefined` is no value. */
function bytesOf(argument: Argument): Uint8Array {
  if (typeof argument === 'string') return Buffer.from(argument);
  if (typeof argument === 'number' || typeof argument === 'bigint') return Buffer.from(String(argument));
  if (argument instanceof Uint8Array) return argument;
  throw new TypeError('an argument is a string, a number, a bigint or a Uint8Array');
}

function encode(args: readonly Argument[]): RequestArgs {
  const parts = args.map(bytesOf);
  const buf = Buffer.concat(parts);
  const offsets = new Int32Array(parts.length);
  const lengths = Int32Array.from(parts, (p) => p.length);
  for (let i = 1; i < parts.length; i++) offsets[i] = offsets[i - 1]! + lengths[i - 1]!;
  return { buf, argc: parts.length, offsets, lengths, isLasting: true };
}

function replyBytes({ buf, start, pos }: ReplyWriter): Buffer {
  return buf.subarray(start, pos);
}
