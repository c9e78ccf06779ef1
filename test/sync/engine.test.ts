import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test } from 'node:test';
import { stampHi, stampLo, stampMax, stampOfMs } from '../../src/base/clock.ts';
import { KeyNames } from '../../src/store/keys-at-work.ts';
import { SyncEngine } from '../../src/sync/engine.ts';
import type { Connection, Dial } from '../../src/sync/transport.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode, type SimNodeOptions } from '../sim/sim-node.ts';

const hourMs = 3_600_000;

class Star {
  readonly scheduler: Scheduler;
  readonly net: SimNet;
  readonly hub: SimNode;

  constructor({ startMs = Date.UTC(2026, 10, 1), memoryBytes = 1024 * 1024 } = {}) {
    this.scheduler = new Scheduler(3, startMs);
    this.net = new SimNet(this.scheduler);
    this.hub = new SimNode({ nodeId: 'hub', role: 'hub', memoryBytes }, this.scheduler, newDisk('jh'));
    this.hub.start();
  }

  edge(nodeId: string, options: Partial<SimNodeOptions> = {}): SimNode {
    const dial = this.net.dialer(
      nodeId,
      () => (connection) => this.hub.engine.hub.accept(connection, nodeId, nodeId),
    );
    const given: SimNodeOptions = { nodeId, role: 'edge', dial, ...options };
    const edge = new SimNode(given, this.scheduler, newDisk(`j-${nodeId}`));
    edge.start();
    return edge;
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }
}

test('nothing comes back to where it came from, and an idle link says nothing', async () => {
  const star = new Star();
  const [a, b] = [star.edge('a'), star.edge('b')];
  await star.pass(5000);
  for (let i = 0; i < 100; i++) a.set(`k${i}`, 'v');
  await star.pass(5000);
  assert.ok(a.engine instanceof SyncEngine);
  assert.equal(b.get('k99'), 'v@0');
  assert.equal(a.engine.status().figures.deltasReceived, 0);
  assert.equal(b.engine.status().figures.deltasReceived, 100);
  assert.equal(b.engine.status().figures.deltasSent, 0);
  const { bytes, messages } = star.net;
  await star.pass(600_000);
  assert.deepEqual([star.net.bytes, star.net.messages], [bytes, messages]);
  assert.equal(a.engine.pendingOps(), 0);
});

test('what is pending is what was written: a start is no write', async () => {
  const star = new Star();
  const a = star.edge('a');
  star.net.cut('a');
  assert.equal(a.engine.pendingOps(), 0);
  a.set('k', 'v');
  assert.equal(a.engine.pendingOps(), 1);
  a.crash(false);
  a.start();
  assert.equal(a.engine.pendingOps(), 1);
  star.net.heal();
  await star.pass(60_000);
  assert.equal(star.hub.get('k'), 'v@0');
  star.net.cut('a');
  await star.pass(60_000);
  a.crash(false);
  a.start();
  a.set('k', 'w');
  assert.deepEqual([a.engine.pendingOps(), a.engine.status().syncStatus], [1, 'offline']);
});

test('what a peer has is not pending after a link was lost, though that was not noted', async () => {
  const star = new Star();
  const dial = star.net.dialer('a', () => (connection) => star.hub.engine.hub.accept(connection, 'a', 'a'));
  const a = new SimNode(
    { nodeId: 'a', role: 'edge', peers: [{ url: 'sim://hub', isHub: false, dial }] },
    star.scheduler,
    newDisk('j-a'),
  );
  a.start();
  await star.pass(5000);
  for (let i = 0; i < 7; i++) {
    a.set(`k${i}`, 'v');
    await star.pass(300);
  }
  assert.equal(a.engine.pendingOps(), 0);
  star.net.cut('a');
  await star.pass(60_000);
  assert.notEqual(a.engine.pendingOps(), 0);
  star.net.heal();
  await star.pass(60_000);
  assert.deepEqual([a.engine.pendingOps(), a.engine.status().syncStatus], [0, 'synced']);
});

test('a long time offline reconnects with traffic by keys, not by writes', async () => {
  const star = new Star();
  const a = star.edge('a', { limits: { batchBytes: 256 * 1024 } });
  await star.pass(5000);
  for (const offlineWrites of [2000, 20_000]) {
    star.net.cut('a');
    const before = { ...a.engine.status().figures };
    for (let i = 0; i < offlineWrites; i++) a.set(`k${i % 10}`, `v${i}`);
    for (let i = 0; i < 50; i++) a.incr('n', 1);
    assert.ok(a.engine.pendingOps() >= offlineWrites);
    star.net.heal();
    await star.pass(200_000);
    const { figures } = a.engine.status();
    assert.equal(a.engine.pendingOps(), 0);
    const sent = figures.deltasSent - before.deltasSent;
    assert.ok(sent <= 60, `${sent} deltas for 11 keys`);
  }
  assert.equal(star.hub.get('k9'), 'v19999@0');
  assert.equal(star.hub.get('n'), '100@0');
});

