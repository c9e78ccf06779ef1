import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stampHi, stampLo } from '../../src/base/clock.ts';
import { BatchReader } from '../../src/delta/batch-reader.ts';
import { BatchWriter } from '../../src/delta/batch-writer.ts';
import { DeltaKind } from '../../src/delta/kinds.ts';
import { Origins } from '../../src/delta/origins.ts';
import { BatchKeys, batchKeysMax } from '../../src/sync/batch-keys.ts';
import { FrameFlag, frameHeaderBytes, framesOf } from '../../src/sync/frame.ts';
import { Receiver } from '../../src/sync/receiver.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode } from '../sim/sim-node.ts';

const members = Array.from({ length: 200 }, (_, i) => `member:${i}`);

/** A hub with two edges, of which batches of more than 200 bytes are joined in slices of three records. */
class Trio {
  readonly scheduler: Scheduler;
  readonly net: SimNet;
  readonly hub: SimNode;
  readonly a: SimNode;
  readonly b: SimNode;

  constructor(seed: number, memoryBytes = 1024 * 1024) {
    this.scheduler = new Scheduler(seed, Date.UTC(2026, 10, 1));
    this.net = new SimNet(this.scheduler);
    this.hub = new SimNode({ nodeId: 'hub', role: 'hub', memoryBytes }, this.scheduler, newDisk('jh'));
    this.hub.start();
    [this.a, this.b] = [this.edge('a', memoryBytes), this.edge('b', memoryBytes)];
  }

  private edge(nodeId: string, memoryBytes: number): SimNode {
    const dial = this.net.dialer(
      nodeId,
      () => (connection) => this.hub.engine.hub.accept(connection, nodeId, nodeId),
    );
    const edge = new SimNode(
      { nodeId, role: 'edge', dial, memoryBytes },
      this.scheduler,
      newDisk(`j-${nodeId}`),
    );
    edge.start();
    return edge;
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }

  /** Lets time pass until the hub is in the midst of a join. */
  async untilAtWork(): Promise<void> {
    for (let i = 0; i < 20_000 && !this.hub.store.atWork.isAny; i++) await this.pass(1);
    assert.ok(this.hub.store.atWork.isAny);
  }
}

test('a large batch is joined while others are served, and nobody sees a part of it', async () => {
  assert.equal(typeof Receiver, 'function');
  const trio = new Trio(5);
  const { a, b, hub } = trio;
  await trio.pass(5000);
  a.send(0, 'SADD', 'set', ...members);
  await trio.untilAtWork();
  assert.equal(hub.send(0, 'PING'), '+PONG\r\n');
  hub.set('other', 'v');
  assert.equal(hub.get('other'), 'v@0');
  const replies: string[] = [];
  let asked = 0;
  while (hub.store.atWork.isAny) {
    hub.ask(0, ['SCARD', 'set'], (reply) => replies.push(reply));
    hub.ask(0, ['EXISTS', 'set'], (reply) => replies.push(reply));
    asked += 2;
    assert.deepEqual(replies, []);
    await trio.pass(1);
  }
  assert.ok(asked > 2);
  await trio.pass(5000);
  hub.ask(0, ['PING']);
  assert.deepEqual(
    replies,
    [...Array(asked / 2)].flatMap(() => [`:${members.length}\r\n`, ':1\r\n']),
  );
  // Passed on whole.
  assert.equal(b.send(0, 'SCARD', 'set'), `:${members.length}\r\n`);
  assert.equal(a.engine.pendingOps(), 0);
});

test('so is one of very many keys, of which who listens is told', async () => {
  const trio = new Trio(9, 8 * 1024 * 1024);
  const { a, b, hub } = trio;
  const names = Array.from({ length: 1500 }, (_, i) => `key:${i}`);
  await trio.pass(5000);
  hub.send(0, 'WATCH', names[1400]!);
  a.send(0, 'MSET', ...names.flatMap((name) => [name, 'v']));
  await trio.untilAtWork();
  const replies: string[] = [];
  hub.ask(0, ['EXISTS', names[0]!, names[1499]!], (reply) => replies.push(reply));
  await trio.pass(1);
  assert.deepEqual(replies, []);
  await trio.pass(60_000);
  hub.ask(0, ['PING']);
  assert.deepEqual(replies, [':2\r\n']);
  hub.send(0, 'MULTI');
  assert.equal(hub.send(0, 'EXEC'), '*-1\r\n');
  assert.equal(b.send(0, 'EXISTS', ...names), `:${names.length}\r\n`);
});

test('a crash in the midst of a join leaves nothing of it, and it comes again', async () => {
  const trio = new Trio(6);
  const { a, b, hub } = trio;
  await trio.pass(5000);
  a.send(0, 'SADD', 'set', ...members);
  await trio.untilAtWork();
  hub.crash(false);
  hub.start();
  assert.equal(hub.send(0, 'EXISTS', 'set'), ':0\r\n');
  await trio.pass(120_000);
  for (const node of [hub, b]) assert.equal(node.send(0, 'SCARD', 'set'), `:${members.length}\r\n`);
});

