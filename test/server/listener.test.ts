import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect as connectTo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { FerriteError } from '../../src/base/errors.ts';
import { createLog } from '../../src/base/log.ts';
import { SessionMode } from '../../src/commands/session.ts';
import { defaultConnectionLimits, Listener, type ListenerOptions } from '../../src/server/listener.ts';
import { until } from '../until.ts';
import { ScriptedCommitter, ScriptedExecutor } from './scripted-executor.ts';
import { TestClient } from './test-client.ts';

class World {
  readonly executor = new ScriptedExecutor();
  readonly committer = new ScriptedCommitter();
  readonly logLines: string[] = [];
  readonly clients: TestClient[] = [];
  nowMs = 1_000_000;
  listener: Listener;

  constructor(options: Partial<ListenerOptions>) {
    this.listener = new Listener({
      host: '127.0.0.1',
      port: 0,
      maxClients: 100,
      executor: this.executor,
      committer: this.committer,
      log: createLog('info', (line) => this.logLines.push(line), Date.now),
      nowMs: () => this.nowMs,
      admit: (session) => {
        session.authenticated = true;
      },
      sweepEveryMs: 1_000_000,
      ...options,
    });
  }

  async connect(): Promise<TestClient> {
    const client = await TestClient.connect(this.listener.port);
    this.clients.push(client);
    return client;
  }
}

const worlds: World[] = [];

async function start(options: Partial<ListenerOptions> = {}): Promise<World> {
  const world = new World(options);
  worlds.push(world);
  await world.listener.open();
  return world;
}

afterEach(async () => {
  for (const world of worlds.splice(0)) {
    for (const client of world.clients) client.close();
    await world.listener.close(1000);
  }
});

test('requests are answered in order, pipelined, inline and in pieces', async () => {
  const { connect } = bind(await start());
  const client = await connect();
  client.send('PING\r\n*2\r\n$4\r\nECHO\r\n$3\r\nabc\r\n*1\r\n$4\r\nPI');
  await client.expect('+PONG\r\n$3\r\nabc\r\n');
  client.send('NG\r\nSET a\r\nECHO b\r\n');
  await client.expect('+PONG\r\n+SET-a\r\n$1\r\nb\r\n');
});

/**
 * Clients that do not read have taken what their sockets hold, and the rest waits in the listener; or so in the other
 * direction.
 */
async function socketsAreFull(
  world: World,
  bytes: 'inputBytes' | 'outputBytes' = 'outputBytes',
): Promise<void> {
  const waiting = (): number => [...world.listener.clients()].reduce((sum, client) => sum + client[bytes], 0);
  await until(async () => {
    const before = waiting();
    await delay(50);
    return before > 0 && waiting() === before;
  });
}

function bind(world: World) {
  return { ...world, world, connect: () => world.connect() };
}

test('reads are answered without a commit, a write with one', async () => {
  const { connect, committer } = bind(await start());
  const client = await connect();
  client.send('PING\r\nPING\r\n');
  await client.expect('+PONG\r\n+PONG\r\n');
  assert.equal(committer.commits, 0);
  client.send('PING\r\nSET 1\r\nSET 2\r\n');
  await client.expect('+PONG\r\n+SET-1\r\n+SET-2\r\n');
  assert.equal(committer.commits, 1);
});

test('while a commit is under way its connection waits in order, others go on', async () => {
  const { connect, committer } = bind(await start());
  const [writer, reader] = [await connect(), await connect()];
  committer.holding = true;
  writer.send('ECHO 1\r\nSET 2\r\n');
  await until(() => committer.waiting.length === 1);
  writer.send('ECHO 3\r\n');
  reader.send('PING\r\n');
  await reader.expect('+PONG\r\n');
  writer.send('SET 4\r\n');
  await until(() => committer.waiting.length === 2);
  assert.equal(writer.received, 0);
  // The later commit may settle first: nothing overtakes.
  committer.waiting[1]!();
  await delay(10);
  assert.equal(writer.received, 0);
  committer.waiting[0]!();
  await writer.expect('$1\r\n1\r\n+SET-2\r\n$1\r\n3\r\n+SET-4\r\n');
});