test('an edge whose clock is ahead is told so, and keeps what it has until time has caught up', async () => {
  const star = new Star();
  const a = star.edge('a');
  await star.pass(5000);
  star.hub.set('h', 'there');
  a.store.clock.witness(stampOfMs(star.scheduler.nowMs + 600_000));
  a.set('k', 'v');
  await star.pass(20_000);
  assert.equal(star.hub.get('k'), undefined);
  assert.equal(a.get('h'), 'there@0');
  assert.ok(a.engine.pendingOps() > 0);
  const { deltasRejected, nacksSent } = star.hub.engine.status().figures;
  assert.ok(nacksSent > 0);
  assert.equal(deltasRejected, nacksSent, 'one put each time');
  await star.pass(600_000);
  assert.equal(star.hub.get('k'), 'v@0');
  assert.equal(a.engine.pendingOps(), 0);
});

test('a scan that is refused comes again, less and less often', async () => {
  const star = new Star();
  const a = star.edge('a');
  star.net.cut('a');
  for (let i = 0; i < 200; i++) a.set(`k${i}`, 'v'.repeat(50));
  a.store.clock.witness(stampOfMs(star.scheduler.nowMs + 3_600_000));
  a.set('k', 'v');
  star.net.heal();
  await star.pass(600_000);
  assert.equal(star.hub.get('k'), undefined);
  const { scans, deltasSent } = a.engine.status().figures;
  assert.ok(scans <= 8 && deltasSent < 8 * 220, `${scans} scans, ${deltasSent} deltas`);
  await star.pass(3_600_000);
  assert.equal(star.hub.get('k'), 'v@0');
});

/**
 * Puts into a node's log, as if it had joined that, a clear of a key at a stamp of another node which kills up to
 * `kill`.
 */
function forge(node: SimNode, key: string, stamp: number, kill: number): void {
  const k = Buffer.from(key);
  const origin = node.store.origins.intern('zzz/00000000');
  node.command(() => {
    const [hi, lo] = [stampHi(stamp), stampLo(stamp)];
    node.log.writer.clear(0, k, 0, k.length, origin, hi, lo, origin, stampHi(kill), stampLo(kill), 1);
  });
}

test('a stamp far ahead is refused whosever it is and wherever it stands, and moves no clock', async () => {
  for (const far of [stampMax, stampOfMs(Date.UTC(2026, 10, 2))]) {
    for (const isKill of [false, true]) {
      const star = new Star();
      const { hub } = star;
      const [a, b] = [star.edge('a'), star.edge('b')];
      await star.pass(5000);
      const now = stampOfMs(star.scheduler.nowMs);
      forge(a, 'k', isKill ? now : far, far);
      await star.pass(20_000);
      assert.ok(hub.engine.status().figures.deltasRejected > 0);
      assert.ok(hub.store.clock.last() < far);
      hub.set('k', 'v');
      b.set('other', 'w');
      await star.pass(5000);
      assert.equal(b.get('k'), 'v@0');
      assert.equal(hub.get('other'), 'w@0');
    }
  }
});

test('a log that holds a stamp which nobody can give is recovered without it, and passed on', async () => {
  const star = new Star();
  const { hub } = star;
  const a = star.edge('a');
  hub.set('k', 'v');
  await star.pass(5000);
  forge(hub, 'k', stampMax, stampMax);
  const zzz = hub.store.origins.intern('zzz/00000000');
  hub.command(() => hub.ledger.advance(zzz, stampMax, 1));
  await star.pass(5000);
  hub.crash(false);
  hub.start();
  assert.equal(hub.get('k'), 'v@0');
  assert.ok(hub.store.clock.last() < stampOfMs(star.scheduler.nowMs + hourMs));
  hub.set('k', 'w');
  const b = star.edge('b');
  await star.pass(120_000);
  b.set('l', 'x');
  await star.pass(5000);
  for (const node of [hub, a, b]) assert.deepEqual([node.get('k'), node.get('l')], ['w@0', 'x@0']);
});

