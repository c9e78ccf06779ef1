import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KeyNames } from '../../src/store/keys-at-work.ts';
import { Scheduler } from '../sim/scheduler.ts';
import { copyDisk, type Disk, newDisk } from '../sim/sim-log.ts';
import { SimNet } from '../sim/sim-net.ts';
import { SimNode } from '../sim/sim-node.ts';

class Pair {
  readonly scheduler = new Scheduler(11, Date.UTC(2026, 10, 1));
  readonly net = new SimNet(this.scheduler);
  readonly hub = new SimNode({ nodeId: 'hub', role: 'hub' }, this.scheduler, newDisk('h'));
  readonly edge = this.edgeBelow('e', 'hub');

  constructor() {
    this.hub.start();
    this.edge.start();
  }

  /** An edge of a disk of its own whose hub has an address of its own. */
  private edgeBelow(nodeId: string, name: string): SimNode {
    const dial = this.net.dialer(name, () =>
      this.hub.isUp ? (c) => this.hub.engine.hub.accept(c, nodeId, nodeId) : undefined,
    );
    return new SimNode({ nodeId, role: 'edge', evicts: true, dial }, this.scheduler, newDisk('e'));
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }

  /** The edge comes up again and cannot reach its hub. */
  restartAlone(powerLoss: boolean): void {
    this.net.cut('hub');
    this.edge.crash(powerLoss);
    this.edge.start();
  }

  get keys(): string[] {
    return Object.keys(this.edge.visible()).sort();
  }

  /** Evicts while something may go. */
  evictAll(): void {
    for (let i = 0; i < 10; i++) this.edge.evict();
  }

  get note(): string | undefined {
    return this.edge.ledger.notes.get('kept');
  }
}

async function filled(): Promise<Pair> {
  const pair = new Pair();
  for (let i = 0; i < 5; i++) pair.edge.set(`old${i}`, 'v');
  pair.edge.send(0, 'HSET', 'hash', 'f', 'v');
  await pair.pass(5000);
  return pair;
}

for (const powerLoss of [false, true]) {
  test(`what the hub has may go after a ${powerLoss ? 'power loss' : 'crash'}, what it has not stays`, async () => {
    const pair = await filled();
    pair.restartAlone(powerLoss);
    pair.edge.set('new', 'v');
    pair.edge.send(0, 'HSET', 'hash', 'g', 'v');
    pair.evictAll();
    assert.deepEqual(pair.keys, ['0:hash', '0:new']);
    await pair.pass(100);
    pair.restartAlone(powerLoss);
    pair.evictAll();
    pair.net.heal();
    await pair.pass(60_000);
    assert.equal(Object.keys(pair.hub.visible()).length, 7);
    assert.match(pair.hub.send(0, 'HGETALL', 'hash'), /f\r\n.*g\r\n/s);
    pair.edge.ask(0, ['MGET', 'old0', 'new'], (reply) => assert.match(reply, /\$1\r\nv\r\n\$1\r\nv/));
    await pair.pass(1000);
  });
}

test('what was received and not acknowledged as durable is in no note', async () => {
  const pair = await filled();
  pair.net.cut('hub');
  pair.edge.set('pending', 'v');
  await pair.pass(3000);
  pair.restartAlone(false);
  pair.evictAll();
  assert.deepEqual(pair.keys, ['0:pending']);
});

test('a hub that comes back from a backup counts for nothing until it says what it has', async () => {
  const pair = await filled();
  const backup = copyDisk(pair.hub.disk);
  pair.edge.set('later', 'v');
  await pair.pass(5000);
  pair.hub.crash(false);
  pair.hub.disk = backup;
  pair.hub.start();
  const before = pair.note;
  assert.ok(before?.includes('e/'));
  await pair.pass(10_000);
  assert.notEqual(pair.note, before);
  pair.restartAlone(false);
  pair.evictAll();
  pair.net.heal();
  await pair.pass(60_000);
  assert.equal(Object.keys(pair.hub.visible()).length, 7);
});

test('the note goes as soon as the hub is met under another tag', async () => {
  const pair = await filled();
  pair.hub.crash(false);
  pair.hub.start();
  while (pair.edge.engine.status().reconnects === 0) await pair.pass(1);
  assert.equal(pair.note, undefined);
  await pair.pass(5000);
  assert.ok(pair.note !== undefined);
});