test('much to commit or to send does not wait for the end of the turn, and stays in order', async () => {
  const { connect, committer, executor } = bind(await start());
  const clients = await Promise.all(Array.from({ length: 20 }, () => connect()));
  committer.pendingBytes = 100_000;
  for (const client of clients) client.send('ECHO 1\r\nSET 2\r\n');
  for (const client of clients) await client.expect('$1\r\n1\r\n+SET-2\r\n');
  assert.equal(committer.commits, 20, 'one for each chunk');
  committer.pendingBytes = 0;
  committer.holding = true;
  for (const client of clients) client.send('BIG 15000 x\r\nSET 3\r\n');
  await until(() => executor.executed.filter((name) => name === 'BIG').length === 20);
  await delay(10);
  for (const settle of committer.waiting.splice(0).reverse()) settle();
  for (const client of clients) await client.expect(`$15000\r\n${'x'.repeat(15000)}\r\n+SET-3\r\n`);
});

test('a failed commit refuses the writes and leaves the reads', async () => {
  const { connect, committer } = bind(await start());
  const client = await connect();
  committer.error = new Error('No space left\non device');
  client.send('ECHO 1\r\nSET 2\r\nECHO 3\r\nSET 4\r\nSET 5\r\nECHO 6\r\n');
  const misconf = '-MISCONF Errors writing to the AOF file: No space left on device\r\n';
  await client.expect(`$1\r\n1\r\n${misconf}$1\r\n3\r\n${misconf}${misconf}$1\r\n6\r\n`);
  committer.error = undefined;
  client.send('SET 7\r\n');
  await client.expect('+SET-7\r\n');
});

test('a failed commit refuses writes also where the region outgrew its buffer', async () => {
  const { connect, committer } = bind(await start());
  const client = await connect();
  committer.error = new Error('full');
  client.send('SET 1\r\nBIG 60000 x\r\nSET 2\r\n');
  const misconf = '-MISCONF Errors writing to the AOF file: full\r\n';
  await client.expect(`${misconf}$60000\r\n${'x'.repeat(60000)}\r\n${misconf}`);
  client.send('ECHO a\r\nSET 1\r\nBIG 600000 y\r\nSET 2\r\n');
  await client.expect(`$1\r\na\r\n${misconf}$600000\r\n${'y'.repeat(600000)}\r\n${misconf}`);
});

test('requests behind a deferred reply wait for it, other clients do not', async () => {
  const { connect, executor } = bind(await start());
  const [blocked, other] = [await connect(), await connect()];
  blocked.send('ECHO 1\r\nLATER\r\nECHO 2\r\nECHO 3\r\nEC');
  await blocked.expect('$1\r\n1\r\n');
  blocked.send('HO 4\r\n');
  other.send('PING\r\n');
  await other.expect('+PONG\r\n');
  assert.deepEqual(executor.executed, ['ECHO', 'LATER', 'PING']);
  other.send('ECHO a\r\nWAKE x\r\nECHO b\r\n');
  await other.expect('$1\r\na\r\n+WAKE\r\n$1\r\nb\r\n');
  await blocked.expect('+WOKEN-x\r\n$1\r\n2\r\n$1\r\n3\r\n$1\r\n4\r\n');
});

test('a deferred reply waits for a commit, for it may tell of a write, and is refused where that fails', async () => {
  const { connect, committer, executor } = bind(await start());
  const client = await connect();
  committer.holding = true;
  client.send('LATER\r\n');
  await until(() => executor.deferred.length === 1);
  executor.deferred.shift()!.resume((reply) => reply.ok());
  await until(() => committer.waiting.length === 1);
  await delay(10);
  assert.equal(client.received, 0);
  committer.waiting.shift()!();
  await client.expect('+OK\r\n');
  client.send('LATER\r\n');
  await until(() => executor.deferred.length === 1);
  executor.deferred.shift()!.resume((reply) => reply.ok());
  await until(() => committer.waiting.length === 1);
  committer.waiting.shift()!(new Error('full'));
  await client.expect('-MISCONF Errors writing to the AOF file: full\r\n');
});

test('a deferred reply given at once keeps its place', async () => {
  const { connect } = bind(await start());
  const client = await connect();
  client.send('ECHO 1\r\nNOW\r\nECHO 2\r\n');
  await client.expect('$1\r\n1\r\n+NOW\r\n$1\r\n2\r\n');
});

