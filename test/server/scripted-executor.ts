// Commands for the server's tests, each one a way of replying: at once, much, as a write, later, never. And a
// committer whose commits the test settles itself.
import type { ClientPort, Committer, Executor, RequestArgs } from '../../src/commands/executor.ts';
import { ExecuteResult } from '../../src/commands/executor.ts';
import type { ReplyWriter } from '../../src/resp/reply-writer.ts';

type Deferred = ReturnType<ClientPort['defer']>;

/**
 * PING, ECHO x, BIG n c (a bulk of n times c), SET x, LATER, AWAIT, WAKE x, QUIT, AUTH, HELLO3, KILL id, JOIN, SAY x n.
 */
export class ScriptedExecutor implements Executor {
  readonly isWriting = false;
  sendReplies: (() => void) | undefined;
  turns = 0;
  turnBegins: (() => void) | undefined;
  /** Every request takes so long. */
  requestMs = 0;
  private monotonicMs = 0;
  readonly executed: string[] = [];
  readonly disconnectedIds: number[] = [];
  readonly deferred: Deferred[] = [];
  /** Clients that said JOIN: what SAY says is pushed to them. */
  readonly joined: ClientPort[] = [];
  killed: ((id: number) => void) | undefined = undefined;

  beginTurn(): void {
    this.turns++;
    this.turnBegins?.();
  }

  expect(): void {}

  rest(): number {
    return this.monotonicMs;
  }

  disconnected(client: ClientPort): void {
    this.disconnectedIds.push(client.session.id);
  }

  execute(client: ClientPort, args: RequestArgs, reply: ReplyWriter): ExecuteResult {
    const at = (i: number): string => {
      const offset = args.offsets[i]!;
      return args.buf.toString('latin1', offset, offset + args.lengths[i]!);
    };
    const name = at(0).toUpperCase();
    this.executed.push(name);
    this.monotonicMs += this.requestMs;
    switch (name) {
      case 'PING':
        reply.pong();
        return ExecuteResult.read;
      case 'ECHO':
        reply.bulkLatin1(at(1));
        return ExecuteResult.read;
      case 'BIG': {
        const length = Number(at(1));
        const offset = reply.bulkReserve(length);
        reply.buf.fill(at(2), offset, offset + length);
        return ExecuteResult.read;
      }
      case 'SET':
        reply.simple(`SET-${at(1)}`);
        return ExecuteResult.write;
      case 'LATER':
        this.deferred.push(client.defer());
        return ExecuteResult.deferred;
      case 'AWAIT':
        this.deferred.push(client.defer());
        client.session.awaitsOthers = true;
        return ExecuteResult.deferred;
      case 'NOW':
        client.defer().resume((late) => late.simple('NOW'));
        return ExecuteResult.deferred;
      case 'WAKE':
        for (const deferred of this.deferred.splice(0))
          deferred.resume((late) => late.simple(`WOKEN-${at(1)}`));
        reply.simple('WAKE');
        return ExecuteResult.write;
      case 'QUIT':
        client.session.closing = true;
        reply.ok();
        return ExecuteResult.read;
      case 'JOIN':
        client.session.subscriptions = { channels: new Set(), patterns: new Set(), shards: new Set() };
        this.joined.push(client);
        reply.ok();
        return ExecuteResult.read;
      case 'SAY': {
        reply.ok();
        const bytes = Buffer.alloc(Number(at(2)), at(1));
        for (const other of this.joined) other.push(bytes);
        return ExecuteResult.read;
      }
      case 'HELLO3':
        client.session.protocol = 3;
        reply.protocol = 3;
        reply.map(0);
        return ExecuteResult.read;
      case 'NIL':
        reply.nil();
        return ExecuteResult.read;
      case 'AUTH':
        client.session.authenticated = true;
        reply.ok();
        return ExecuteResult.read;
      case 'KILL':
        this.killed?.(Number(at(1)));
        reply.ok();
        return ExecuteResult.read;
      default:
        reply.error(`ERR unknown command '${name}'`);
        return ExecuteResult.read;
    }
  }
}

/** Commits at once, or holds every commit until the test settles it. */
export class ScriptedCommitter implements Committer {
  pendingBytes = 0;
  holding = false;
  /** Given to each commit that is not held. */
  error: Error | undefined = undefined;
  commits = 0;
  readonly waiting: ((error?: Error) => void)[] = [];

  commit(done: (error?: Error) => void): void {
    this.commits++;
    if (this.holding) this.waiting.push(done);
    else done(this.error);
  }
}
