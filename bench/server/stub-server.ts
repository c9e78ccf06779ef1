// The server layer alone: sockets, decoder, turn and reply writer, with commands that do nearly nothing, so that a
// profile shows what the layer itself costs. Prints its port. SIGTERM ends it, so that --cpu-prof can write.
import process from 'node:process';
import { silentLog } from '../../src/base/log.ts';
import type { ClientPort, Committer, Executor, RequestArgs } from '../../src/commands/executor.ts';
import { ExecuteResult } from '../../src/commands/executor.ts';
import type { ReplyWriter } from '../../src/resp/reply-writer.ts';
import { Listener } from '../../src/server/listener.ts';

const value = Buffer.alloc(32, 'v');

/** GET, SET, PING and INCR by their first letter; everything else is an error. */
class StubExecutor implements Executor {
  readonly isWriting = false;
  sendReplies: (() => void) | undefined;
  nowMs = 0;

  beginTurn(): void {
    this.nowMs = Date.now();
  }

  expect(): void {}

  rest(): number {
    return 0;
  }

  disconnected(_client: ClientPort): void {}

  execute(_client: ClientPort, args: RequestArgs, reply: ReplyWriter): ExecuteResult {
    switch (args.buf[args.offsets[0]!]! | 32) {
      case 103:
        reply.bulk(value, 0, value.length);
        return ExecuteResult.read;
      case 115:
        reply.ok();
        return ExecuteResult.write;
      case 105:
        reply.integer(12345);
        return ExecuteResult.write;
      case 112:
        reply.pong();
        return ExecuteResult.read;
      default:
        reply.error('ERR unknown command');
        return ExecuteResult.read;
    }
  }
}

const committer: Committer = { pendingBytes: 0, commit: (done) => done() };
const listener = new Listener({
  host: '127.0.0.1',
  port: 0,
  maxClients: 10_000,
  executor: new StubExecutor(),
  committer,
  log: silentLog,
  nowMs: Date.now,
  admit: (session) => {
    session.authenticated = true;
  },
});
await listener.open();
console.log(listener.port);
process.on('SIGTERM', () => {
  void listener.close(100).then(() => process.exit(0));
});