test('a deferred reply has the protocol of its client, not of the one who woke it', async () => {
  const { connect, executor } = bind(await start());
  const client = await connect();
  client.send('NIL\r\nHELLO3\r\nNIL\r\nLATER\r\n');
  await client.expect('$-1\r\n%0\r\n_\r\n');
  await until(() => executor.deferred.length === 1);
  executor.deferred.shift()!.resume((reply) => reply.nil());
  await client.expect('_\r\n');
});

test('a client that leaves while it waits for others is noticed, and its late reply goes nowhere', async () => {
  const { connect, executor } = bind(await start());
  const [blocked, other] = [await connect(), await connect()];
  blocked.send('AWAIT\r\n');
  await until(() => executor.deferred.length === 1);
  blocked.socket.end();
  await until(() => executor.disconnectedIds.length === 1);
  assert.equal(executor.deferred[0]!.gone, true);
  other.send('WAKE x\r\n');
  await other.expect('+WAKE\r\n');
});

test('input behind a deferred reply is bounded by pausing, and none of it is lost', async () => {
  const { world, connect, executor } = bind(await start());
  const blocked = await connect();
  blocked.send('LATER\r\n');
  await until(() => executor.deferred.length === 1);
  const count = 400_000;
  blocked.send(Buffer.alloc(count * 6, 'PING\r\n'));
  await socketsAreFull(world, 'inputBytes');
  assert.ok([...world.listener.clients()][0]!.inputBytes < 1024 * 1024);
  executor.deferred.shift()!.resume((reply) => reply.ok());
  await until(() => blocked.received === 5 + count * 7);
  assert.equal(blocked.text, `+OK\r\n${'+PONG\r\n'.repeat(count)}`);
});

test('a slow reader gets every byte as it was, whatever others are answered meanwhile', async () => {
  const { connect, world } = bind(await start());
  const slow = await connect();
  const busy = await connect();
  slow.socket.pause();
  const expected: string[] = [];
  for (let i = 0; i < 60; i++) {
    const letter = String.fromCharCode(97 + (i % 26));
    const length = [10, 3000, 70_000, 400_000][i % 4]!;
    slow.send(`BIG ${length} ${letter}\r\nSET ${i}\r\n`);
    expected.push(`$${length}\r\n${letter.repeat(length)}\r\n+SET-${i}\r\n`);
    busy.send(`BIG 5000 Z\r\nSET z\r\n`);
    await busy.expect(`$5000\r\n${'Z'.repeat(5000)}\r\n+SET-z\r\n`);
  }
  const port = [...world.listener.clients()][0]!;
  assert.ok(port.outputBytes < 3 * 1024 * 1024, `${port.outputBytes} bytes wait`);
  for (let i = 0; i < 10; i++) {
    slow.socket.resume();
    await delay(1);
    slow.socket.pause();
    busy.send('BIG 20000 Y\r\n');
    await busy.expect(`$20000\r\n${'Y'.repeat(20000)}\r\n`);
  }
  slow.socket.resume();
  const all = expected.join('');
  await until(
    () => slow.received >= all.length,
    () => `${slow.received} of ${all.length}`,
  );
  assert.ok(slow.text === all, 'the same bytes');
});

test('a client that pipelines and does not read stops being served until it reads', async () => {
  const { connect, executor, world } = bind(await start());
  const client = await connect();
  client.socket.pause();
  const count = 200;
  for (let i = 0; i < count; i++) client.send('BIG 500000 q\r\n');
  await socketsAreFull(world);
  assert.ok(executor.executed.length < 100, `${executor.executed.length} executed`);
  assert.ok([...world.listener.clients()][0]!.outputBytes < 3 * 1024 * 1024);
  client.socket.resume();
  await until(
    () => client.received === count * (500000 + 11),
    () => String(client.received),
  );
});