test('a hub that was ahead once takes what its edges write after its stamps', async () => {
  const star = new Star();
  const { hub } = star;
  const a = star.edge('a');
  await star.pass(5000);
  hub.store.clock.observe(star.scheduler.nowMs + hourMs);
  hub.set('h', 'there');
  await star.pass(5000);
  a.set('k', 'v');
  await star.pass(5000);
  assert.equal(hub.get('k'), 'v@0');
  hub.crash(false);
  hub.start();
  await star.pass(120_000);
  a.set('k', 'w');
  await star.pass(5000);
  assert.equal(hub.get('k'), 'w@0');
  assert.equal(hub.engine.status().figures.deltasRejected, 0);
});

test('an edge whose clock runs too fast does not lead the hub away', async () => {
  const star = new Star();
  const a = star.edge('a');
  await star.pass(5000);
  for (let aheadMs = 0; aheadMs < 600_000; aheadMs += 60_000) {
    a.store.clock.witness(stampOfMs(star.scheduler.nowMs + aheadMs));
    a.set('k', `v${aheadMs}`);
    await star.pass(5000);
    assert.ok(star.hub.store.clock.last() <= stampOfMs(star.scheduler.nowMs + 120_000));
  }
  await star.pass(600_000);
  assert.equal(star.hub.get('k'), 'v540000@0');
});

test('a hub that does not know the time judges nobody by it', async () => {
  const star = new Star({ startMs: 0 });
  const a = star.edge('a');
  a.store.clock.witness(stampOfMs(Date.UTC(2026, 10, 2)));
  a.set('k', 'v');
  await star.pass(5000);
  assert.equal(star.hub.get('k'), 'v@0');
  forge(a, 'l', stampMax, stampMax);
  await star.pass(5000);
  assert.ok(star.hub.engine.status().figures.deltasRejected > 0);
});

test('links and deadlines go on when the time of day is set back or ahead', async () => {
  for (const setMs of [-2 * hourMs, 2 * hourMs]) {
    const star = new Star();
    const a = star.edge('a');
    await star.pass(20_000);
    const { connects } = a.engine.status().figures;
    star.scheduler.setMs = setMs;
    await star.pass(600_000);
    assert.equal(a.engine.status().figures.connects, connects, 'a quiet link stays');
    star.net.cut('a');
    await star.pass(120_000);
    assert.equal(a.engine.status().syncStatus, 'offline');
    star.scheduler.setMs += setMs;
    let failure = '';
    a.engine.sync({ timeoutMs: 10_000 }).catch((error: unknown) => {
      failure = String(error);
    });
    await star.pass(20_000);
    assert.notEqual(failure, '');
    star.net.heal();
    await star.pass(120_000);
    assert.equal(a.engine.status().syncStatus, 'synced');
  }
});

test('an edge without room is starved, goes on pushing, and takes the rest when there is room', async () => {
  const star = new Star();
  const a = star.edge('a', { memoryBytes: 256 * 1024 });
  await star.pass(5000);
  for (let i = 0; i < 100; i++) star.hub.set(`big${i}`, 'x'.repeat(5000));
  await star.pass(30_000);
  assert.equal(a.engine.status().syncStatus, 'starved');
  for (let i = 0; i < 100; i++) if (a.get(`big${i}`) !== undefined) a.del(`big${i}`);
  a.del('big0');
  await star.pass(1000);
  assert.equal(star.hub.get('big0'), undefined);
});

test('an edge that evicts takes a large batch that is more than it can hold: keys of it go for others of it', async () => {
  const star = new Star({ memoryBytes: 4 * 1024 * 1024 });
  const a = star.edge('a', { memoryBytes: 256 * 1024, evicts: true });
  await star.pass(5000);
  const names = Array.from({ length: 80 }, (_, i) => `k${i}`);
  const value = randomBytes(3750).toString('base64');
  star.hub.send(0, 'MSET', ...names.flatMap((name) => [name, value]));
  await star.pass(20_000);
  const { syncStatus, pendingOps } = a.engine.status();
  assert.deepEqual([syncStatus, pendingOps, a.store.holdsAll], ['synced', 0, false]);
  for (const name of names) a.ask(0, ['STRLEN', name], (reply) => assert.equal(reply, ':5000\r\n', name));
  await star.pass(20_000);
});

test('a hub without room says so', async () => {
  const star = new Star({ memoryBytes: 256 * 1024 });
  const a = star.edge('a');
  for (let i = 0; i < 100; i++) a.set(`big${i}`, 'x'.repeat(5000));
  await star.pass(30_000);
  assert.equal(star.hub.engine.status().syncStatus, 'starved');
  assert.ok(a.engine.pendingOps() > 0);
});

