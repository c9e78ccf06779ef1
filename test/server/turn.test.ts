import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import fc from 'fast-check';
import { regionBytesMost } from '../../src/resp/reply-writer.ts';
import type { RegionOwner } from '../../src/server/turn.ts';
import { Turn } from '../../src/server/turn.ts';
import { runs } from '../runs.ts';
import { ScriptedExecutor } from './scripted-executor.ts';

/** What one client asks: so long a reply, which acknowledges a write or not. */
interface Request {
  readonly writes: boolean;
  readonly length: number;
}

/** Commits that are settled when the test says so, some of them while another one is asked for. */
class Commits {
  readonly pendingBytes = 0;
  readonly waiting: (() => void)[] = [];
  settlesOlder = false;
  settlesOwn = false;

  commit(done: () => void): void {
    if (this.settlesOlder) this.settleOldest();
    if (this.settlesOwn) done();
    else this.waiting.push(done);
  }

  settleOldest(): void {
    this.waiting.shift()?.();
  }
}

/** A client whose socket may keep what it is given for a while, and who asks more as soon as a reply was delivered. */
class Client implements RegionOwner {
  readonly gone = false;
  readonly protocol = 2;
  running = false;
  heldRegions = 0;
  heldBytes = 0;
  keeps = false;
  readonly later: Request[] = [];
  private readonly turn: Turn;
  private readonly letter: string;
  private readonly received: { readonly buf: Buffer; readonly start: number; readonly end: number }[] = [];
  private asked = '';

  constructor(turn: Turn, letter: string) {
    this.turn = turn;
    this.letter = letter;
  }

  ask({ writes, length }: Request): void {
    const { turn } = this;
    const text = `${this.letter}${this.asked.length} `.padEnd(length, this.letter);
    this.asked += text;
    this.running = true;
    turn.open();
    const from = turn.reply.mark();
    turn.reply.raw(Buffer.from(text));
    if (writes) turn.mark(from);
    turn.finish(this);
    this.running = false;
  }

  send(buf: Buffer, start: number, end: number): boolean {
    if (this.keeps) this.received.push({ buf, start, end });
    else this.received.push({ buf: Buffer.from(buf.subarray(start, end)), start: 0, end: end - start });
    return !this.keeps;
  }

  delivered(): void {
    const request = this.later.shift();
    if (request !== undefined && !this.running) this.ask(request);
  }

  check(): void {
    const text = this.received.map(({ buf, start, end }) => buf.toString('latin1', start, end)).join('');
    assert.equal(text, this.asked);
  }
}

const rarely = fc.nat(4).map((n) => n === 0);
const request = fc.record({ writes: fc.boolean(), length: fc.constantFrom(8, 60, 20_000) });
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ client: fc.nat(2), request, isLater: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ settlesOlder: fc.boolean(), settlesOwn: rarely, keeps: rarely }) },
  { weight: 4, arbitrary: fc.constantFrom('turn', 'turn', 'settle', 'flush') },
);

const ask = (client: number, length: 8 | 60, isLater = false) => ({
  client,
  request: { writes: true, length } as const,
  isLater,
});
const settling = { settlesOlder: true, settlesOwn: false, keeps: false };

/**
 * A commit that is settled while the next is asked for lets its client ask again, behind the replies of that next one.
 */
const settledWithin = [
  ...[ask(0, 8), 'turn', ask(0, 8, true), settling, ask(1, 8), 'turn'],
  ...[{ ...settling, settlesOlder: false }, 'turn', 'settle', ask(2, 60), 'turn', ask(2, 60), 'settle'],
] as const;

test('whenever commits are done and sockets take bytes, each client gets its own in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const commits = new Commits();
      const turn = new Turn(
        new ScriptedExecutor(),
        commits,
        () => 0,
        () => regionBytesMost,
      );
      const clients = ['a', 'b', 'c'].map((letter) => new Client(turn, letter));
      for (const next of steps) {
        if (next === 'turn') await nextTurn();
        else if (next === 'settle') commits.settleOldest();
        else if (next === 'flush') turn.flush();
        else if ('client' in next) {
          const client = clients[next.client]!;
          if (next.isLater) client.later.push(next.request);
          else client.ask(next.request);
        } else {
          Object.assign(commits, { settlesOlder: next.settlesOlder, settlesOwn: next.settlesOwn });
          for (const client of clients) client.keeps = next.keeps;
        }
      }
      for (const client of clients) client.later.length = 0;
      while (clients.some((client) => client.heldRegions > 0)) {
        await nextTurn();
        commits.settleOldest();
      }
      for (const client of clients) client.check();
    }),
    { numRuns: runs(1000), examples: [[[...settledWithin]]] },
  );
});

test('what was replied can be sent before the turn ends', async () => {
  const executor = new ScriptedExecutor();
  const commits = new Commits();
  commits.settlesOwn = true;
  const turn = new Turn(
    executor,
    commits,
    () => 0,
    () => regionBytesMost,
  );
  const clients = ['a', 'b'].map((letter) => new Client(turn, letter));
  for (const writes of [false, true]) {
    for (const client of clients) client.ask({ writes, length: 8 });
    turn.flush();
    for (const client of clients) client.check();
  }
  clients[0]!.ask({ writes: true, length: 8 });
  await nextTurn();
  clients[0]!.check();
});