test('slow readers, writes and slow commits together: every client gets its own bytes in order', async () => {
  const { connect, committer } = bind(await start());
  committer.holding = true;
  let settling = true;
  const settled = (async () => {
    while (settling || committer.waiting.length > 0) {
      for (const done of committer.waiting.splice(0).reverse()) {
        await delay(1);
        done();
      }
      await delay(1);
    }
  })();
  const clients = await Promise.all(Array.from({ length: 8 }, () => connect()));
  const expected = clients.map(() => '');
  for (let i = 0; i < 120; i++) {
    for (const [k, client] of clients.entries()) {
      if ((i + k) % 7 === 0) client.socket.pause();
      if ((i + k) % 7 === 5) client.socket.resume();
      const letter = String.fromCharCode(97 + ((i * 8 + k) % 26));
      const length = [3, 900, 17_000, 150_000][(i * 5 + k) % 4]!;
      client.send(`BIG ${length} ${letter}\r\n${(i + k) % 3 === 0 ? 'SET' : 'ECHO'} ${letter}\r\n`);
      expected[k] += `$${length}\r\n${letter.repeat(length)}\r\n`;
      expected[k] += (i + k) % 3 === 0 ? `+SET-${letter}\r\n` : `$1\r\n${letter}\r\n`;
    }
    if (i % 5 === 0) await delay(1);
  }
  for (const [k, client] of clients.entries()) {
    client.socket.resume();
    await until(
      () => client.received >= expected[k]!.length,
      () => `client ${k}: ${client.received}`,
    );
    assert.ok(client.text === expected[k], `client ${k} got the same bytes`);
  }
  settling = false;
  await settled;
});

test('one reply of 100 MB reaches a reader that pauses', async () => {
  const { connect, world } = bind(await start());
  const client = await connect();
  const length = 100 * 1024 * 1024;
  client.socket.pause();
  client.send(`BIG ${length} m\r\nPING\r\n`);
  await socketsAreFull(world);
  client.socket.resume();
  await until(() => client.received === length + 14 + 7);
  assert.equal(client.text.slice(-9), '\r\n+PONG\r\n');
});

test('a client that takes nothing for the drain timeout is dropped, with a log line', async () => {
  const { world, connect, executor, logLines } = bind(await start());
  const client = await connect();
  client.socket.pause();
  for (let i = 0; i < 40; i++) client.send('BIG 1000000 q\r\n');
  await until(() => executor.executed.length > 4);
  await socketsAreFull(world);
  world.listener.sweep();
  world.nowMs += 59_000;
  world.listener.sweep();
  assert.equal(world.listener.clientCount, 1);
  world.nowMs += 1000;
  world.listener.sweep();
  await until(() => executor.disconnectedIds.length === 1);
  assert.match(logLines.join(''), /warn connection dropped .*reason="client does not read"/);
});

test('where too much waits in all clients those with most are dropped, but not who is not to be', async () => {
  const limits = { ...defaultConnectionLimits(), clientsBytesMax: () => 12 * 1024 * 1024 };
  const { world, connect, executor, logLines } = bind(await start({ limits }));
  const clients = [await connect(), await connect(), await connect()];
  for (const { socket } of clients) socket.pause();
  const [kept] = [...world.listener.clients()];
  kept!.session.noEvict = true;
  // Each takes what its socket takes, and has the rest wait.
  for (const [i, client] of clients.entries()) client.send(`BIG ${(40 - i * 10) * 1024 * 1024} x\r\n`);
  await until(() => executor.executed.length === 3);
  await socketsAreFull(world);
  world.listener.sweep();
  await until(() => executor.disconnectedIds.length === 2);
  assert.deepEqual([...world.listener.clients()], [kept]);
  assert.equal(world.listener.counters.evicted, 2);
  assert.match(logLines.join(''), /reason="too much waits in all clients"/);
});

test('a client whose unsent output passes the hard limit is dropped, with a log line', async () => {
  const ofTest = { outputPauseBytes: 64 * 1024 * 1024, outputBytesMax: 8 * 1024 * 1024 };
  const limits = { ...defaultConnectionLimits(), ...ofTest };
  const { connect, executor, logLines } = bind(await start({ limits }));
  const client = await connect();
  client.socket.pause();
  client.send(`${'BIG 7000000 q\r\n'.repeat(5)}PING\r\n`);
  await until(() => executor.disconnectedIds.length === 1);
  assert.match(logLines.join(''), /warn connection dropped .*reason="output buffer limit reached"/);
});