test('what was removed since makes room for what waits, over the same connection', async () => {
  const star = new Star({ memoryBytes: 256 * 1024 });
  const { hub } = star;
  const a = star.edge('a');
  for (let i = 0; i < 100; i++) a.set(`big${i}`, unpackable(5000));
  await star.pass(30_000);
  const { reconnects } = a.engine.status();
  assert.equal(hub.engine.status().syncStatus, 'starved');
  // More than fits into the window stands before it.
  for (let i = 0; i < 3000; i++) a.set(`big${i % 100}`, unpackable(5000));
  for (let i = 0; i < 90; i++) a.del(`big${i}`);
  await star.pass(600_000);
  assert.deepEqual(hub.visible(), a.visible());
  assert.deepEqual([hub.engine.status().syncStatus, hub.engine.status().lastError], ['synced', '']);
  assert.deepEqual([a.engine.status().syncStatus, a.engine.status().reconnects], ['synced', reconnects]);
});

test('a collection that is too large for an edge ends when it goes; till then it is sent ever more rarely', async () => {
  const star = new Star({ memoryBytes: 8 * 1024 * 1024 });
  const { hub } = star;
  const a = star.edge('a', { memoryBytes: 256 * 1024 });
  await star.pass(5000);
  for (let i = 0; i < 1000; i++) hub.send(0, 'HSET', 'h', `f${i}`, unpackable(1000));
  await star.pass(3600_000);
  assert.equal(a.engine.status().syncStatus, 'starved');
  assert.match(a.engine.status().lastError, /^no memory/);
  assert.ok(hub.engine.status().figures.scans < 10);
  a.set('own', 'v');
  await star.pass(5000);
  assert.equal(hub.get('own'), 'v@0');
  hub.send(0, 'DEL', 'h');
  hub.set('after', 'v');
  await star.pass(7200_000);
  assert.deepEqual(a.visible(), hub.visible());
  assert.deepEqual([a.engine.status().syncStatus, a.engine.status().lastError], ['synced', '']);
});

/** Bytes that nothing packs, as text. */
function unpackable(bytes: number): string {
  return randomBytes(bytes).toString('latin1');
}

for (const bytes of [120_000, 700_000]) {
  test(`a value of ${bytes} bytes that an edge cannot hold is left out, and all the rest goes on`, async () => {
    const star = new Star({ memoryBytes: 4 * 1024 * 1024 });
    const { hub } = star;
    const a = star.edge('a', { memoryBytes: 128 * 1024 });
    const b = star.edge('b', { memoryBytes: 4 * 1024 * 1024 });
    await star.pass(5000);
    hub.set('before', 'v');
    hub.set('large', unpackable(bytes));
    hub.set('after', 'v');
    await star.pass(60_000);
    const { reconnects } = a.engine.status();
    hub.append('large', 'tail');
    hub.set('later', 'v');
    a.set('own', 'v');
    await star.pass(60_000);
    assert.deepEqual(
      ['before', 'after', 'later'].map((key) => a.get(key)),
      ['v@0', 'v@0', 'v@0'],
    );
    assert.equal(a.get('large'), undefined);
    assert.equal(hub.get('own'), 'v@0');
    assert.equal(b.get('large'), hub.get('large'));
    const status = a.engine.status();
    assert.deepEqual(
      [status.syncStatus, status.linkState, status.reconnects],
      ['starved', 'live', reconnects],
    );
    assert.match(status.lastError, /too large for this node/);
    await Promise.all([assert.rejects(a.engine.sync(), /too large for the peer/), star.pass(20_000)]);
    const { bytesReceived } = a.engine.status().figures;
    await star.pass(600_000);
    assert.equal(a.engine.status().figures.bytesReceived, bytesReceived, 'it is not sent again and again');
    // Over a new connection all is as it was.
    star.net.cut('a');
    star.net.heal('a');
    hub.set('later', 'w');
    await star.pass(120_000);
    assert.equal(a.get('later'), 'w@0');
    assert.equal(a.engine.status().syncStatus, 'starved');
    hub.set('large', 'small');
    await star.pass(400_000);
    assert.equal(a.get('large'), 'small@0');
    assert.deepEqual([a.engine.status().syncStatus, a.engine.status().lastError], ['synced', '']);
    assert.equal(hub.engine.status().peers.find((p) => p.nodeId === 'a')?.lag, 0);
  });
}