test('a note of another address, or ahead of what this node has made, is not believed', async () => {
  const pair = await filled();
  const [url, origin, tag, rows] = JSON.parse(pair.note!);
  const ahead = rows.map(([name, stamp, t]: [string, number, number]) =>
    name.startsWith('e/') ? [name, stamp + 1e12, t] : [name, stamp, t],
  );
  for (const note of [
    ['sim://other', origin, tag, rows],
    [url, origin, tag, ahead],
  ]) {
    pair.edge.ledger.setNote('kept', JSON.stringify(note));
    pair.edge.log.commit(() => {});
    pair.restartAlone(false);
    assert.equal(pair.note, undefined);
    pair.evictAll();
    assert.equal(pair.keys.length, 6);
  }
});

/** Nodes of which each has another for its hub, all of which others may link to, but for `e` and `f`. */
class Linked {
  readonly scheduler = new Scheduler(12, Date.UTC(2026, 10, 1));
  readonly net = new SimNet(this.scheduler);
  readonly nodes: Record<string, SimNode> = {};

  /** `keepRecords`: as of SimLog, of all but the node `hub`. */
  constructor(hubOf: Record<string, string | undefined>, keepRecords = 0) {
    for (const [nodeId, hub] of Object.entries(hubOf)) {
      const dial = this.net.dialer(nodeId, () => {
        const above = this.nodes[hub!];
        return above?.isUp === true ? (c) => above.engine.hub.accept(c, nodeId, nodeId) : undefined;
      });
      const listens = nodeId !== 'e' && nodeId !== 'f';
      const shape = { nodeId, role: 'hub', evicts: hub !== undefined, listens } as const;
      const options = hub === undefined ? shape : { ...shape, dial, keepRecords };
      this.nodes[nodeId] = new SimNode(options, this.scheduler, newDisk(nodeId));
    }
    for (const node of Object.values(this.nodes)) node.start();
  }

  async pass(ms: number): Promise<void> {
    await this.scheduler.runUntil(this.scheduler.nowMs + ms);
  }

  /** The reply of a node to one of its clients. */
  async ask(nodeId: string, ...args: string[]): Promise<string> {
    let reply = 'none';
    this.nodes[nodeId]!.ask(0, args, (text) => {
      reply = text;
    });
    await this.pass(3000);
    return reply;
  }

  evictAll(nodeId: string): void {
    for (let i = 0; i < 10; i++) this.nodes[nodeId]!.evict();
    assert.deepEqual(Object.keys(this.nodes[nodeId]!.visible()), [], nodeId);
  }

  /** The node comes up with what its disk was, or is still. */
  restart(nodeId: string, disk?: Disk): void {
    const node = this.nodes[nodeId]!;
    node.crash(false);
    if (disk !== undefined) node.disk = disk;
    node.start();
  }
}

async function ring(hubOf: Record<string, string | undefined>): Promise<Record<string, SimNode>> {
  const linked = new Linked(hubOf);
  const { nodes } = linked;
  await linked.pass(20_000);
  for (const [nodeId, node] of Object.entries(nodes)) node.set(nodeId, 'v');
  await linked.pass(20_000);
  for (const node of Object.values(nodes)) for (let i = 0; i < 10; i++) node.evict();
  return nodes;
}

const sizes = (nodes: Record<string, SimNode>): number[] =>
  Object.values(nodes).map((node) => Object.keys(node.visible()).length);

test('hubs below hubs let go of what those above them have, the uppermost of nothing', async () => {
  assert.deepEqual(sizes(await ring({ a: undefined, b: 'a', c: 'b', d: 'c' })), [4, 0, 0, 0]);
});

test('where hubs have one another for hubs, by whatever way, none of them lets go of anything', async () => {
  assert.deepEqual(sizes(await ring({ a: 'b', b: 'c', c: 'a' })), [3, 3, 3]);
  assert.deepEqual(sizes(await ring({ a: 'b', b: 'c', c: 'd', d: 'b' })), [4, 4, 4, 4]);
});