test('what is pushed comes behind the replies so far, also those that wait for a commit', async () => {
  const { connect, committer } = bind(await start());
  const [listener, speaker] = [await connect(), await connect()];
  listener.send('JOIN\r\n');
  await listener.expect('+OK\r\n');
  committer.holding = true;
  listener.send('SET 1\r\n');
  await until(() => committer.waiting.length === 1);
  speaker.send('SAY a 3\r\nSAY b 2\r\n');
  await speaker.expect('+OK\r\n+OK\r\n');
  assert.equal(listener.received, 0);
  committer.holding = false;
  for (const done of committer.waiting.splice(0)) done();
  await listener.expect('+SET-1\r\naaabb');
  listener.send('PING\r\nSAY c 4\r\nPING\r\n');
  await listener.expect('+PONG\r\n+OK\r\ncccc+PONG\r\n');
});

test('a subscriber that does not read is dropped at its own limits, hard or soft', async () => {
  const ofTest = { pubsubBytesMax: 20_000_000, pubsubSoftBytes: 1_000_000, pubsubSoftMs: 5000 };
  const limits = { ...defaultConnectionLimits(), ...ofTest };
  const { world, connect, executor, logLines } = bind(await start({ limits }));
  const [slow, stuck, speaker] = [await connect(), await connect(), await connect()];
  for (const client of [slow, stuck]) {
    client.send('JOIN\r\n');
    await client.expect('+OK\r\n');
  }
  const soft = executor.joined[0]!;
  slow.socket.pause();
  speaker.send('SAY x 10000000\r\n');
  await until(() => stuck.received === 10_000_000);
  assert.ok(soft.outputBytes > 1_000_000);
  world.listener.sweep();
  world.nowMs += 6000;
  world.listener.sweep();
  await until(() => executor.disconnectedIds.length === 1);
  assert.match(logLines.join(''), /reason="soft output buffer limit reached for too long"/);
  executor.joined.shift();
  stuck.socket.pause();
  speaker.send('SAY y 30000000\r\nSAY z 30000000\r\n');
  await until(() => executor.disconnectedIds.length === 2);
  assert.match(logLines.join(''), /reason="output buffer limit reached"/);
});

test('a protocol error is answered behind the replies before it, then the connection closes', async () => {
  const { connect } = bind(await start());
  const client = await connect();
  client.send('SET 1\r\nPING\r\n*1\r\nfoo\r\nPING\r\n');
  await client.expectEnd();
  assert.equal(client.text, "+SET-1\r\n+PONG\r\n-ERR Protocol error: expected '$', got 'f'\r\n");
});

test('tighter limits hold until a client has authenticated', async () => {
  const { connect } = bind(await start({ admit: () => {} }));
  const [patient, rash] = [await connect(), await connect()];
  rash.send('*11\r\n');
  await rash.expectEnd();
  assert.equal(rash.text, '-ERR Protocol error: unauthenticated multibulk length\r\n');
  patient.send(`AUTH\r\n*11\r\n$4\r\nPING\r\n${'$1\r\na\r\n'.repeat(10)}`);
  await patient.expect('+OK\r\n+PONG\r\n');
});

test('QUIT is answered, what follows is not', async () => {
  const { connect, committer } = bind(await start());
  const client = await connect();
  client.send('PING\r\nQUIT\r\nPING\r\n');
  await client.expectEnd();
  assert.equal(client.text, '+PONG\r\n+OK\r\n');
  committer.holding = true;
  const writer = await connect();
  writer.send('SET 1\r\nQUIT\r\n');
  await until(() => committer.waiting.length === 1);
  assert.equal(writer.ended, false);
  committer.waiting[0]!();
  await writer.expectEnd();
  assert.equal(writer.text, '+SET-1\r\n+OK\r\n');
});

test('who has said QUIT or is killed has left at once, whenever it closes its own side', async () => {
  const { world, executor } = bind(await start());
  const open = (): Socket => connectTo({ port: world.listener.port, host: '127.0.0.1', allowHalfOpen: true });
  const [lingering, killed] = [open(), open()];
  try {
    lingering.write('PING\r\nQUIT\r\n');
    let text = '';
    lingering.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    await until(() => text === '+PONG\r\n+OK\r\n');
    assert.deepEqual(executor.disconnectedIds, [1]);
    await until(() => world.listener.client(2) !== undefined);
    world.listener.client(2)!.kill('test', undefined);
    assert.deepEqual(executor.disconnectedIds, [1, 2]);
  } finally {
    for (const socket of [lingering, killed]) socket.destroy();
  }
  await until(() => world.listener.client(1) === undefined && world.listener.client(2) === undefined);
  assert.deepEqual(executor.disconnectedIds, [1, 2]);
});