test('a hub to which a value is too large takes all the rest, and the edge knows what is pending', async () => {
  const star = new Star({ memoryBytes: 128 * 1024 });
  const a = star.edge('a');
  await star.pass(5000);
  a.set('large', unpackable(120_000));
  a.set('k', 'v');
  await star.pass(60_000);
  assert.equal(star.hub.get('k'), 'v@0');
  assert.equal(star.hub.engine.status().syncStatus, 'starved');
  const status = a.engine.status();
  assert.equal(status.linkState, 'live');
  assert.ok(status.pendingOps > 0);
  assert.match(status.lastError, /too large for the peer/);
  a.del('large');
  await star.pass(400_000);
  assert.deepEqual([a.engine.pendingOps(), a.engine.status().syncStatus], [0, 'synced']);
  assert.equal(star.hub.engine.status().syncStatus, 'synced');
});

test('a key that was evicted and is too large by now is refused to who asks for it, and the link goes on', async () => {
  const star = new Star({ memoryBytes: 8 * 1024 * 1024 });
  const { hub } = star;
  const a = star.edge('a', { memoryBytes: 128 * 1024, evicts: true });
  await star.pass(5000);
  a.set('k', 'v');
  await star.pass(20_000);
  while (a.get('k') !== undefined) a.evict();
  const large = unpackable(700_000);
  // The edge asks before the hub has learned what it takes, and after.
  const { sender } = hub.engine.hub.liveWith('a')!;
  const { receiver } = a.engine.keeper!.link;
  for (const isLearned of [false, true]) {
    const replies: string[] = [];
    a.ask(0, ['GET', 'k'], (reply) => replies.push(reply));
    if (!isLearned) hub.set('k', large);
    await star.pass(10_000);
    assert.equal(replies.length, 1);
    assert.match(replies[0]!, /^-EVICTED/);
    assert.equal(Number.isFinite(Reflect.get(sender!, 'shortfall').recordBytesMax), true);
  }
  assert.equal(a.engine.keeper!.link.receiver, receiver, 'it is the same link');
  assert.equal(a.engine.status().figures.malformedFrames, 0);
  hub.set('k', 'small');
  await star.pass(400_000);
  const replies: string[] = [];
  a.ask(0, ['GET', 'k'], (reply) => replies.push(reply));
  await star.pass(10_000);
  assert.deepEqual(replies, ['$5\r\nsmall\r\n']);
  assert.equal(a.engine.status().syncStatus, 'synced');
});

test('a block of the log that is too large for an edge comes to it in parts', async () => {
  const star = new Star({ memoryBytes: 8 * 1024 * 1024 });
  const { hub } = star;
  const a = star.edge('a', { memoryBytes: 512 * 1024, evicts: true });
  await star.pass(5000);
  const pairs = Array.from({ length: 600 }, (_, i) => [`k${i}`, unpackable(4000)]).flat();
  hub.send(0, 'MSET', ...pairs);
  hub.set('after', 'v');
  await star.pass(120_000);
  assert.deepEqual([a.engine.status().syncStatus, a.engine.status().reconnects], ['synced', 0]);
  assert.ok(star.hub.engine.status().figures.nacksReceived > 0);
  const replies: string[] = [];
  for (const key of ['k0', 'k300', 'k599', 'after'])
    a.ask(0, ['STRLEN', key], (reply) => replies.push(reply));
  await star.pass(10_000);
  const lengths = ['k0', 'k300', 'k599', 'after'].map((key) => hub.send(0, 'STRLEN', key));
  assert.deepEqual(replies.sort(), lengths.sort());
});

test('what found no room and is refused then waits for none any more', async () => {
  const star = new Star({ memoryBytes: 256 * 1024 });
  const { hub } = star;
  const a = star.edge('a');
  for (let i = 0; i < 100; i++) a.set(`big${i}`, 'x'.repeat(5000));
  await star.pass(30_000);
  const fed: boolean[] = [];
  const { receiver } = hub.engine.hub.liveWith('a')!;
  assert.ok(receiver?.starved !== undefined);
  const parts = Reflect.get(receiver, 'parts');
  Object.assign(parts, { onStarved: (isStarved: boolean) => fed.push(!isStarved) });
  hub.store.clock.latest = () => 0;
  await star.pass(5000);
  assert.deepEqual(fed, [true]);
});