test('of nodes without a hub the least that has something keeps it', async () => {
  const scheduler = new Scheduler(13, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const a = new SimNode({ nodeId: 'a', role: 'edge' }, scheduler, newDisk('a'));
  const dial = net.dialer('b>', () => (c) => a.engine.hub.accept(c, 'b', 'b'));
  const peers = [{ url: 'sim://a', isHub: false, dial }];
  const b = new SimNode({ nodeId: 'b', role: 'edge', peers }, scheduler, newDisk('b'));
  for (const node of [a, b]) {
    node.start();
    node.store.eviction.policy = 'allkeys-random';
    node.store.eviction.isAcknowledged = (origin, stamp) => node.engine.mayForget(origin, stamp);
    node.set(`of ${node.options.nodeId}`, 'v');
  }
  await scheduler.runUntil(scheduler.nowMs + 20_000);
  for (const node of [b, a]) for (let i = 0; i < 10; i++) node.evict();
  assert.deepEqual(sizes({ a, b }), [2, 0]);
});

test('a peer that will not come back is forgotten by hand, and holds back nothing any more', async () => {
  const scheduler = new Scheduler(14, Date.UTC(2026, 10, 1));
  const net = new SimNet(scheduler);
  const a = new SimNode({ nodeId: 'a', role: 'edge' }, scheduler, newDisk('a'));
  const dialing = (nodeId: string, to: SimNode): SimNode => {
    const dial = net.dialer(`${nodeId}>`, () => (c) => to.engine.hub.accept(c, nodeId, nodeId));
    const peers = [{ url: `sim://${to.options.nodeId}`, isHub: false, dial }];
    return new SimNode({ nodeId, role: 'edge', peers }, scheduler, newDisk(nodeId));
  };
  const b = dialing('b', a);
  const c = dialing('c', b);
  const evict = (): void => {
    b.store.eviction.policy = 'allkeys-random';
    b.store.eviction.isAcknowledged = (origin, stamp) => b.engine.mayForget(origin, stamp);
    for (let i = 0; i < 10; i++) b.evict();
  };
  for (const node of [a, b, c]) node.start();
  c.set('of c', 'v');
  await scheduler.runUntil(scheduler.nowMs + 20_000);
  assert.deepEqual([...b.engine.knownPeers()].sort(), [
    ['a', true],
    ['c', true],
  ]);
  c.crash(false);
  b.set('of b', 'v');
  await scheduler.runUntil(scheduler.nowMs + 200_000);
  evict();
  assert.deepEqual(sizes({ a, b }), [2, 2]);
  assert.equal(b.engine.forgetPeer('x'), false);
  assert.equal(b.engine.forgetPeer('c'), true);
  assert.deepEqual([...b.engine.knownPeers()].sort(), [['a', true]]);
  b.crash(false);
  b.start();
  await scheduler.runUntil(scheduler.nowMs + 20_000);
  evict();
  assert.deepEqual(sizes({ a, b }), [2, 0]);
  // It comes back after all: as one that was never met.
  c.start();
  c.set('news', 'w');
  await scheduler.runUntil(scheduler.nowMs + 60_000);
  assert.equal(a.get('news'), 'w@0');
  assert.deepEqual([...b.engine.knownPeers()].sort(), [
    ['a', true],
    ['c', true],
  ]);
});

test('a node without a keeper forgets what one had', async () => {
  const pair = await filled();
  pair.edge.crash(false);
  const alone = new SimNode({ nodeId: 'e', role: 'edge' }, pair.scheduler, pair.edge.disk);
  alone.start();
  alone.log.commit(() => {});
  alone.crash(false);
  pair.net.cut('hub');
  pair.edge.start();
  pair.evictAll();
  assert.equal(pair.keys.length, 6);
});

/**
 * Hub, an edge that lets go of a hash and a counter, another that has them; and the hub's disk before the second half
 * of both.
 */
async function halfBackedUp(
  hubOf: Record<string, string | undefined>,
  keepRecords = 0,
): Promise<[Linked, Disk]> {
  const linked = new Linked(hubOf, keepRecords);
  await linked.pass(20_000);
  const { hub, e, f } = linked.nodes;
  f!.send(0, 'HSET', 'h', 'first', '1');
  e!.incr('c', 5);
  hub!.set('x', 'v');
  await linked.pass(20_000);
  const backup = copyDisk(hub!.disk);
  f!.send(0, 'HSET', 'h', 'second', '2');
  hub!.send(0, 'HSET', 'h', 'third', '3');
  e!.incr('c', 2);
  await linked.pass(20_000);
  linked.evictAll('e');
  // Not whole, as all edges are that evict: it states nothing but its own origin.
  linked.evictAll('f');
  await linked.ask('f', 'HLEN', 'h');
  await linked.ask('f', 'GET', 'c');
  return [linked, backup];
}

const shapes: readonly (readonly [name: string, hubOf: Record<string, string | undefined>])[] = [
  ['hub', { hub: undefined, e: 'hub', f: 'hub' }],
  ['hub of the hub', { hub: undefined, r: 'hub', e: 'r', f: 'r' }],
];
for (const [name, hubOf] of shapes) {
  test(`what the ${name} loses to an old backup comes back from who has it, also to one that asked meanwhile`, async () => {
    const [linked, backup] = await halfBackedUp(hubOf, 6);
    const { hub, e, f } = linked.nodes;
    if ('r' in hubOf) linked.evictAll('r');
    const { originName } = e!.engine.identity;
    linked.net.cut('f');
    linked.restart('hub', backup);
    await linked.pass(20_000);
    assert.notEqual(e!.engine.identity.originName, originName, 'it cannot go on with a counter that is lost');
    assert.equal(await linked.ask('e', 'HKEYS', 'h'), '*1\r\n$5\r\nfirst\r\n');
    assert.equal(await linked.ask('e', 'INCR', 'c'), ':6\r\n');
    linked.restart('e');
    await linked.pass(20_000);
    linked.net.heal();
    await linked.pass(120_000);
    for (const nodeId of ['e', 'f']) await linked.ask(nodeId, 'GET', 'x');
    assert.deepEqual(e!.visible(), hub!.visible());
    assert.deepEqual(f!.visible(), hub!.visible());
    assert.equal(await linked.ask('e', 'GET', 'c'), '$1\r\n8\r\n');
    assert.equal(await linked.ask('e', 'HLEN', 'h'), ':3\r\n');
    // Nobody states any more what was made under the origins that were given up, and it may go all the same.
    linked.evictAll('e');
  });
}

test('what a relay cannot have from its hub holds up nothing that it has', async () => {
  const linked = new Linked({ hub: undefined, r: 'hub', e: 'r' });
  const { r, e } = linked.nodes;
  e!.options.limits = { wantsMax: 2 };
  linked.restart('e');
  await linked.pass(20_000);
  for (const key of ['a', 'b', 'c', 'near']) e!.set(key, 'v');
  await linked.pass(20_000);
  linked.evictAll('r');
  linked.evictAll('e');
  assert.equal(await linked.ask('r', 'GET', 'near'), '$1\r\nv\r\n');
  linked.net.cut('r');
  await linked.pass(120_000);
  const replies: string[] = [];
  for (const key of ['a', 'b', 'c', 'near']) e!.ask(0, ['GET', key], (reply) => replies.push(reply));
  await linked.pass(1000);
  assert.equal(replies.length, 4);
  assert.equal(replies.filter((reply) => reply.startsWith('-EVICTED')).length, 3);
  assert.equal(e!.get('near'), 'v@0');
  assert.equal(e!.engine.status().figures.wantsRefused, 3);
  linked.net.heal();
  await linked.pass(120_000);
  assert.equal(await linked.ask('e', 'GET', 'a'), '$1\r\nv\r\n');
  assert.ok(r!.isUp);
});

test('what a hub has lost is given to it from the log, though all have let go of it, and only then asked for', async () => {
  const [linked, backup] = await halfBackedUp({ hub: undefined, e: 'hub', f: 'hub' });
  linked.evictAll('f');
  linked.net.cut('f');
  linked.restart('hub', backup);
  await linked.pass(20_000);
  assert.equal(await linked.ask('e', 'HLEN', 'h'), ':3\r\n');
  assert.equal(await linked.ask('e', 'INCR', 'c'), ':8\r\n');
  linked.net.heal();
  await linked.pass(120_000);
  assert.equal(await linked.ask('f', 'GET', 'c'), '$1\r\n8\r\n');
  const { e } = linked.nodes;
  assert.equal(e!.ledger.notes.has('receded'), false);
});

test('an edge in the midst of work has that done before it recedes', async () => {
  const [linked, backup] = await halfBackedUp({ hub: undefined, e: 'hub', f: 'hub' });
  const { e } = linked.nodes;
  const { atWork } = e!.store;
  linked.restart('hub', backup);
  let hurried = 0;
  atWork.begin(new KeyNames(), true, () => {
    hurried += 1;
    atWork.end();
  });
  await linked.pass(20_000);
  assert.equal(hurried, 1);
});

test('a hub that has lost nothing leaves its edges as they are, whatever is pending there', async () => {
  const [linked] = await halfBackedUp({ hub: undefined, e: 'hub', f: 'hub' });
  const { e } = linked.nodes;
  const { originName, tag } = e!.engine.identity;
  const clock = (): unknown => [...e!.engine.clock()].filter(([origin]) => !origin.startsWith('e/'));
  const before = clock();
  linked.net.cut('e');
  e!.set('pending', 'v');
  linked.restart('hub');
  await linked.pass(20_000);
  linked.net.heal();
  await linked.pass(60_000);
  assert.deepEqual(
    [e!.engine.identity.originName, e!.engine.identity.tag, clock()],
    [originName, tag, before],
  );
  linked.restart('e');
  await linked.pass(20_000);
  assert.deepEqual([e!.engine.identity.originName, clock()], [originName, before]);
  assert.match(e!.ledger.notes.get('keeper') ?? '', /^sim:\/\/hub hub\//);
});

test('who has started over is not behind the same horizon again, though nobody states what was swept', async () => {
  const linked = new Linked({ hub: undefined, e: 'hub', f: 'hub' }, 6);
  await linked.pass(20_000);
  const { hub, e } = linked.nodes;
  for (const key of ['x', 'k']) hub!.set(key, 'v');
  await linked.pass(20_000);
  const backup = copyDisk(hub!.disk);
  hub!.del('k');
  await linked.pass(20_000);
  for (const nodeId of ['e', 'f']) linked.evictAll(nodeId);
  linked.restart('hub', backup);
  await linked.pass(60_000);
  assert.equal(hub!.get('k'), undefined);
  assert.equal(hub!.store.graveyard.sweep(1000, linked.scheduler.nowMs), 1);
  hub!.engine.noteHorizon();
  const origins = new Set<string>();
  for (let i = 0; i < 3; i++) {
    linked.net.cut('e');
    await linked.pass(3000);
    linked.net.heal();
    await linked.pass(60_000);
    origins.add(e!.engine.identity.originName);
  }
  assert.equal(origins.size, 1);
});

for (const [name, hubOf, keeps] of [
  ['an edge', { hub: undefined, e: 'hub' }, 'e'],
  ['a hub below it', { hub: undefined, r: 'hub', e: 'r' }, 'r'],
] as const) {
  test(`what is pending for a hub is not lost there, though ${name} and the hub were both down meanwhile`, async () => {
    const linked = new Linked(hubOf);
    await linked.pass(20_000);
    const { hub, e, [keeps]: node } = linked.nodes;
    for (let i = 0; i < 5; i++) e!.set(`old${i}`, 'v');
    await linked.pass(20_000);
    linked.evictAll(keeps);
    const { originName } = node!.engine.identity;
    linked.net.cut(keeps);
    for (let i = 0; i < 5; i++) e!.set(`pending${i}`, 'v');
    await linked.pass(20_000);
    for (const nodeId of [keeps, 'hub']) linked.nodes[nodeId]!.crash(false);
    for (const nodeId of ['hub', keeps]) linked.nodes[nodeId]!.start();
    linked.net.heal();
    await linked.pass(60_000);
    assert.equal(Object.keys(hub!.visible()).length, 10);
    assert.equal(node!.engine.identity.originName, originName);
    linked.evictAll(keeps);
  });

  test(`what a hub loses is missed by ${name} that was down at the time, too`, async () => {
    const linked = new Linked(hubOf, 6);
    await linked.pass(20_000);
    const { hub, e, [keeps]: node } = linked.nodes;
    e!.set('first', 'v');
    await linked.pass(20_000);
    const backup = copyDisk(hub!.disk);
    e!.set('second', 'v');
    await linked.pass(20_000);
    linked.evictAll(keeps);
    for (let i = 0; i < 10; i++) hub!.set('other', `${i}`);
    await linked.pass(20_000);
    const { originName } = node!.engine.identity;
    // It may be behind what was let go of.
    node!.ledger.setNote('kept', undefined);
    node!.log.commit(() => {});
    node!.crash(false);
    linked.restart('hub', backup);
    node!.start();
    await linked.pass(60_000);
    if (keeps === 'e') assert.notEqual(node!.engine.identity.originName, originName);
    else assert.equal(hub!.get('second'), 'v@0');
  });
}

test('so is what a hub loses that was left out at the one below it', async () => {
  const linked = new Linked({ hub: undefined, r: 'hub', e: 'r', f: 'hub' }, 6);
  await linked.pass(20_000);
  const { hub, r, e, f } = linked.nodes;
  e!.set('k', 'v');
  await linked.pass(20_000);
  linked.evictAll('r');
  const backup = copyDisk(hub!.disk);
  f!.set('k', 'w');
  for (let i = 0; i < 10; i++) e!.set('other', `${i}`);
  await linked.pass(20_000);
  assert.equal(e!.get('k'), 'w@0');
  assert.equal(r!.get('k'), undefined);
  linked.net.cut('f');
  r!.ledger.setNote('kept', undefined);
  r!.log.commit(() => {});
  r!.crash(false);
  linked.restart('hub', backup);
  r!.start();
  await linked.pass(60_000);
  assert.equal(hub!.get('k'), 'w@0');
});