test('a client may end its side and still gets its replies', async () => {
  const { connect, executor } = bind(await start());
  const client = await connect();
  client.send('PING\r\nSET 1\r\nBIG 300000 x\r\n');
  client.socket.end();
  await client.expectEnd();
  assert.equal(client.received, 7 + 8 + 300011 - 1 + 1);
  await until(() => executor.disconnectedIds.length === 1);
});

test('a client that has ended its side gets every reply but that of a wait for others', async () => {
  const world = await start();
  const { connect, executor, committer } = bind(world);
  const [worker, waiter, late] = [await connect(), await connect(), await connect()];
  worker.send('LATER\r\nPING\r\n');
  worker.socket.end();
  committer.holding = true;
  waiter.send('SET 1\r\nAWAIT\r\nPING\r\n');
  waiter.socket.end();
  await until(() => executor.deferred.length === 2 && committer.waiting.length === 1);
  await until(() => executor.deferred.some(({ gone }) => gone));
  committer.holding = false;
  for (const done of committer.waiting.splice(0)) done();
  await waiter.expectEnd();
  assert.equal(waiter.text, '+SET-1\r\n');
  for (const deferred of executor.deferred.splice(0)) deferred.resume((reply) => reply.ok());
  await worker.expectEnd();
  assert.equal(worker.text, '+OK\r\n+PONG\r\n');
  executor.requestMs = 0.4;
  late.send(`${'PING\r\n'.repeat(100)}AWAIT\r\n`);
  late.socket.end();
  await late.expectEnd();
  assert.equal(late.text, '+PONG\r\n'.repeat(100));
  await until(() => executor.disconnectedIds.length === 3);
});

test('a client that has left says so, and may end by the reply to a request that waited', async () => {
  const world = await start();
  const { connect, executor } = bind(world);
  const [left, quitting] = [await connect(), await connect()];
  const [port, other] = [...world.listener.clients()];
  left.send('LATER\r\nPING\r\n');
  quitting.send('LATER\r\nPING\r\n');
  await until(() => executor.deferred.length === 2);
  assert.equal(port!.hasLeft, false);
  left.socket.end();
  await until(() => port!.hasLeft === true);
  for (const deferred of executor.deferred.splice(0)) {
    other!.session.closing = true;
    deferred.resume((reply) => reply.ok());
  }
  await left.expectEnd();
  await quitting.expectEnd();
  assert.equal(left.text, '+OK\r\n+PONG\r\n');
  assert.equal(quitting.text, '+OK\r\n');
});

test('a client that leaves much input behind a wait for others is noticed by and by', async () => {
  const { world, connect, executor } = bind(await start());
  const client = await connect();
  client.send(`AWAIT\r\n${'PING\r\n'.repeat(100_000)}`);
  client.socket.end();
  await until(() => executor.deferred.length === 1);
  await until(() => {
    world.listener.sweep();
    return executor.disconnectedIds.length === 1;
  });
});

test('a client that is killed does not get what it has not read', async () => {
  const { world, connect, executor } = bind(await start());
  executor.killed = (id) => world.listener.client(id)?.kill('killed', undefined);
  const [victim, killer] = [await connect(), await connect()];
  victim.socket.pause();
  victim.send('BIG 30000000 x\r\n');
  await until(() => ([...world.listener.clients()][0]?.outputBytes ?? 0) > 1_000_000);
  killer.send('KILL 1\r\nKILL 2\r\n');
  await killer.expectEnd();
  assert.equal(killer.text, '+OK\r\n+OK\r\n');
  await until(() => executor.disconnectedIds.length === 2);
});

test('a deferred reply was judged when it was made, and a message by what a subscriber may let wait', async () => {
  const limits = { ...defaultConnectionLimits(), outputBytesMax: 100_000, pubsubBytesMax: 1_000_000 };
  const { connect, executor } = bind(await start({ limits }));
  const [client, listener] = [await connect(), await connect()];
  client.send('LATER\r\n');
  await until(() => executor.deferred.length === 1);
  executor.deferred.shift()!.resume((reply) => reply.raw(Buffer.alloc(200_000, 'd')));
  await client.expect('d'.repeat(200_000));
  listener.send('JOIN\r\nSAY x 90000\r\n');
  await until(() => listener.received === 10 + 90_000);
  client.send('SAY x 400000\r\n');
  await client.expect('+OK\r\n');
  await until(() => listener.received === 10 + 490_000);
  listener.send('SAY x 400000\r\n');
  await until(() => listener.received === 15 + 890_000);
  listener.send('SAY x 1100000\r\n');
  await listener.expectEnd();
});