test('a conflict is found, logged with both values, and kept', async () => {
  const star = new Star();
  const [a, b] = [star.edge('a'), star.edge('b')];
  await star.pass(5000);
  star.net.cut('a');
  star.net.cut('b');
  a.set('k', 'from a');
  await star.pass(10);
  b.set('k', 'from b');
  star.net.heal();
  await star.pass(120_000);
  assert.deepEqual([a.get('k'), b.get('k'), star.hub.get('k')], ['from b@0', 'from b@0', 'from b@0']);
  const found = [a, b, star.hub].flatMap((n) => n.engine.conflicts.list(10));
  assert.equal(found.length >= 1, true);
  assert.equal(found[0]!.winner.value.toString(), 'from b');
  assert.equal(found[0]!.loser.value.toString(), 'from a');
  const holder = [a, b, star.hub].find((n) => n.engine.conflicts.count > 0)!;
  holder.crash(false);
  holder.start();
  assert.equal(holder.engine.conflicts.list(1)[0]!.key.toString(), 'k');
});

test('writes in turn by two nodes that see one another are no conflict', async () => {
  const star = new Star();
  const [a, b] = [star.edge('a'), star.edge('b')];
  await star.pass(5000);
  for (let i = 0; i < 10; i++) {
    a.set('k', `a${i}`);
    await star.pass(5000);
    b.set('k', `b${i}`);
    await star.pass(5000);
  }
  assert.deepEqual(
    [a, b, star.hub].map((n) => n.engine.conflicts.count),
    [0, 0, 0],
  );
});

/** A star whose hub has lost the long value of `k` that its edge `a` still has. */
async function withLostBase(): Promise<{ star: Star; a: SimNode }> {
  const star = new Star();
  const a = star.edge('a');
  await star.pass(5000);
  a.set('k', 'x'.repeat(300), 3_600_000);
  await star.pass(5000);
  const key = Buffer.from('k');
  const { store } = star.hub;
  const ks = store.keyspace(0);
  ks.drop(store.hash.of(key, 0, 1), key, 0, 1);
  return { star, a };
}

test('a patch whose base is not here asks for the whole value, and holds the frontier until then', async () => {
  const { star, a } = await withLostBase();
  a.append('k', 'tail');
  await star.pass(5000);
  assert.equal(star.hub.get('k'), a.get('k'));
  assert.equal(star.hub.engine.status().figures.wants, 1);
  assert.equal(a.engine.pendingOps(), 0);
});

test('the answer to a want is judged for its clock as a batch is', async () => {
  const { star, a } = await withLostBase();
  const { sender } = a.engine.keeper!.link;
  const answer = sender!.answer.bind(sender);
  sender!.answer = (want, db, wanted) => {
    // By now the edge has written again, by a clock that is an hour ahead.
    sender!.answer = answer;
    a.store.clock.witness(stampOfMs(star.scheduler.nowMs + hourMs));
    a.append('k', 'late');
    answer(want, db, wanted);
  };
  a.append('k', 'tail');
  await star.pass(60_000);
  assert.equal(star.hub.get('k'), undefined);
  const hubs = star.hub.engine.status().figures;
  assert.ok(hubs.deltasRejected > 0);
  assert.ok(star.hub.store.clock.last() < stampOfMs(star.scheduler.nowMs + hourMs / 2));
  assert.ok(a.engine.pendingOps() > 0);
  await star.pass(hourMs + 600_000);
  assert.equal(star.hub.get('k'), a.get('k'));
  assert.equal(a.engine.pendingOps(), 0);
});

test('policies: periodic pushes at its interval, never only when asked', async () => {
  const star = new Star();
  const periodic = star.edge('p', { policy: 'periodic' });
  const never = star.edge('n', { policy: 'never' });
  await star.pass(9000);
  periodic.set('p', '1');
  never.set('n', '1');
  assert.equal(periodic.engine.status().syncStatus, 'pending');
  await star.pass(10_000);
  assert.equal(star.hub.get('p'), '1@0');
  assert.equal(star.hub.get('n'), undefined);
  assert.equal(never.engine.status().syncStatus, 'disabled');
  const done = never.engine.sync();
  await star.pass(5000);
  assert.ok((await done).deltasSent >= 1);
  assert.equal(star.hub.get('n'), '1@0');
  assert.equal(never.get('p'), '1@0');
  assert.equal(never.engine.status().linkState, 'idle');
});

test('under never one sync after the other is done, and all who ask at once', async () => {
  const star = new Star();
  const edge = star.edge('n', { policy: 'never' });
  let done = 0;
  const ask = async (full: boolean): Promise<void> => {
    await edge.engine.sync({ full });
    done += 1;
  };
  const asked = (async () => {
    for (let i = 0; i < 3; i++) await ask(i === 1);
    edge.set('k', 'v');
    await Promise.all([ask(true), ask(false), ask(true), ask(true)]);
    assert.equal(star.hub.get('k'), 'v@0');
  })();
  await star.pass(30_000);
  await asked;
  assert.equal(done, 7);
  assert.equal(edge.engine.status().linkState, 'idle');
});