test('who cannot wait has the join done at once', async () => {
  const trio = new Trio(7);
  const { a, b, hub } = trio;
  await trio.pass(5000);
  a.send(0, 'SADD', 'set', ...members);
  await trio.untilAtWork();
  hub.store.atWork.hurry();
  assert.equal(hub.store.atWork.isAny, false);
  assert.equal(hub.send(0, 'SCARD', 'set'), `:${members.length}\r\n`);
  hub.crash(false);
  hub.start();
  assert.equal(hub.send(0, 'SCARD', 'set'), `:${members.length}\r\n`);
  await trio.pass(120_000);
  assert.equal(b.send(0, 'SCARD', 'set'), `:${members.length}\r\n`);
});

test('batches that wait for a join come after it, in their order, also when the link breaks', async () => {
  const trio = new Trio(8);
  const { a, b, hub } = trio;
  await trio.pass(5000);
  a.send(0, 'SADD', 'set', ...members);
  await trio.untilAtWork();
  a.send(0, 'SREM', 'set', ...members.slice(0, 100));
  b.send(0, 'SADD', 'set', 'another');
  await trio.pass(1);
  trio.net.cut('a');
  await trio.pass(5000);
  trio.net.heal('a');
  await trio.pass(120_000);
  for (const node of [hub, a, b]) assert.equal(node.send(0, 'SCARD', 'set'), ':101\r\n');
});

test('keys of a batch are found, unless they are too many or a whole database is spoken of', () => {
  const origins = new Origins();
  const writer = new BatchWriter(origins);
  const self = origins.intern('a/00000001');
  const key = (i: number): Buffer => Buffer.from(`key:${i}`);
  const read = (): BatchKeys => {
    const keys = new BatchKeys();
    const reader = new BatchReader(origins);
    reader.open(writer.buf, 0, writer.pos);
    while (reader.next()) keys.add(reader);
    return keys;
  };
  for (const i of [1, 1, 2, 3]) writer.expire(0, key(i), 0, 5, self, 1, i, 0);
  const few = read();
  assert.equal(few.names.size, 3);
  assert.equal(few.lastStamp, 2 ** 32 + 3);
  assert.equal(few.isSliceable, true);
  const told: string[] = [];
  const tell: BatchWriter['onRecord'] = (kind, db, bytes, offset, length) =>
    told.push(`${kind === DeltaKind.expire} ${db} ${bytes.subarray(offset, offset + length)}`);
  const reader = new BatchReader(origins);
  reader.open(writer.buf, 0, writer.pos);
  for (let n = 0; reader.next(); n++) if (n < 3) few.joined(reader, tell);
  assert.deepEqual(told, ['true 0 key:1']);
  few.tell(tell);
  few.tell(tell);
  assert.deepEqual(told, ['true 0 key:1', 'true 0 key:2']);
  assert.equal(`${few.changed?.db} ${few.changed?.key}`, '0 key:1');
  writer.clearDb(0, self, 1, 9, self, 1, 9);
  assert.equal(read().isSliceable, false);
  writer.reset();
  for (let i = 0; i <= batchKeysMax + 1; i++) writer.expire(0, key(i), 0, key(i).length, self, 1, i, 0);
  assert.equal(read().isSliceable, false);
});

test('what breaks the protocol behind a batch that waits for room leaves the log as it was', async () => {
  const scheduler = new Scheduler(9, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const options = { memoryBytes: 256 * 1024, limits: { windowBytes: 1024 * 1024 } };
  const hub = new SimNode({ nodeId: 'hub', role: 'hub', ...options }, scheduler, newDisk('jh'));
  hub.start();
  const dial = net.dialer('a', () => (connection) => hub.engine.hub.accept(connection, 'a', 'a'));
  const a = new SimNode({ nodeId: 'a', role: 'edge', dial }, scheduler, newDisk('j-a'));
  a.start();
  for (let i = 0; i < 100; i++) a.set(`big${i}`, 'x'.repeat(5000));
  const { receiver } = await (async () => {
    for (let i = 0; i < 1000; i++) {
      await scheduler.runUntil(scheduler.nowMs + 10);
      const link = hub.engine.hub.liveWith('a');
      if (link?.receiver?.starved !== undefined) return link;
    }
    return assert.fail('never starved');
  })();
  assert.ok(receiver !== undefined);
  const frame = (bytes: Buffer): Buffer => {
    const buf = Buffer.concat([Buffer.alloc(frameHeaderBytes), bytes]);
    const head = { flags: FrameFlag.scan, batch: receiver.lastNumber + 1, cursorSeq: 0, rawBytes: 0 };
    return framesOf(buf, buf.length, head)[0]!;
  };
  const { origins, clock } = hub.store;
  const writer = new BatchWriter(origins);
  const key = Buffer.from('gone');
  const dot = { stamp: clock.last(), origin: origins.find('a') ?? origins.intern('a/00000001') };
  const [hi, lo] = [stampHi(dot.stamp), stampLo(dot.stamp)];
  writer.clear(0, key, 0, key.length, dot.origin, hi, lo, dot.origin, hi, lo, 0);
  receiver.frame(frame(writer.buf.subarray(0, writer.pos)));
  receiver.frame(frame(Buffer.from([31, 0, 0])));
  const broken: string[] = [];
  const onBroken = (error: Error): void => {
    broken.push(error.message);
    hub.del('big0');
  };
  Object.assign(Reflect.get(receiver, 'parts'), { onBroken });
  for (let i = 0; i < 1000 && broken.length === 0; i++) await scheduler.runUntil(scheduler.nowMs + 10);
  assert.equal(broken.length, 1);
  assert.equal(hub.disk.blocks.at(-1)?.source, '');
});