test('one client closes another, or itself behind the replies so far', async () => {
  const { world, connect, executor } = bind(await start());
  executor.killed = (id) => world.listener.client(id)?.kill('killed', undefined);
  const [victim, killer] = [await connect(), await connect()];
  victim.send('LATER\r\n');
  await until(() => executor.deferred.length === 1);
  killer.send('KILL 1\r\nPING\r\n');
  await killer.expect('+OK\r\n+PONG\r\n');
  await victim.expectEnd();
  executor.deferred.shift()!.resume((reply) => reply.ok());
  killer.send('PING\r\nKILL 2\r\nPING\r\n');
  await killer.expectEnd();
  assert.equal(killer.text, '+PONG\r\n+OK\r\n');
  assert.equal(victim.text, '');
});

test('clients beyond maxclients are told and closed', async () => {
  const { world, connect } = bind(await start({ maxClients: 1 }));
  const first = await connect();
  const second = await connect();
  second.send('PING\r\n');
  await second.expectEnd();
  assert.equal(second.text, '-ERR max number of clients reached\r\n');
  assert.equal(world.listener.counters.rejected, 1);
  first.send('PING\r\n');
  await first.expect('+PONG\r\n');
});

test('idle clients are closed where a timeout is set, those that wait or monitor are not', async () => {
  const limits = { ...defaultConnectionLimits(), idleTimeoutMs: 5000 };
  const { world, connect, executor } = bind(await start({ limits }));
  const [idle, blocked, monitor] = [await connect(), await connect(), await connect()];
  world.listener.client(3)!.session.mode |= SessionMode.monitor;
  blocked.send('LATER\r\n');
  idle.send('PING\r\n');
  await idle.expect('+PONG\r\n');
  await until(() => executor.deferred.length === 1);
  world.nowMs += 6000;
  world.listener.sweep();
  await idle.expectEnd();
  assert.deepEqual([blocked.ended, monitor.ended], [false, false]);
});

test('counters and the table of clients', async () => {
  const { world, connect, executor } = bind(await start());
  const client = await connect();
  client.send('PING\r\n');
  await client.expect('+PONG\r\n');
  const { counters } = world.listener;
  assert.deepEqual(
    { ...counters },
    { connectionsTotal: 1, rejected: 0, evicted: 0, bytesIn: 6, bytesOut: 7 },
  );
  const ports = [...world.listener.clients()];
  assert.equal(ports.length, 1);
  assert.match(ports[0]!.session.address, /^127\.0\.0\.1:\d+$/);
  assert.equal(ports[0]!.session.lastActiveMs, world.nowMs);
  assert.deepEqual([ports[0]!.inputBytes, ports[0]!.outputBytes], [0, 0]);
  client.close();
  await until(() => executor.disconnectedIds.length === 1);
  assert.equal(world.listener.clientCount, 0);
});

test('closing finishes the replies under way and ends every socket', async () => {
  const { world, connect, committer } = bind(await start());
  const [writer, idle] = [await connect(), await connect()];
  committer.holding = true;
  writer.send('SET 1\r\n');
  await until(() => committer.waiting.length === 1);
  const closed = world.listener.close();
  await idle.expectEnd();
  assert.equal(writer.ended, false);
  committer.waiting[0]!();
  await writer.expectEnd();
  assert.equal(writer.text, '+SET-1\r\n');
  await closed;
  await assert.rejects(TestClient.connect(world.listener.port));
});

test('closing waits for replies that are worked on, and for none that may never come', async () => {
  const { world, connect, executor } = bind(await start());
  const [working, waiting] = [await connect(), await connect()];
  working.send('LATER\r\nECHO behind\r\n');
  waiting.send('AWAIT\r\n');
  await until(() => executor.deferred.length === 2);
  const closed = world.listener.close();
  await waiting.expectEnd();
  assert.deepEqual([working.ended, waiting.text], [false, '']);
  executor.deferred[0]!.resume((reply) => reply.ok());
  await working.expectEnd();
  assert.equal(working.text, '+OK\r\n');
  await closed;
});