test('a sync is done when what waited for an answer is joined; a starved one says so', async () => {
  const star = new Star();
  const edge = star.edge('n', { policy: 'never', memoryBytes: 256 * 1024 });
  const value = 'x'.repeat(300);
  star.hub.set('k', value, 10 * hourMs);
  const first = edge.engine.sync();
  await star.pass(5000);
  await first;
  // What is patched at the hub now has a base that the edge does not have.
  edge.del('k');
  star.hub.append('k', 'tail');
  let seen: string | undefined;
  const second = edge.engine.sync().then(() => {
    seen = edge.get('k');
  });
  await star.pass(5000);
  await second;
  assert.ok(seen?.startsWith(`${value}tail@`));
  assert.equal(edge.engine.status().figures.wants, 1);
  for (let i = 0; i < 100; i++) star.hub.set(`big${i}`, value.repeat(16));
  const starved = assert.rejects(edge.engine.sync(), /no memory for what the peer sends/);
  await star.pass(20_000);
  const { syncStatus, lastError } = edge.engine.status();
  assert.deepEqual([syncStatus, lastError], ['starved', 'no memory for what the peer sends']);
  await star.pass(100_000);
  await starved;
});

test('sync rejects with the reason where there is no hub, or it cannot be reached', async () => {
  const star = new Star();
  await assert.rejects(star.hub.engine.sync(), /no hub is configured/);
  const a = star.edge('a');
  await star.pass(5000);
  star.net.cut('a');
  await star.pass(200_000);
  const failing = assert.rejects(a.engine.sync({ timeoutMs: 3000 }), /connection refused/);
  await star.pass(10_000);
  await failing;
});

test('a sync ends where what is pending is refused, or not taken, whatever comes from others', async () => {
  const star = new Star();
  const { hub } = star;
  const [a, b] = [star.edge('a'), star.edge('b')];
  await star.pass(5000);
  const others = async (seconds: number): Promise<void> => {
    for (let i = 0; i < seconds; i++) {
      hub.set('news', `${i}`);
      await star.pass(1000);
    }
  };
  a.store.clock.witness(stampOfMs(star.scheduler.nowMs + 600_000));
  a.set('k', 'v');
  await star.pass(100);
  const refused = assert.rejects(a.engine.sync(), /skew: stamps are ahead/);
  await others(10);
  await refused;
  let error: unknown;
  hub.store.atWork.begin(new KeyNames(), true, () => {});
  b.set('l', 'w');
  void b.engine.sync().catch((e: unknown) => {
    error = e;
  });
  await others(400);
  assert.match(String(error), /nothing has moved/);
  hub.store.atWork.end();
  await star.pass(5000);
  assert.equal(hub.get('l'), 'w@0');
});

test('what was refused is sent again from there, also where the log was being read on from the disk', async () => {
  const star = new Star();
  const a = star.edge('a');
  await star.pass(5000);
  const { log } = a;
  const read = log.read.bind(log);
  log.read = (fromSeq, limitBytes) => {
    const blocks = read(fromSeq, limitBytes);
    return blocks && new Promise((resolve) => star.scheduler.after(500, () => resolve(blocks)));
  };
  a.store.clock.witness(stampOfMs(star.scheduler.nowMs + 125_000));
  const count = 300;
  for (let i = 0; i < count; i++) {
    a.set('often', 'v'.repeat(100));
    a.set(`k${i}`, 'v');
  }
  await star.pass(60_000);
  assert.ok(star.hub.engine.status().figures.deltasRejected > 0);
  for (let i = 0; i < count; i++) assert.ok(star.hub.get(`k${i}`)?.startsWith('v@'), `k${i}`);
});