test('closing cuts what is left at the deadline', async () => {
  const { world, connect, committer } = bind(await start());
  const writer = await connect();
  committer.holding = true;
  writer.send('SET 1\r\n');
  await until(() => committer.waiting.length === 1);
  await world.listener.close(30);
  await until(() => writer.closed);
  committer.waiting[0]!();
});

test('an address in use is a LISTEN error', async () => {
  const { world } = bind(await start());
  const second = new World({ port: world.listener.port });
  await assert.rejects(
    second.listener.open(),
    (error) => error instanceof FerriteError && error.code === 'LISTEN',
  );
});

test('a Unix socket serves too', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ferrite-'));
  const unixPath = join(dir, 'socket');
  const { world } = bind(await start({ unixPath }));
  const client = await TestClient.connect(unixPath);
  client.send('PING\r\n');
  await client.expect('+PONG\r\n');
  assert.equal([...world.listener.clients()][0]!.session.address, `${unixPath}:0`);
  client.close();
  await rm(dir, { recursive: true });
});

test('random bytes leave the server serving', async () => {
  const { connect } = bind(await start());
  for (let i = 0; i < 30; i++) {
    const client = await connect();
    const bytes = Buffer.from(
      Array.from({ length: 500 }, (_, k) => (k * 7919 + i * 104729 + ((k * i) % 251)) & 255),
    );
    client.send(bytes);
    if (i % 2 === 0) client.socket.end();
    else client.close();
  }
  const client = await connect();
  client.send('PING\r\n');
  await client.expect('+PONG\r\n');
});

test('a Unix socket has the permissions that were asked for; a file that is no socket is left alone', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'ferrite-unix-'));
  const path = join(dir, 'ferrite.sock');
  const { world } = bind(await start({ unixPath: path, unixMode: 0o600 }));
  assert.equal((await stat(path)).mode & 0o777, 0o600);
  const client = await TestClient.connect(path);
  client.send('PING\r\n');
  await client.expect('+PONG\r\n');
  client.socket.destroy();
  await world.listener.close();
  await writeFile(path, 'precious');
  await assert.rejects(start({ unixPath: path }), /cannot listen/);
  assert.equal(await readFile(path, 'utf8'), 'precious');
  await rm(dir, { recursive: true });
});

test('a client with much to ask does not keep the others waiting', async () => {
  const world = await start();
  world.executor.requestMs = 0.1;
  const [busy, other] = [await world.connect(), await world.connect()];
  const count = 20_000;
  busy.send('PING\r\n'.repeat(count));
  while (world.executor.executed.length === 0) await new Promise((resolve) => setImmediate(resolve));
  other.send('ECHO a\r\n');
  await other.expect('$1\r\na\r\n');
  const before = world.executor.executed.indexOf('ECHO');
  assert.ok(before > 0 && before < count / 2, `${before} requests before the other's`);
  await busy.expect('+PONG\r\n'.repeat(count));
  busy.send('PING\r\n'.repeat(1000));
  busy.socket.end();
  await busy.expect('+PONG\r\n'.repeat(1000));
  await busy.expectEnd();
});

test('a client whose request has very many arguments does not keep the others waiting while it is read', async () => {
  const world = await start();
  const [busy, other] = [await world.connect(), await world.connect()];
  const count = 250_000;
  const { executor } = world;
  // The system comes to hand on much at once by and by.
  for (let n = 0; n < 5; n++) {
    executor.executed.length = 0;
    executor.turnBegins = () => {
      executor.turnBegins = undefined;
      other.send('PING\r\n');
    };
    busy.send(`*${count + 2}\r\n$4\r\nECHO\r\n$1\r\na\r\n${'$1\r\nx\r\n'.repeat(count)}`);
    await busy.expect('$1\r\na\r\n');
    await other.expect('+PONG\r\n');
    assert.deepEqual(executor.executed, ['PING', 'ECHO']);
  }
  // It ends in the midst of one.
  busy.send(`*${count}\r\n${'$1\r\nx\r\n'.repeat(count - 1)}`);
  busy.socket.end();
  await busy.expectEnd();
});