test('a sync goes on while a batch leaves the socket, however slowly', async () => {
  const star = new Star();
  const { scheduler, hub, net } = star;
  const dial = net.dialer('a', () => (connection) => hub.engine.hub.accept(connection, 'a', 'a'));
  const slowly: Dial = (opened, failed) =>
    dial((fast) => {
      const waiting: { frame: Buffer; left: number }[] = [];
      const drain = (): void => {
        const first = waiting[0];
        if (first === undefined) return;
        first.left -= 100;
        if (first.left <= 0) fast.sendBinary(waiting.shift()!.frame);
        scheduler.after(1000, drain);
      };
      const slow: Connection = {
        sendText: (text) => fast.sendText(text),
        sendBinary: (frame) => {
          if (waiting.push({ frame, left: frame.length }) === 1) scheduler.after(1000, drain);
        },
        get bufferedBytes() {
          return waiting.reduce((sum, w) => sum + Math.max(0, w.left), 0);
        },
        ping: () => fast.ping(),
        close: (code, reason) => fast.close(code, reason),
        terminate: () => fast.terminate(),
      };
      return opened(slow);
    }, failed);
  const a = star.edge('a', { dial: slowly });
  await star.pass(5000);
  const value = randomBytes(15_000).toString('hex');
  a.set('k', value);
  let done = false;
  const synced = a.engine.sync().then(() => {
    done = true;
  });
  await star.pass(100_000);
  assert.equal(done, false);
  await star.pass(400_000);
  await synced;
  assert.equal(hub.get('k'), `${value}@0`);
});

test('a batch that does not follow the one before ends the link, and all comes over the next one', async () => {
  const star = new Star();
  const { hub, net } = star;
  const dial = net.dialer('a', () => (connection) => hub.engine.hub.accept(connection, 'a', 'a'));
  let frames = 0;
  const holed: Dial = (opened, failed) =>
    dial(
      (whole) =>
        opened({
          sendText: (text) => whole.sendText(text),
          sendBinary: (frame) => {
            frames += 1;
            if (frames !== 2) whole.sendBinary(frame);
          },
          get bufferedBytes() {
            return whole.bufferedBytes;
          },
          ping: () => whole.ping(),
          close: (code, reason) => whole.close(code, reason),
          terminate: () => whole.terminate(),
        }),
      failed,
    );
  const a = star.edge('a', { dial: holed });
  await star.pass(5000);
  for (const key of ['k', 'lost', 'l']) {
    a.set(key, 'v');
    await star.pass(5000);
  }
  assert.deepEqual(
    ['k', 'lost', 'l'].map((key) => hub.get(key)),
    ['v@0', 'v@0', 'v@0'],
  );
  assert.equal(hub.engine.status().figures.malformedFrames, 1);
  const synced = a.engine.sync();
  await star.pass(5000);
  await synced;
});

test('no sync dials once the node stops, and those that wait are told so', async () => {
  const star = new Star();
  const edge = star.edge('n', { policy: 'never' });
  const closed = [1, 2, 3].map(() => assert.rejects(edge.engine.sync(), { code: 'CLOSED' }));
  const stopping = edge.engine.stop();
  await star.pass(30_000);
  await stopping;
  await Promise.all(closed);
  assert.equal(edge.engine.status().linkState, 'idle');
  assert.equal(star.hub.engine.hub.connections, 0);
});

test('full: both sides send all they have, and the hub heals', async () => {
  const star = new Star();
  const a = star.edge('a');
  a.set('k', 'v');
  await star.pass(5000);
  const key = Buffer.from('k');
  const ks = star.hub.store.keyspace(0);
  ks.drop(star.hub.store.hash.of(key, 0, 1), key, 0, 1);
  const plain = a.engine.sync();
  await star.pass(10_000);
  await plain;
  assert.equal(star.hub.get('k'), undefined);
  const full = a.engine.sync({ full: true });
  await star.pass(10_000);
  await full;
  assert.equal(star.hub.get('k'), 'v@0');
});

test('a sync waits while the hub is busy and says when to come back, for a minute; another refusal ends it', async () => {
  const star = new Star();
  let failure = { error: 'the hub is busy', longest: false, retryAfterMs: 4000 };
  let refusals = 3;
  const way = star.net.dialer('a', () => (connection) => star.hub.engine.hub.accept(connection, 'a', 'a'));
  const dial: Dial = (opened, failed) => {
    refusals -= 1;
    return refusals < 0 ? way(opened, failed) : star.scheduler.after(1, () => failed(failure));
  };
  const edge = star.edge('a', { dial, policy: 'never' });
  edge.set('k', 'v');
  const syncing = edge.engine.sync();
  await star.pass(30_000);
  await syncing;
  assert.equal(star.hub.get('k'), 'v@0');
  refusals = Number.POSITIVE_INFINITY;
  const inVain = assert.rejects(edge.engine.sync(), /the hub is busy/);
  await star.pass(59_000);
  assert.equal(edge.engine.status().linkState, 'waiting');
  await star.pass(10_000);
  await inVain;
  failure = { error: 'no', longest: false, retryAfterMs: 0 };
  const refused = assert.rejects(edge.engine.sync(), /: no/);
  await star.pass(1000);
  await refused;
});
